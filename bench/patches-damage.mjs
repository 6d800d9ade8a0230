// What language models do to a diff, by kind: each row makes of a well-formed diff one with a single right answer, or nothing where it has none.

import { header, isNew, isOld, isUnmistakable, numbered, withContext, written } from "./patches-diff.mjs";
import { FILE_KINDS } from "./patches-files.mjs";
import { SPACE_KINDS } from "./patches-space.mjs";

/** One file that is modified by `hunks`, written as `patch`. */
const edit = ({ path, before, after }, patch) => ({ tree: { [path]: before }, after: { [path]: after }, patch });
const titled = (title) => (source) =>
  isUnmistakable(source) ? edit(source, header(source.path) + written(source.hunks, title)) : undefined;

/** Numbers changed per hunk by `change`, which gets the hunk and dice. */
const renumbered = (change) => (source, roll) => titled((hunk) => numbered({ ...hunk, ...change(hunk, roll) }))(source);

const shift =
  (by) =>
  ({ oldStart, newStart }) => ({
    oldStart: Math.max(1, oldStart + by),
    newStart: Math.max(1, newStart + by),
  });
const near = (roll) => (roll(2) === 0 ? -1 : 1) * (1 + roll(60));

const miscounted = ({ oldCount, newCount }, roll) => ({
  oldCount: Math.max(0, oldCount + (roll(2) === 0 ? 1 + roll(5) : -1 - roll(3))),
  newCount: Math.max(0, newCount + (roll(2) === 0 ? 1 + roll(5) : -1 - roll(3))),
});

const plain = ({ path, hunks }) => header(path) + written(hunks);
const gitLine = ({ path }) => `diff --git a/${path} b/${path}\nindex 1234567..89abcde 100644\n`;

/** Prose and fences round a diff: no letter of the diff changes. */
const wrapped = (wrap) => (source) => edit(source, wrap(plain(source), source));

const lessContext = (lines, title) => (source) => {
  const hunks = withContext(source.hunks, lines);
  return isUnmistakable({ ...source, hunks }) ? edit(source, header(source.path) + written(hunks, title)) : undefined;
};

