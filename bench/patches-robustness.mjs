// Broken and enormous patches: whether there is always an answer, how long it takes, and whether a result has lines that nobody wrote.

import { applyPatch, createPatch, OPEN_POLICY } from "../dist/patch/index.js";
import { median, say } from "./common.mjs";
import { header, written } from "./patches-diff.mjs";

const INSERTS = [
  "@@",
  "@@ -1 +1 @@\n",
  "--- a/x\n+++ b/x\n",
  "diff --git a/x b/y\n",
  "\\ No newline\n",
  "```",
  "+",
  "-",
  " ",
  "\r",
  "\n",
  "\ufffd",
  "*** Begin Patch\n",
  "*** End Patch\n",
  "rename from x\n",
  "99999999999",
  "&lt;",
];

/** Real diffs with one to four random pieces put in, left out or repeated. */
export function mutations(sources, count, dice) {
  const roll = dice("mutations");
  const modified = sources.filter(({ before }) => before !== undefined);
  const result = { count, applied: 0, refused: 0, crashes: 0, invented: 0, slowest: 0 };
  for (let i = 0; i < count; i++) {
    const source = modified[roll(modified.length)];
    const patch = mutated(header(source.path) + written(source.hunks), roll);
    const start = performance.now();
    const answer = answerTo(patch, source);
    result.slowest = Math.max(result.slowest, performance.now() - start);
    if (answer === undefined) result.crashes++;
    else if (!answer.ok) result.refused++;
    else {
      result.applied++;
      if (answer.files.some(({ after }) => isInvented(after ?? "", source.before, patch))) result.invented++;
    }
  }
  say(`\n${JSON.stringify(result)}`);
  return result;
}

function answerTo(patch, { path, before }) {
  try {
    return applyPatch(patch, { read: (name) => (name === path ? before : undefined), policy: OPEN_POLICY });
  } catch {
    return undefined;
  }
}

function mutated(text, roll) {
  let result = text;
  for (let steps = 1 + roll(4); steps > 0; steps--) {
    const at = roll(result.length + 1);
    const start = roll(result.length + 1);
    const pieces = [INSERTS[roll(INSERTS.length)], "", result.slice(start, start + roll(40))];
    result = result.slice(0, at) + pieces[roll(3)] + result.slice(at + roll(2) * roll(40));
  }
  return result;
}

const plain = (line) => line.replaceAll(/&(?:lt|gt|quot|amp|#39|apos);|[<>"'&\s]/g, "");

/** Whether a line stands neither in the file nor in the patch, white space and the characters of entities aside. */
function isInvented(after, before, patch) {
  const known = new Set(before.split("\n").map(plain));
  for (const line of patch.split("\n")) known.add(plain(line)).add(plain(line.slice(1)));
  return after.split("\n").some((line) => !known.has(plain(line)));
}

/** 303 hunks on a file of 40,000 lines, two thirds of them braces and blank lines. */
export function largeFile() {
  const lines = Array.from({ length: 40_000 }, (_, i) => (i % 3 === 0 ? `unique line ${i}` : ["}", ""][i % 2]));
  const before = `${lines.join("\n")}\n`;
  const after = `${lines.map((line, i) => (i % 132 === 66 ? `${line} changed` : line)).join("\n")}\n`;
  const diff = createPatch("big", before, after);
  const result = {
    numbered: timed(diff, before, after),
    withoutNumbers: timed(diff.replaceAll(/^@@ .*$/gm, "@@"), before, after),
  };
  say(`303 hunks on 40,000 lines, milliseconds: ${JSON.stringify(result)}`);
  return result;
}

/** Milliseconds: the first time, the median of nine more, and processor time of all ten on average, which other work on the machine leaves alone. */
function timed(patch, before, after) {
  const used = process.cpuUsage();
  const times = Array.from({ length: 10 }, () => {
    const start = performance.now();
    const result = applyPatch(patch, { read: () => before, policy: OPEN_POLICY });
    const milliseconds = performance.now() - start;
    if (!result.ok || result.files[0].after !== after) throw new Error("the large file is not what it should be");
    return milliseconds;
  });
  const { user, system } = process.cpuUsage(used);
  return { first: times[0], median: median(times.slice(1)), processor: (user + system) / 1e4 };
}
