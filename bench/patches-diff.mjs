// Well-formed diffs as values that the corpus damages: read, applied literally, written. It shares nothing with the engine under test.

const NUMBERS = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(.*)$/;

/** Hunks of one file's diff: numbers, what follows the second `@@`, lines with their prefixes. */
export function parseHunks(diff) {
  const hunks = [];
  for (const line of diff.replace(/\n$/, "").split("\n")) {
    const found = NUMBERS.exec(line);
    if (found) {
      const [oldStart, oldCount, newStart, newCount] = found.slice(1, 5).map((n) => Number(n ?? 1));
      hunks.push({ oldStart, oldCount, newStart, newCount, name: found[5].trim(), lines: [] });
    } else hunks.at(-1)?.lines.push(line);
  }
  return hunks;
}

/** The lines of a text, each with its end. */
export function linesOf(text) {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Hunks applied by their numbers alone; throws if a line is not where they say. */
export function applied(before, hunks) {
  const lines = linesOf(before);
  const result = [];
  let at = 0;
  for (const { oldStart, oldCount, lines: body } of hunks) {
    const start = oldCount === 0 ? oldStart : oldStart - 1;
    result.push(...lines.slice(at, start));
    at = start;
    for (const [i, line] of body.entries()) {
      if (line.startsWith("\\")) continue;
      const text = line.slice(1) + (body[i + 1]?.startsWith("\\") ? "" : "\n");
      if (line.startsWith("+")) result.push(text);
      else if (lines[at++] !== text) throw new Error(`line ${at} differs`);
      else if (line.startsWith(" ")) result.push(text);
    }
  }
  return [...result, ...lines.slice(at)].join("");
}

export const header = (path) => `--- a/${path}\n+++ b/${path}\n`;

const range = (start, count) => (count === 1 ? `${start}` : `${start},${count}`);

/** `@@ -o,c +n,d @@ name`, counts of one left out as git does. */
export function numbered({ oldStart, oldCount, newStart, newCount, name }) {
  return `@@ -${range(oldStart, oldCount)} +${range(newStart, newCount)} @@${name ? ` ${name}` : ""}`;
}

/** @param title how a hunk's first line is written */
export function written(hunks, title = numbered) {
  return hunks.map((hunk) => `${[title(hunk), ...hunk.lines].join("\n")}\n`).join("");
}

export const isOld = (line) => /^[ -]/.test(line);
export const isNew = (line) => /^[ +]/.test(line);

/** The hunks of the same change with at most `context` lines round each run of changes, their numbers right. */
export function withContext(hunks, context) {
  return hunks.flatMap((hunk) => shrunk(hunk, context));
}

function shrunk(hunk, context) {
  const rows = numberedRows(hunk);
  const near = rows.map((_, i) =>
    rows.slice(Math.max(0, i - context), i + context + 1).some(({ line }) => !line.startsWith(" ")),
  );
  const groups = [];
  for (const [i, row] of rows.entries()) {
    if (!near[i]) continue;
    if (near[i - 1]) groups.at(-1).push(row);
    else groups.push([row]);
  }
  return groups.map((group) => fromRows(group, hunk.name));
}

/** Each line with the numbers, from 1, that it has or would have on either side. */
function numberedRows({ oldStart, oldCount, newStart, newCount, lines }) {
  let [old, fresh] = [oldCount === 0 ? oldStart + 1 : oldStart, newCount === 0 ? newStart + 1 : newStart];
  const rows = [];
  for (const line of lines) {
    if (line.startsWith("\\")) {
      rows.push({ ...rows.pop(), marker: line });
      continue;
    }
    rows.push({ line, old, new: fresh });
    if (isOld(line)) old++;
    if (isNew(line)) fresh++;
  }
  return rows;
}

function fromRows(rows, name) {
  const oldCount = rows.filter(({ line }) => isOld(line)).length;
  const newCount = rows.filter(({ line }) => isNew(line)).length;
  return {
    oldStart: oldCount === 0 ? rows[0].old - 1 : rows[0].old,
    oldCount,
    newStart: newCount === 0 ? rows[0].new - 1 : rows[0].new,
    newCount,
    name,
    lines: rows.flatMap(({ line, marker }) => (marker === undefined ? [line] : [line, marker])),
  };
}

const bare = (line) => line.replaceAll(/\s+/g, "");

/** In how many places of `text` the old side of a hunk stands if white space counts for nothing. */
export function places(text, { lines }) {
  const file = linesOf(text).map(bare);
  const old = lines.filter(isOld).map((line) => bare(line.slice(1)));
  return file.filter((_, at) => old.every((line, i) => file[at + i] === line)).length;
}

/** Whether every hunk says by its text alone where it belongs: one place in the file, and `least` letters and digits to know it by. */
export function isUnmistakable({ before, hunks }, least = 10) {
  return hunks.every((hunk) => {
    const letters =
      hunk.lines
        .filter(isOld)
        .join("")
        .match(/[\p{L}\p{N}]/gu)?.length ?? 0;
    return letters >= least && places(before, hunk) === 1;
  });
}

/** The runs of added and removed lines, without the context between them. */
export function runsOf(lines) {
  return lines
    .map((line) => (line.startsWith(" ") ? "" : line))
    .join("\n")
    .split(/\n{2,}/)
    .map((run) => run.split("\n").filter((line) => line !== ""))
    .filter((run) => run.length > 0);
}
