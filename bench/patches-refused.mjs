// What must be refused, by kind: hostile names and modes, what has no single right answer, and what is no patch at all.

import { body, created } from "./patches-files.mjs";
import { header, isOld, linesOf, numbered, places, runsOf, written } from "./patches-diff.mjs";
import { NAMES } from "./patches-names.mjs";

const TREE = { "keep.txt": "one\ntwo\nthree\n" };
const plain = ({ path, hunks }) => header(path) + written(hunks);
const on = ({ path, before }, patch) => ({ tree: { ...TREE, [path]: before }, patch });

/** A name as git quotes it, control characters and all. */
const quoted = (name) =>
  /[\p{Cc}"\\]/u.test(name)
    ? `"${name.replaceAll(/["\\]/g, "\\$&").replaceAll(/\p{Cc}/gu, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`)}"`
    : name;
const side = (prefix, name) => quoted(`${prefix}/${name}`);

/** Ways of touching a file by its name. */
const VERBS = [
  (name) => `--- /dev/null\n+++ ${side("b", name)}\n@@ -0,0 +1 @@\n+x\n`,
  (name) =>
    `diff --git ${side("a", name)} ${side("b", name)}\nnew file mode 100644\n--- /dev/null\n+++ ${side("b", name)}\n@@ -0,0 +1 @@\n+x\n`,
  (name) => `diff --git a/keep.txt ${side("b", name)}\nrename from keep.txt\nrename to ${quoted(name)}\n`,
  (name) => `diff --git a/keep.txt ${side("b", name)}\ncopy from keep.txt\ncopy to ${quoted(name)}\n`,
  (name) =>
    `--- a/keep.txt\n+++ b/keep.txt\n@@ -1,2 +1,2 @@\n-one\n+1\n two\n--- /dev/null\n+++ ${side("b", name)}\n@@ -0,0 +1 @@\n+x\n`,
];

const named = ([kind, names, tree = TREE]) => [
  kind,
  names.flatMap((name) => VERBS.map((verb) => () => ({ tree, patch: verb(name) }))),
];

const MODES = [
  "new file mode 120000\n",
  "new file mode 160000\n",
  "old mode 100644\nnew mode 100755\n",
  "old mode 100644\nnew mode 120000\n",
  "new file mode 100755\n",
];

const withMode = (mode) => (source, roll) => {
  const name = `link${roll(1000)}`;
  if (!mode.startsWith("new"))
    return on(source, `diff --git a/${source.path} b/${source.path}\n${mode}${plain(source)}`);
  return { tree: TREE, patch: `diff --git a/${name} b/${name}\n${mode}${created(name, "../../outside")}` };
};

/** A name in the tree that is a link to a file or folder elsewhere. */
const throughLink = (target, path) => () => ({
  tree: TREE,
  links: { link: target },
  patch: target.endsWith("/")
    ? created(path, "x\n")
    : `--- a/${path}\n+++ b/${path}\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n`,
});

/** The line before, after or within a change that is not the file's. */
const invented = (pick) => (source, roll) => {
  const hunks = source.hunks.map((hunk) => {
    const at = pick(hunk.lines, roll);
    return at < 0
      ? hunk
      : { ...hunk, lines: hunk.lines.with(at, `${hunk.lines[at]} // as agreed with ${1 + roll(99)} others`) };
  });
  const patch = header(source.path) + written(hunks);
  return patch === plain(source) ? undefined : on(source, patch);
};

const nextToChange = (lines) => {
  const first = lines.findIndex((line) => !line.startsWith(" "));
  return first > 0 && /\w/.test(lines[first - 1]) ? first - 1 : -1;
};
const removedLine = (lines) => lines.findIndex((line) => /^-.*\w/.test(line));

/** The file twice over, and numbers that prove nothing. */
const inTwins = (title) => (source, roll) => ({
  tree: { ...TREE, [source.path]: source.before + source.before },
  patch: header(source.path) + written(source.hunks, (hunk) => title(hunk, roll)),
});

const elsewhere = (source, roll, all) => {
  const other = all[roll(all.length)];
  const strange = source.hunks.some((hunk) => places(other.before, hunk) === 0);
  return other.path === source.path || !strange ? undefined : on(other, header(other.path) + written(source.hunks));
};

const forwards = (source) => ({ tree: { ...TREE, [source.path]: source.after }, patch: plain(source) });
/** Already applied: the result would have the change twice, or nothing to do. */
const again = (source) => {
  const reverts = source.hunks.every((hunk) => places(source.after, hunk) === 0);
  return reverts ? forwards(source) : undefined;
};

const left = (source) => {
  const hunks = source.hunks.map(({ lines, ...rest }) => {
    const run = runsOf(lines).find((r) => r.filter((l) => l.startsWith("+")).length > 3);
    const at = run === undefined ? -1 : lines.indexOf(run.findLast((line) => line.startsWith("+")));
    return { ...rest, lines: at < 0 ? lines : lines.toSpliced(at - 2, 3, "+  // ... rest of the code unchanged ...") };
  });
  const patch = header(source.path) + written(hunks, () => "@@");
  return patch === header(source.path) + written(source.hunks, () => "@@") ? undefined : on(source, patch);
};

/** The last hunk ends in the middle of an added line, far from the end of the file. */
const cut = (source, roll) => {
  const { hunks, before } = source;
  const last = hunks.at(-1);
  const adds = last.lines.flatMap((line, i) => (/^\+.*\w\w\w/.test(line) ? [i] : []));
  if (adds.length === 0 || last.oldStart + last.oldCount > linesOf(before).length - 3) return undefined;
  const at = adds[roll(adds.length)];
  if (last.lines.slice(at).filter(isOld).length === 0) return undefined;
  const lines = [...last.lines.slice(0, at), last.lines[at].slice(0, 2 + roll(last.lines[at].length - 2))];
  return on(source, `${header(source.path)}${written(hunks.slice(0, -1))}${numbered(last)}\n${lines.join("\n")}`);
};

