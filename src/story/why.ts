// One attempt's story in words, and a cycle's: what was thought, changed, measured and decided, what it cost, and what became of it. Pure.

import type { Attempt, FinishedCycle } from "../candidate.js";
import { oneLine, visible } from "../report/escape.js";
import { chance, decimalsOf, fixed, percent, signed, timeText } from "../report/numbers.js";
import { bundleOf, claimWord, type Told } from "./lineage.js";

/** Characters of a text in a line of its own, and lines of a diff. */
const WORDS = 400;
const DIFF_LINES = 200;

/** The story of an attempt. `paint` colours a line of a diff, where the reader sees colours. */
export function attemptStory(attempt: Attempt, told: Told, paint: (line: string) => string): string {
  const { cycle } = told;
  return [
    `attempt ${oneLine(attempt.id, 20)} of cycle ${oneLine(cycle.id, 64)}, by ${proposerOf(attempt)}`,
    "",
    ...row("idea", attempt.hypothesis),
    ...(attempt.origin
      ? [...row("because", attempt.origin.rationale), ...row("expected", attempt.origin.expected)]
      : []),
    ...row("parent", parentWords(attempt, cycle)),
    ...row("measured", measuredWords(attempt, cycle)),
    ...row("decision", `${attempt.decision}: ${attempt.reason}`),
    ...row("cost", costWords(attempt)),
    ...row("since", fateWords(attempt, told)),
    "",
    ...diffLines(attempt.diff, paint),
  ].join("\n");
}

/** The story of a cycle. */
export function cycleStory(told: Told): string {
  const { cycle } = told;
  const { decision, baseline, noise, objective, attempts, cost } = cycle;
  const decimals = decimalsOf(noise);
  const count = (which: Attempt["decision"]) => attempts.filter((one) => one.decision === which).length;
  const bundle = bundleOf(cycle).map(({ id, hypothesis }) => `${id} ${hypothesis.split(/\n|: /)[0]}`);
  return [
    `cycle ${oneLine(cycle.id, 64)} on commit ${cycle.baseCommit.slice(0, 10)}`,
    "",
    ...row("objective", `${objective.name}, ${objective.direction} is better`),
    ...row(
      "baseline",
      `${fixed(baseline.score, decimals)} on average of ${baseline.trainings} trainings, ±${fixed(noise.deviation, decimals)} between seeds`,
    ),
    ...row(
      "search",
      `${attempts.length} attempts: ${count("kept")} kept, ${count("deferred")} deferred, ${count("rejected")} rejected`,
    ),
    ...row("bundle", bundle.length === 0 ? "empty" : bundle.join("; ")),
    ...(cycle.pruned.length > 0 ? row("left out", cycle.pruned.join(", ")) : []),
    ...row("confirmed", confirmedWords(cycle)),
    ...row("decision", `${decision.verdict}: ${decision.reason}`),
    ...row("cost", `${cost.trainings} trainings, ${timeText(cost.seconds)} added up`),
    ...row("since", outcomeWords(told)),
  ].join("\n");
}

function row(name: string, text: string): string[] {
  return [`${name.padEnd(10)}${oneLine(text, WORDS)}`];
}

function proposerOf({ proposer, origin }: Attempt): string {
  return origin
    ? `the model ${oneLine(origin.model, 60)}`
    : { search: "the search", llm: "a language model" }[proposer];
}

function parentWords({ parent }: Attempt, { attempts }: FinishedCycle): string {
  const found = attempts.find(({ id }) => id === parent);
  return found ? `${parent}: ${found.hypothesis.split(/\n|: /)[0]}` : "the baseline";
}

function measuredWords({ effect, pValue, differences }: Attempt, { noise, objective }: FinishedCycle): string {
  if (effect === null) return "nothing: it was not trained to its end";
  const decimals = decimalsOf(noise);
  const size = noise.deviation > 0 ? `, ${fixed(Math.abs(effect) / noise.deviation, 1)} times that` : "";
  const luck = pValue === null ? "" : `; a change that does nothing looks as good in ${percent(pValue)} of cases`;
  const seeds = differences.length === 1 ? "on the seed of the search" : `on ${differences.length} seeds`;
  return `${signed(effect, decimals)} ${objective.name} against its parent ${seeds}; seeds alone move it by ±${fixed(noise.deviation, decimals)} (${noise.runs} trainings)${size}${luck}`;
}

function costWords({ cost, origin }: Attempt): string {
  const trained = `${cost.trainings} ${cost.trainings === 1 ? "training" : "trainings"}, ${timeText(cost.seconds)}`;
  if (!origin) return trained;
  const dollars = origin.dollars === null ? "" : `, $${origin.dollars.toFixed(4)}`;
  return `${trained}; ${origin.requests} requests, ${origin.inputTokens} tokens in, ${origin.outputTokens} out${dollars}`;
}

/** What became of it later. */
function fateWords({ id, decision, diff }: Attempt, told: Told): string {
  const { cycle } = told;
  const children = cycle.attempts.filter(({ parent }) => parent === id).length;
  const departed = children === 0 ? "" : `; ${children} attempts departed from it`;
  if (bundleOf(cycle).some((one) => one.id === id)) return `it is in the bundle: ${outcomeWords(told)}${departed}`;
  if (decision === "kept") {
    return `it left the bundle, which is no worse without it or grew better on another branch${departed}`;
  }
  const again = cycle.attempts.find((one) => one.diff === diff && one.id !== id && one.decision === "kept");
  if (decision === "deferred" && again) return `tried again as ${again.id}, which was kept${departed}`;
  return `nothing of it was kept${departed}`;
}

function confirmedWords({ decision, pairs, noise }: FinishedCycle): string {
  const { effect, interval, pValue } = decision;
  if (effect === null) return "nothing";
  const decimals = decimalsOf(noise);
  const range = interval ? `, interval ${signed(interval[0], decimals)} to ${signed(interval[1], decimals)}` : "";
  const luck = pValue === null ? "" : `, ${chance(pValue)}`;
  return `${signed(effect, decimals)} on average of ${pairs.length} fresh pairs${range}${luck}`;
}

function outcomeWords({ cycle, claim }: Told): string {
  if (cycle.branch === null) return "nothing was changed";
  const receipt = cycle.receipt === null ? "" : `, receipt ${cycle.receipt}`;
  const after =
    claim === undefined ? "not measured again after a merge" : `after the merge ${claimWord(claim)} (${claim.reason})`;
  return `accepted on branch ${cycle.branch}${receipt}; ${after}`;
}

function diffLines(diff: string, paint: (line: string) => string): string[] {
  const lines = diff.replace(/\n$/, "").split("\n");
  const left = lines.length - DIFF_LINES;
  const shown = lines.slice(0, DIFF_LINES).map((line) => paint(visible(line.slice(0, WORDS))));
  return left > 0 ? [...shown, `… and ${left} more lines`] : shown;
}
