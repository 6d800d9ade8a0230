// Kinds of the corpus that are about what cannot be seen: blanks, line ends, indentation, the end of the file; and five defects at once.

import { applied, header, isOld, isUnmistakable, linesOf, runsOf, written } from "./patches-diff.mjs";

const edit = ({ path, before, after }, patch) => ({ tree: { [path]: before }, after: { [path]: after }, patch });

/** Every line of the hunks through `change`, which gets the line and dice; nothing where that changes nothing. */
const rewritten = (change, title) => (source, roll) => {
  if (!isUnmistakable(source)) return undefined;
  const hunks = source.hunks.map((hunk) => ({
    ...hunk,
    lines: hunk.lines.map((line) => (line.startsWith("\\") ? line : change(line, roll))),
  }));
  const patch = header(source.path) + written(hunks, title);
  return patch === header(source.path) + written(source.hunks, title) ? undefined : edit(source, patch);
};

/** The same change in a file that differs by `change` outside of the added lines; `inDiff` says what the diff keeps of it. */
function inOtherFile(source, change, inDiff) {
  const before = linesOf(source.before).map(change).join("");
  const hunks = source.hunks.map((hunk) => ({
    ...hunk,
    lines: hunk.lines.map((l) => (isOld(l) ? l[0] + change(l.slice(1)) : l)),
  }));
  const after = applied(before, hunks);
  const other = { ...source, before, after, hunks };
  return isUnmistakable(other) && before !== source.before ? edit(other, inDiff(other)) : undefined;
}

/** Blank lines of the file hold blanks, those of the diff do not. */
const blankLines = (prefix) => (source) =>
  inOtherFile(
    source,
    (line) => line.replace(/^(\r?\n?)$/, "    $1"),
    ({ path, hunks }) =>
      header(path) + written(hunks.map((h) => ({ ...h, lines: h.lines.map((l) => (/^ +$/.test(l) ? prefix : l)) }))),
  );

