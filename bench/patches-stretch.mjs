// Defects that may be mended or refused, as long as the result is never another one than the author's.

import { header, isOld, numbered, withContext, written } from "./patches-diff.mjs";

const edit = ({ path, before, after }, hunks, title) => {
  const patch = header(path) + written(hunks, title);
  return { tree: { [path]: before }, after: { [path]: after }, patch };
};

/** Each hunk's lines through `change`; nothing where all stay as they are. */
const changed = (change) => (source, roll) => {
  const hunks = source.hunks.map((hunk) => ({ ...hunk, lines: change(hunk.lines, roll) }));
  const same = hunks.every(({ lines }, i) => lines.join("\n") === source.hunks[i].lines.join("\n"));
  return same ? undefined : edit(source, hunks, roll(2) === 0 ? numbered : () => "@@");
};

const isContext = (line) => line?.startsWith(" ");
const inside = (lines) =>
  lines.flatMap((line, i) => {
    const between = isContext(line) && isContext(lines[i - 1]) && isContext(lines[i + 1]);
    const first = lines.findIndex((l) => !isContext(l));
    const last = lines.findLastIndex((l) => !isContext(l));
    return between && first < i && i < last ? [i] : [];
  });

const outerInvented = changed((lines) => (/^ .*\w/.test(lines[0]) ? lines.with(0, `${lines[0]} // see above`) : lines));
const elided = changed((lines) => (inside(lines).length > 0 ? lines.with(inside(lines)[0], " ...") : lines));
const skipped = changed((lines) => (inside(lines).length > 0 ? lines.toSpliced(inside(lines)[0], 1) : lines));

const forgottenPlus = changed((lines, roll) => {
  const added = lines.flatMap((line, i) => (/^\+.*\w/.test(line) ? [i] : []));
  if (added.length < 2) return lines;
  const at = added[roll(added.length)];
  return lines.with(at, ` ${lines[at].slice(1)}`);
});

const lowered = changed((lines) => {
  const at = lines.findIndex((line) => /^ .*[A-Z]/.test(line));
  return at < 0 ? lines : lines.with(at, lines[at].toLowerCase());
});

const reworded = changed((lines) => {
  const at = lines.findIndex((line) => /^ \s*(?:\/\/|\*|\/\*\*).*\bthe\b/.test(line));
  return at < 0 ? lines : lines.with(at, lines[at].replace(/\bthe\b/, "a"));
});

/** No context at all, numbers right: an insertion then shows nothing of the file. */
const numbersAlone = (source) => {
  const hunks = withContext(source.hunks, 0);
  return hunks.some(({ oldCount }) => oldCount === 0) ? edit(source, hunks, numbered) : undefined;
};

/** Where the hunks show lines of the file that are indented; elsewhere the diff means literally what it says. */
const trimmed = (source, roll) => {
  const shows = source.hunks.every(({ lines }) => lines.some((line) => isOld(line) && /^.[ \t]+\S/.test(line)));
  return shows ? bare(source, roll) : undefined;
};
const bare = changed((lines) => lines.map((line) => line[0] + line.slice(1).trimStart()));
const joined = changed((lines) => {
  const at = lines.findIndex((line, i) => isOld(line) && isContext(line) && isContext(lines[i + 1]) && i > 0);
  return at < 0 ? lines : lines.toSpliced(at, 2, lines[at] + lines[at + 1].slice(1).trimStart());
});

export const STRETCH = [
  ["outermost context invented", [outerInvented]],
  ["context left out, with and without dots", [elided, skipped]],
  ["a + forgotten", [forgottenPlus]],
  ["context in other words or letters", [lowered, reworded]],
  ["insertions that stand on their numbers alone", [numbersAlone]],
  ["all indentation lost", [trimmed]],
  ["two lines of context joined", [joined]],
];
