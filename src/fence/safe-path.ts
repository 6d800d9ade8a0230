// Whether a path is one that every file system of a clone reads as the same harmless name below the root.

/** Characters that HFS+ ignores in names, and others that draw nothing or turn the direction of text. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\u2028\u2029]/gu;
const CONTROL = /\p{Cc}/u;

/** Letters of other scripts, in lower case, and the Latin ones that they look like in upper or lower case. */
const FOREIGN: readonly (readonly [foreign: string, latin: string])[] = [
  ["авекмнорстухіјѕһԁԛԝѵԍ", "abekmhopctyxijshdqwvg"],
  ["αβεικνορτυχζγ", "abeikvoptyxzy"],
  ["գհյոսօց", "qhjnuog"],
  ["ꭰꭱꭲꭵꭹꭺꭻꭼꮃꮇꮋꮍꮐꮓꮟꮢꮤꮥꮩꮪꮮꮯꮲꮶꮷᏻᏼ", "drtiyajewmhygzbrwsvslcpkdgb"],
  ["ꓐꓑꓒꓓꓔꓖꓗꓙꓚꓜꓝꓠꓟꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ", "bpddtgkjczfnmlsrvhwxyaeiou"],
];
/** Latin letters, too, but words are written with some of them: they may stand beside others, and only count as what they look like. */
const VARIANTS: readonly (readonly [variant: string, latin: string])[] = [
  ["ıȷɡɑɩ", "ijgai"],
  ["ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"],
];

function letters(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  return new Map(pairs.flatMap(([from, to]) => Array.from(from, (letter, i): [string, string] => [letter, to[i]])));
}

const LOOK_ALIKES = letters(FOREIGN);
const TAKEN_FOR = letters([...FOREIGN, ...VARIANTS]);

/**
 * The path as a careless file system or reader takes it: no invisible characters, lower case, Latin letters for those that look alike, no
 * streams, no dots and blanks at the ends.
 */
export function foldPath(path: string): string {
  return path.split("/").map(foldSegment).join("/");
}

/** The folders above `path`, outermost first. */
export function parentsOf(path: string): string[] {
  const segments = path.split("/");
  return segments.slice(1).map((_, i) => segments.slice(0, i + 1).join("/"));
}

/** Why `path` must not be touched anywhere, or undefined. */
export function unsafePath(path: string): string | undefined {
  if (path === "") return "the path is empty";
  if (CONTROL.test(path)) return "it contains control characters";
  if (path.search(INVISIBLE) !== -1) return "it contains invisible characters";
  if (path.includes("\ufffd")) return "it is not valid UTF-8";
  if (path.includes("\\")) return "it contains a backslash; separate directories by /";
  if (path.startsWith("/") || path.startsWith("~")) return "it is absolute; paths are relative to the repository";
  if (/^[a-z]:/i.test(path)) return "it names a drive; paths are relative to the repository";
  if (path.length > 1000) return "it is longer than 1000 characters";
  for (const segment of path.split("/")) {
    const problem = unsafeSegment(segment);
    if (problem) return problem;
  }
  return undefined;
}

function unsafeSegment(segment: string): string | undefined {
  if (segment === "" || segment === "." || segment === "..") return `it contains "${segment}" between slashes`;
  if (Buffer.byteLength(segment) > 255) return "one of its names is longer than 255 bytes";
  if (mixesScripts(segment)) return "one of its words mixes Latin letters with others that look like them";
  const folded = foldSegment(segment);
  // NTFS short names: GIT~1 is .git, GITMOD~1 and GI7EBA~1 are .gitmodules.
  if (folded === ".git" || /^git~\d+$/.test(folded)) return "it leads into .git";
  if (/^(?:gitmod|gi[0-9a-f]{4})~\d+$/.test(folded)) return "it may be .gitmodules by its short name";
  if (folded === "" || /^\.+$/.test(folded)) return `"${segment}" is a directory mark on some systems`;
  return undefined;
}

function mixesScripts(segment: string): boolean {
  const words =
    segment
      .normalize("NFKC")
      .toLowerCase()
      .match(/\p{L}+/gu) ?? [];
  return words.some(
    (word) => /\p{Script=Latin}/u.test(word) && Array.from(word).some((letter) => LOOK_ALIKES.has(letter)),
  );
}

function foldSegment(segment: string): string {
  const lower = segment.normalize("NFKC").replace(INVISIBLE, "").toLowerCase();
  // The dot of i and j is drawn once, however often it is written.
  const dotted = lower.replace(/(?<=[ij\u0131\u0237])\u0307+/g, "");
  const visible = Array.from(dotted, (letter) => TAKEN_FOR.get(letter) ?? letter).join("");
  return visible.replace(/:.*$/, "").replace(/[. ]+$/, "");
}