/** Context without its blank; a line that then begins like a change or like a header has no right reading. */
function withoutPrefix(source) {
  const context = source.hunks.flatMap(({ lines }) => lines).filter((line) => line.startsWith(" "));
  if (!isUnmistakable(source) || context.some((line) => /^ (?:[-+\\]|@@|diff |\*\*\*|```)/.test(line)))
    return undefined;
  const hunks = source.hunks.map((hunk) => ({ ...hunk, lines: hunk.lines.map((line) => line.replace(/^ /, "")) }));
  return edit(source, header(source.path) + written(hunks));
}

/** The file with one more copy of itself below: every hunk fits twice, and right numbers tell which is meant. */
function inTwins(which) {
  return (source) => {
    const { path, before, after, hunks } = source;
    if (!before.endsWith("\n") || !after.endsWith("\n")) return undefined;
    const by = which * (before.split("\n").length - 1);
    const patch = header(path) + written(hunks, (hunk) => numbered({ ...hunk, ...shift(by)(hunk) }));
    const [first, second] = which === 0 ? [after, before] : [before, after];
    return { tree: { [path]: before + before }, after: { [path]: first + second }, patch };
  };
}

function outOfOrder(source, roll) {
  if (source.hunks.length < 2 || !isUnmistakable(source)) return undefined;
  const turn = 1 + roll(source.hunks.length - 1);
  return edit(source, header(source.path) + written([...source.hunks.slice(turn), ...source.hunks.slice(0, turn)]));
}

/** The old side in the form of the `*** Begin Patch` envelope. */
const envelope = (source) => {
  if (!isUnmistakable(source)) return undefined;
  const body = written(source.hunks, ({ name }) => `@@${name ? ` ${name}` : ""}`);
  return edit(source, `*** Begin Patch\n*** Update File: ${source.path}\n${body}*** End Patch\n`);
};

const ENTITIES = { "<": "&lt;", ">": "&gt;", '"': "&quot;", "&": "&amp;" };
const escaped = (line) => line.replaceAll(/[<>"&]/g, (one) => ENTITIES[one]);
const asHtml = (source) => {
  const shown = source.hunks.some(({ lines }) => lines.some((line) => isOld(line) && /[<>"]/.test(line)));
  if (!isUnmistakable(source) || !shown || /&\w+;/.test(source.before + source.after)) return undefined;
  return edit(source, header(source.path) + written(source.hunks.map((h) => ({ ...h, lines: h.lines.map(escaped) }))));
};

const bend = (line) => (line.startsWith(" ") ? line.replaceAll(/"([^"]*)"/g, "“$1”").replaceAll("'", "’") : line);

/** Straight quotes of the context made typographic, as word processors do. */
const curly = (source) => {
  if (!isUnmistakable(source)) return undefined;
  const hunks = source.hunks.map((hunk) => ({ ...hunk, lines: hunk.lines.map(bend) }));
  const patch = header(source.path) + written(hunks);
  return patch === plain(source) ? undefined : edit(source, patch);
};

/** Line numbers of a listing copied along, before every line. */
const gutter = (source) => {
  if (!isUnmistakable(source)) return undefined;
  const hunks = source.hunks.map((hunk) => {
    let [old, fresh] = [hunk.oldStart, hunk.newStart];
    const lines = hunk.lines.map((line) => {
      const number = isOld(line) ? old : fresh;
      if (isOld(line)) old++;
      if (isNew(line)) fresh++;
      return line.startsWith("\\") ? line : `${line[0]}${String(number).padStart(4)} | ${line.slice(1)}`;
    });
    return { ...hunk, lines };
  });
  return edit(source, header(source.path) + written(hunks));
};

/** [kind, variants, true where new files count as sources too]; the cases of a kind are shared out among its variants. A variant gets a source, dice, and all sources. */
export const MUST_APPLY = [
  ["well-formed, one file", [wrapped((diff) => diff), wrapped((diff, source) => gitLine(source) + diff)]],
  ...FILE_KINDS.map(([kind, variants]) => [kind, variants, true]),
  ["ambiguous text, numbers right", [inTwins(0), inTwins(1)]],
  [
    "wrong line numbers",
    [
      renumbered((hunk, roll) => shift(near(roll))(hunk)),
      renumbered(shift(900)),
      renumbered(() => ({ oldStart: 1, newStart: 1 })),
      (source, roll) => {
        const by = near(roll);
        return titled((hunk) => numbered({ ...hunk, ...shift(by)(hunk) }))(source);
      },
    ],
  ],
  [
    "wrong counts",
    [
      renumbered(miscounted),
      renumbered((hunk, roll) => ({ ...shift(near(roll))(hunk), ...miscounted(hunk, roll) })),
      renumbered(() => ({ oldCount: 1, newCount: 1 })),
    ],
  ],
  [
    "numbers missing",
    [
      titled(() => "@@"),
      titled(() => "@@ ... @@"),
      titled(({ name }) => `@@ ${name || "here"} @@`),
      titled(() => "@@ -X,Y +X,Y @@"),
      titled(({ oldStart }) => `@@ line ${oldStart} @@`),
    ],
  ],
  ...SPACE_KINDS,
  [
    "Markdown fence and prose",
    [
      wrapped(
        (diff) => `Here is the change.\n\n\`\`\`diff\n${diff}\`\`\`\n\nIt helps:\n- it is simple\n+ it is fast\n`,
      ),
      wrapped((diff, source) => `I edited **${source.path}**:\n\n\`\`\`\n${diff}\`\`\`\n`),
      wrapped((diff, source) => `The patch:\n\n~~~~patch\n${gitLine(source)}${diff}~~~~\n\n1. Safe.\n2. Small.\n`),
      wrapped((diff, source) => `This should do.\n\n${gitLine(source)}${diff}\nLet me know how it goes.\n`),
      wrapped((diff) => `\`\`\`bash\nnpm test\n\`\`\`\nthen\n\`\`\`diff\n${diff}\n\`\`\`\n`),
      wrapped((diff) => `${diff}-- \n2.39.5\n\n`),
    ],
  ],
  ["hunks out of order", [outOfOrder]],
  [
    "less context",
    [
      lessContext(1),
      lessContext(0),
      lessContext(1, () => "@@"),
      lessContext(0, () => "@@"),
      lessContext(2, () => "@@"),
    ],
  ],
  ["blank before context missing", [withoutPrefix]],
  ["quotes, entities, line numbers of a listing", [curly, asHtml, gutter]],
  ["the *** Begin Patch envelope", [envelope]],
];