const bigFile = "x\n".repeat(5 << 20);
const HUGE = [
  ({ path }) => created(path, "abcdefg\n".repeat(600_000)),
  ({ path }) => created(path, "x".repeat(30_000)),
  () => Array.from({ length: 120 }, (_, i) => created(`many/f${i}`, "x\n")).join(""),
  () => `${header("keep.txt")}${"@@\n-one\n+1\n".repeat(2500)}`,
].map((write) => (source) => ({ tree: TREE, patch: write(source) }));

const NO_PATCH = [
  () => "",
  () => "I looked at the code and found nothing to improve.",
  ({ path, after }) => `Here is the new file:\n\n\`\`\`ts\n${after}\`\`\`\n\nIt replaces ${path}.\n`,
  ({ path }) => header(path),
  ({ path }) => `diff --git a/${path} b/${path}\nindex 1234567..89abcde 100644\n`,
  ({ hunks }) => written(hunks),
  ({ hunks, path }) => `{"diff": ${JSON.stringify(header(path) + written(hunks))}}`,
  ({ hunks, path }) =>
    header(path) + written(hunks.map((h) => ({ ...h, lines: h.lines.filter((l) => l.startsWith(" ")) }))),
  ({ path, before }) => `${header(path)}@@ -1 +1 @@\n-${linesOf(before)[0]}+${linesOf(before)[0]}`,
  ({ path, hunks }) => `\`\`\`diff\n${header(path)}${written(hunks)}`,
  ({ path, hunks }) => `*** Begin Patch\n*** Update File: ${path}\n${written(hunks, () => "@@")}`,
  ({ path, hunks }) =>
    `diff --cc ${path}\n${header(path)}${written(hunks).replaceAll(/^@@ (.*) @@/gm, "@@@ $1 -1,1 @@@")}`,
].map((write) => (source) => on(source, write(source)));

const MISSING = [
  (source) => ({ tree: TREE, patch: plain(source) }),
  ({ path, after }) => ({ tree: { ...TREE, [path]: after }, patch: created(path, after) }),
  ({ path, before }) => ({ tree: { [path]: before }, patch: created(`${path}/x`, "x\n") }),
  ({ path }) => ({ tree: TREE, patch: `diff --git a/${path} b/moved\nrename from ${path}\nrename to moved\n` }),
  ({ path, before }) => ({
    tree: { ...TREE, [path]: before },
    patch: `diff --git a/${path} b/keep.txt\nrename from ${path}\nrename to keep.txt\n`,
  }),
  ({ path, before }) => ({
    tree: { [path]: before },
    patch: `--- a/${path}\n+++ /dev/null\n@@ -1,2 +0,0 @@\n${body("-", linesOf(before).slice(0, 2).join(""))}\n`,
  }),
  ({ path, before }) => ({
    tree: { [path]: before },
    patch: `--- a/${path}\n+++ /dev/null\n@@ -1 +0,0 @@\n${body("-", `${before}one line more\n`)}\n`,
  }),
  ({ path, after }) => ({ tree: TREE, patch: created(path, after) + created(path, after) }),
  ({ path, after }) => ({ tree: TREE, patch: created(path, after) + created(`${path}/below`, after) }),
  ({ path, hunks, before }) => ({
    tree: { [path]: before },
    patch: `--- a/${path}\n+++ b/other/${path}\n${written(hunks)}`,
  }),
];

const BINARY = [
  ({ path }) => `diff --git a/${path} b/${path}\nindex 1..2 100644\nGIT binary patch\nliteral 4\nLczabcd\n\n`,
  ({ path }) => `diff --git a/${path} b/${path}\nBinary files a/${path} and b/${path} differ\n`,
  ({ path, hunks }) => plain({ path, hunks }).replace(/^\+(.*)$/m, "+\0$1"),
].map((write) => (source) => on(source, write(source)));
const nulInFile = ({ path, hunks, before }) => ({ tree: { [path]: `${before}\0\n` }, patch: plain({ path, hunks }) });

export const MUST_REFUSE = [
  ...NAMES.map(named),
  ["links, submodules and modes in the patch", MODES.map(withMode)],
  [
    "symbolic links in the tree",
    [
      throughLink("keep.txt", "link"),
      throughLink("../outside/", "link/x"),
      throughLink("./", "link/x"),
      throughLink("../gone", "link"),
    ],
  ],
  ["binary, NUL", [...BINARY, nulInFile]],
  ["invented or another file's text", [invented(nextToChange), invented(removedLine), elsewhere]],
  [
    "ambiguous text, numbers missing or wrong",
    [
      inTwins(() => "@@"),
      inTwins((hunk) => numbered({ ...hunk, oldCount: hunk.oldCount + 2, newCount: hunk.newCount + 2 })),
      inTwins((hunk) => numbered({ ...hunk, oldStart: hunk.oldStart + 2, newStart: hunk.newStart + 2 })),
      inTwins(({ name }) => `@@ ${name || "here"} @@`),
    ],
  ],
  ["applied already", [again]],
  ["code left out", [left]],
  ["missing, existing, clashing files", MISSING],
  ["huge", [...HUGE, () => ({ tree: { big: bigFile }, patch: `${header("big")}@@ -1 +1 @@\n-x\n+y\n` })]],
  ["no patch, nothing done, cut off at a mark", NO_PATCH],
  ["cut off within a line", [cut]],
];
