// Reads the header of one file's section: git's extended lines, `---` and `+++`, modes, marks of binary content.

import type { SourceLine } from "./extract-diff.js";
import { decodeName, type SectionHeader } from "./file-names.js";
import { accept, refuse, type Result } from "./patch-error.js";

interface HeaderEnd {
  readonly header: SectionHeader;
  /** Index of the first line after the header. */
  readonly next: number;
}

/** Extended header lines that set a field. */
const FIELDS: readonly (readonly [RegExp, (header: SectionHeader, value: string) => void])[] = [
  [/^rename from (.+)$/, (h, v) => (h.renameFrom = decodeName(v))],
  [/^rename to (.+)$/, (h, v) => (h.renameTo = decodeName(v))],
  [/^copy from (.+)$/, (h, v) => (h.copyFrom = decodeName(v))],
  [/^copy to (.+)$/, (h, v) => (h.copyTo = decodeName(v))],
  [/^(new) file mode /, (h) => (h.created = true)],
  [/^(deleted) file mode /, (h) => (h.deleted = true)],
];

const MODE = /^(old mode|new mode|new file mode|deleted file mode|index [0-9a-f]+\.\.[0-9a-f]+) (\d+)\s*$/;
const BINARY = /^(?:GIT binary patch|Binary files .* differ|Files .* differ)\s*$/;

/** True where a file's section begins at index `at`. */
export function startsSection(lines: readonly SourceLine[], at: number): boolean {
  const text = lines[at].text;
  return text.startsWith("diff --") || isNamePair(lines, at);
}

/** `---` and `+++` on successive lines. */
export function isNamePair(lines: readonly SourceLine[], at: number): boolean {
  return /^--- \S/.test(lines[at].text) && /^\+\+\+ \S/.test(lines[at + 1]?.text ?? "");
}

/** The header that begins at `at`; refuses what only bytes or file modes could express. */
export function parseHeader(lines: readonly SourceLine[], at: number): Result<HeaderEnd> {
  const line = lines[at].number;
  const header: SectionHeader = { line };
  let next = at;
  if (lines[at].text.startsWith("diff --")) {
    if (/^diff --(?:cc|combined) /.test(lines[at].text)) return combined(line);
    const git = /^diff --git (.+)$/.exec(lines[at].text)?.[1];
    if (git !== undefined) header.git = git;
    next++;
    for (; next < lines.length && !lines[next].text.startsWith("@@") && !startsSection(lines, next); next++) {
      const problem = readExtended(header, lines[next]);
      if (problem) return problem;
    }
  }
  if (next < lines.length && isNamePair(lines, next)) {
    header.old = decodeName(lines[next].text.slice(4));
    header.new = decodeName(lines[next + 1].text.slice(4));
    next += 2;
  }
  return accept({ header, next });
}

/** Refusal of a merge's combined diff at `line`. */
export function combined(line: number) {
  return refuse("combined-diff", "combined diffs of merges cannot be applied: send a plain unified diff", { line });
}

/** Refusal if `line` announces what no hunk can say: binary content, or a kind of file that is not allowed. */
export function unfitMark(line: SourceLine) {
  return binaryMark(line) ?? unsafeMode(line);
}

function binaryMark(line: SourceLine) {
  if (!BINARY.test(line.text)) return undefined;
  return refuse("binary", "binary changes are not allowed: only text can be patched", { line: line.number });
}

function readExtended(header: SectionHeader, line: SourceLine) {
  for (const [pattern, set] of FIELDS) {
    const found = pattern.exec(line.text);
    if (found) set(header, found[1]);
  }
  return unfitMark(line);
}

/** Only regular files, and no change of the executable bit. */
function unsafeMode(line: SourceLine) {
  const found = MODE.exec(line.text);
  if (!found) return undefined;
  const [, what, mode] = found;
  const keepsMode = what.startsWith("index ") || what === "deleted file mode";
  if (mode === "100644" ? what !== "old mode" && what !== "new mode" : mode === "100755" && keepsMode) return undefined;
  const message = `\`${line.text.trim()}\`: symbolic links, submodules and changes of mode are not allowed; leave the line out`;
  return refuse("unsafe-mode", message, { line: line.number });
}