/** Some lines of the file end in blanks, which the diff lost. */
const lostBlanks = (source) =>
  inOtherFile(
    source,
    (line) => line.replace(/([;{,])(\n?)$/, "$1  $2"),
    ({ path, hunks }) =>
      header(path) +
      written(hunks.map((h) => ({ ...h, lines: h.lines.map((l) => (isOld(l) ? l[0] + l.slice(1).trimEnd() : l)) }))),
  );

const crlf = (text) => text.replaceAll("\n", "\r\n");
const plain = ({ path, hunks }) => header(path) + written(hunks);

const ends = (tree, patch) => (source) => ({
  tree: { [source.path]: tree(source.before) },
  after: { [source.path]: tree(source.after) },
  patch: patch(source),
});

/** The first `at` lines with CR LF. */
const turn = (text, at) =>
  linesOf(text)
    .map((line, i) => (i < at ? line.replace("\n", "\r\n") : line))
    .join("");

/** The upper part of the file ends its lines in CR LF; every change lies wholly in one part, far from where they meet. */
function mixed(source, roll) {
  const { before, hunks } = source;
  const cut = 1 + roll(linesOf(before).length);
  if (hunks.some((h) => h.oldStart - 2 <= cut && cut <= h.oldStart + h.oldCount + 2)) return undefined;
  const grown = hunks.filter((h) => h.oldStart < cut).reduce((sum, h) => sum + h.newCount - h.oldCount, 0);
  const tree = { [source.path]: turn(before, cut) };
  return { tree, after: { [source.path]: turn(source.after, cut + grown) }, patch: plain(source) };
}

/** git's own form for a file with CR LF: the body has them, the header has not. */
const literalEnds = ({ path, hunks }) =>
  header(path) + written(hunks.map((h) => ({ ...h, lines: h.lines.map((l) => (l.startsWith("\\") ? l : `${l}\r`)) })));

const depth = (line) => /^ */.exec(line.slice(1))[0].length;

/** All lines of the hunks moved left by as much as all of them can be. */
function dedented(source) {
  const solid = source.hunks.map(({ lines }) => lines.filter((l) => l.slice(1).trim() !== "" && !l.startsWith("\\")));
  const by = Math.min(...solid.flat().map(depth));
  // One depth alone says nothing about how far the added lines were moved.
  const tells = solid.every((lines) => new Set(lines.filter(isOld).map(depth)).size > 1);
  if (by < 2 || !tells) return undefined;
  return rewritten((line) => line[0] + line.slice(1).replace(" ".repeat(by), ""))(source);
}

function tabbed(source) {
  if (/\t/.test(source.before)) return undefined;
  const lines = source.hunks.flatMap((hunk) => hunk.lines).filter((line) => !line.startsWith("\\"));
  const tells = source.hunks.every((h) => h.lines.some((line) => isOld(line) && depth(line) > 0));
  if (!tells || lines.some((line) => depth(line) % 2 === 1)) return undefined;
  return rewritten((line) => line[0] + line.slice(1).replace(/^(?: {2})+/, (blanks) => "\t".repeat(blanks.length / 2)))(
    source,
  );
}

/** The context lost its indentation; lines that are removed and added kept theirs. */
const flattened = (source) => {
  const runs = source.hunks.flatMap(({ lines }) => runsOf(lines));
  const told = runs.every((run) => run.some((line) => line.startsWith("-")));
  return told ? rewritten((line) => (line.startsWith(" ") ? ` ${line.trimStart()}` : line))(source) : undefined;
};

const collapsed = rewritten((line) =>
  line.startsWith(" ") ? line[0] + line.slice(1).replaceAll(/(?<=\S) {2,}(?=\S)/g, " ") : line,
);

/** The same change in a file whose last line is not terminated, and a hunk that reaches it. */
const unterminated = (marker) => (source) => {
  const { path, before, after, hunks } = source;
  const last = hunks.at(-1);
  const reaches = last.oldStart + last.oldCount - 1 === linesOf(before).length;
  if (!reaches || !last.lines.at(-1).startsWith(" ") || !isUnmistakable(source)) return undefined;
  const bare = { path, before: before.replace(/\n$/, ""), after: after.replace(/\n$/, "") };
  return edit(bare, header(path) + written(hunks) + marker);
};

function kitchenSink(source, roll) {
  const messy = (line) => {
    if (line === " ") return "";
    return line.startsWith(" ") && roll(3) === 0 ? `${line}  ` : line;
  };
  const made = rewritten(messy, ({ name }) => (name ? `@@ ${name} @@` : "@@"))(source, roll);
  if (!made) return undefined;
  const patch = made.patch.replace(/^--- a\/(.*)\n\+\+\+ b\//, "--- $1\n+++ ");
  return { ...made, patch: `Sure! This is the patch:\n\n\`\`\`diff\n${crlf(patch)}\`\`\`\n\n- smaller\n- faster\n` };
}

export const SPACE_KINDS = [
  [
    "trailing blanks lost or added",
    [
      rewritten((line, roll) => (isOld(line) && roll(3) === 0 ? `${line}${" ".repeat(1 + roll(3))}` : line)),
      rewritten((line) => (line.startsWith(" ") ? `${line}\t` : line)),
      lostBlanks,
    ],
  ],
  [
    "blank context without its blank",
    [rewritten((line) => (line === " " ? "" : line)), blankLines(""), blankLines(" ")],
  ],
  [
    "CR LF against LF, mixed files",
    [
      ends(crlf, plain),
      ends(
        (text) => text,
        (source) => crlf(plain(source)),
      ),
      ends(crlf, literalEnds),
      mixed,
    ],
  ],
  ["indentation or inner blanks mangled", [dedented, tabbed, flattened, collapsed]],
  [
    "no newline at the end, with and without marker",
    [unterminated(""), unterminated("\\ No newline at end of file\n")],
  ],
  ["five defects at once", [kitchenSink]],
];
