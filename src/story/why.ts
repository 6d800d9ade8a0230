// One attempt's story in words, and a cycle's: what was thought, changed, measured and decided, what it cost, and what became of it. Pure.

import type { Attempt, FinishedCycle } from "../candidate.js";
import { bundleOf, changeOf } from "../report/bundle.js";
import { oneLine, visible } from "../report/escape.js";
import { chance, counted, decimalsOf, fixed, oftenness, signed, timeText } from "../report/numbers.js";
import {
  claimWord,
  decimalsOfCycle,
  isFinished,
  NOT_FINISHED,
  type Telling,
  type Told,
  type Unfinished,
} from "./lineage.js";

/** Characters of a text in a line of its own, and lines of a diff. */
const WORDS = 400;
const DIFF_LINES = 200;

/** Colours a line of a diff: in a hunk, or before the first one of a file. */
export type Paint = (line: string, inHunk: boolean) => string;

/** The story of an attempt. `paint` colours a line of a diff, where the reader sees colours. */
export function attemptStory(attempt: Attempt, told: Telling, paint: Paint): string {
  const { cycle } = told;
  const of = `cycle ${oneLine(cycle.id, 64)}${isFinished(cycle) ? "" : NOT_FINISHED}`;
  return [
    `attempt ${oneLine(attempt.id, 20)} of ${of}, by ${proposerOf(attempt)}`,
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
export function cycleStory(told: Telling): string {
  return "holds" in told ? finishedStory(told) : unfinishedStory(told.cycle);
}

function unfinishedStory({ id, attempts }: Unfinished): string {
  const seconds = attempts.reduce((sum, { cost }) => sum + cost.seconds, 0);
  const trainings = attempts.reduce((sum, { cost }) => sum + cost.trainings, 0);
  return [
    `cycle ${oneLine(id, 64)}${NOT_FINISHED}: it runs, or was stopped; the same axon evolve goes on with it`,
    "",
    ...row("search", `${searchWords(attempts)}, so far`),
    ...row("cost", `${counted(trainings, "training")} of attempts, ${timeText(seconds)} added up`),
  ].join("\n");
}

function searchWords(attempts: readonly Attempt[]): string {
  const count = (which: Attempt["decision"]) => attempts.filter((one) => one.decision === which).length;
  return `${counted(attempts.length, "attempt")}: ${count("kept")} kept, ${count("deferred")} deferred, ${count("rejected")} rejected`;
}

function finishedStory(told: Told): string {
  const { cycle } = told;
  const { decision, baseline, noise, objective, attempts, cost } = cycle;
  const decimals = decimalsOf(noise);
  const bundle = bundleOf(cycle).map((attempt) => `${attempt.id} ${changeOf(attempt)}`);
  return [
    `cycle ${oneLine(cycle.id, 64)} on commit ${cycle.baseCommit.slice(0, 10)}`,
    "",
    ...row("objective", `${objective.name}, ${objective.direction} is better`),
    ...row(
      "baseline",
      `${fixed(baseline.score, decimals)} on average of ${counted(baseline.trainings, "training")}, ±${fixed(noise.deviation, decimals)} between seeds`,
    ),
    ...row("search", searchWords(attempts)),
    ...row("bundle", bundle.length === 0 ? "empty" : bundle.join("; ")),
    ...(cycle.pruned.length > 0 ? row("left out", cycle.pruned.join(", ")) : []),
    ...row("confirmed", confirmedWords(cycle)),
    ...row("decision", `${decision.verdict}: ${decision.reason}`),
    ...row("cost", `${counted(cost.trainings, "training")}, ${timeText(cost.seconds)} added up`),
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

function parentWords({ parent }: Attempt, { attempts }: Telling["cycle"]): string {
  const found = attempts.find(({ id }) => id === parent);
  return found ? `${parent}: ${changeOf(found)}` : "the baseline";
}

function measuredWords({ effect, pValue, differences }: Attempt, cycle: Telling["cycle"]): string {
  if (effect === null) return "nothing: it was not trained to its end";
  const luck = pValue === null ? "" : `; a change that does nothing looks as good ${oftenness(pValue)}`;
  const seeds = differences.length === 1 ? "on the seed of the search" : `on ${differences.length} seeds`;
  const name = isFinished(cycle) ? ` ${cycle.objective.name}` : "";
  return `${signed(effect, decimalsOfCycle(cycle))}${name} against its parent ${seeds}${noiseWords(effect, cycle)}${luck}`;
}

function noiseWords(effect: number, cycle: Telling["cycle"]): string {
  if (!isFinished(cycle)) return "";
  const { deviation, runs } = cycle.noise;
  const size = deviation > 0 ? `, ${fixed(Math.abs(effect) / deviation, 1)} times that` : "";
  return `; seeds alone move it by ±${fixed(deviation, decimalsOf(cycle.noise))} (${counted(runs, "training")})${size}`;
}

function costWords({ cost, origin }: Attempt): string {
  const trained = `${counted(cost.trainings, "training")}, ${timeText(cost.seconds)}`;
  if (!origin) return trained;
  const dollars = origin.dollars === null ? "" : `, $${origin.dollars.toFixed(4)}`;
  return `${trained}; ${counted(origin.requests, "request")}, ${counted(origin.inputTokens, "token")} in, ${origin.outputTokens} out${dollars}`;
}

/** What became of it later. */
function fateWords(attempt: Attempt, told: Telling): string {
  const children = told.cycle.attempts.filter(({ parent }) => parent === attempt.id).length;
  const departed = children === 0 ? "" : `; ${counted(children, "attempt")} departed from it`;
  return "holds" in told ? finalWords(attempt, told, departed) : `not known yet: its cycle has not finished${departed}`;
}

function finalWords({ id, decision, diff }: Attempt, told: Told, departed: string): string {
  const { cycle } = told;
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
  return `${signed(effect, decimals)} on average of ${counted(pairs.length, "fresh pair")}${range}${luck}`;
}

function outcomeWords({ cycle, claim }: Told): string {
  if (cycle.branch === null) return "nothing was changed";
  const receipt = cycle.receipt === null ? "" : `, receipt ${cycle.receipt}`;
  const after =
    claim === undefined ? "not measured again after a merge" : `after the merge ${claimWord(claim)} (${claim.reason})`;
  return `accepted on branch ${cycle.branch}${receipt}; ${after}`;
}

function diffLines(diff: string, paint: Paint): string[] {
  const lines = diff.replace(/\n$/, "").split("\n");
  const left = lines.length - DIFF_LINES;
  let inHunk = false;
  const shown = lines.slice(0, DIFF_LINES).map((line) => {
    inHunk = !line.startsWith("diff ") && (inHunk || line.startsWith("@@"));
    return paint(visible(line.slice(0, WORDS)), inHunk);
  });
  return left > 0 ? [...shown, `… and ${left} more lines`] : shown;
}
