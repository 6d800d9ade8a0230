// How often the rule that gives trainings up would have been wrong: every two whole trainings of an archive that share seed and budget
// are held against each other. `npm run bench -- given-up <archive.jsonl>`.

import { readFileSync } from "node:fs";
import { givenUp } from "../dist/statistics/catch-up.js";
import { say } from "./common.mjs";

export async function run([file]) {
  if (file === undefined) throw new Error("which archive? axon/archive.jsonl below a repository's git directory");
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const entries = lines
    .map((line) => JSON.parse(line))
    .filter(({ kind, measurement }) => kind === "training" && measurement.ok);
  const counts = { trainings: entries.length, comparisons: 0, worse: 0, givenUp: 0, wrongly: 0 };
  for (const [one, other] of pairs(entries)) {
    const [curve, reference] = [one, other].map(({ measurement }) => measurement.training?.curve ?? []);
    if (curve.length === 0 || curve.length !== reference.length) continue;
    const worse = one.measurement.score > other.measurement.score;
    const stopped = givenUp(curve, reference) !== undefined;
    counts.comparisons++;
    if (worse) counts.worse++;
    if (stopped) counts.givenUp++;
    if (stopped && !worse) counts.wrongly++;
  }
  say(
    `${counts.givenUp} of ${counts.worse} that ended worse would have been given up, and ${counts.wrongly} that ended better`,
  );
  return counts;
}

function alike({ key: a }, { key: b }) {
  return a.seed === b.seed && a.flops === b.flops && a.split === b.split;
}

function* pairs(entries) {
  for (const one of entries) for (const other of entries) if (one !== other && alike(one, other)) yield [one, other];
}
