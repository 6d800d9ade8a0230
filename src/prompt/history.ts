// What was tried before, for a model: one line each, those that teach most first, then the diffs of the best of them.

import type { Attempt, Noise, Objective } from "../candidate.js";
import { showableDiff, type KeptBack } from "./kept-back.js";
import { said, saidInLines } from "./sealed.js";
import type { CountTokens } from "./tokens.js";

export interface History {
  readonly text: string;
  readonly shown: number;
}

/** Characters of a hypothesis, of a reason, of a diff. */
const [HYPOTHESIS, REASON, DIFF] = [240, 200, 3_000];
/** What lines may take of the room; the rest is for diffs. */
const LINES = 0.7;
/** Beyond so many deviations an effect teaches no more. */
const CLEAR = 10;
const MOST_DIFFS = 5;
const MOST_ATTEMPTS = 500;

interface HistoryOptions {
  /** Tokens, about. */
  readonly room: number;
  readonly count: CountTokens;
  /** What no diff may show. */
  readonly kept: KeptBack;
}

export function historyOf(
  attempts: readonly Attempt[],
  noise: Noise | null,
  objective: Objective,
  { room, count, kept }: HistoryOptions,
): History {
  const ranked = attempts
    .slice(-MOST_ATTEMPTS)
    .map((attempt, age) => ({ attempt, value: lesson(attempt, noise), age }))
    .toSorted((a, b) => b.value - a.value || b.age - a.age)
    .map(({ attempt }) => attempt);
  const rows = withinRoom(
    ranked.map((attempt) => lineOf(attempt, objective)),
    room * LINES,
    count,
  );
  const used = rows.reduce((sum, row) => sum + count(row) + 1, 0);
  const withDiff = ranked.slice(0, Math.min(rows.length, MOST_DIFFS)).filter(({ diff }) => diff.trim() !== "");
  const diffs = withinRoom(
    withDiff.map((attempt) => diffOf(attempt, kept)),
    room - used,
    count,
  );
  return { text: [...rows, ...diffs].join("\n"), shown: rows.length };
}

/** The first that fit, in their order. */
function withinRoom(texts: readonly string[], room: number, count: CountTokens): string[] {
  let left = room;
  const fitting = texts.findIndex((text) => (left -= count(text) + 1) < 0);
  return texts.slice(0, fitting < 0 ? texts.length : fitting);
}

/** What was kept teaches most, then what was clearly better or worse, then what made no difference, then what never ran. */
function lesson({ decision, effect }: Attempt, noise: Noise | null): number {
  const kept = decision === "kept" ? 2 * CLEAR : decision === "deferred" ? CLEAR : 0;
  if (effect === null) return kept;
  const deviation = noise !== null && noise.deviation > 0 ? noise.deviation : Math.abs(effect) || 1;
  return kept + 1 + Math.min(CLEAR, Math.abs(effect) / deviation);
}

function lineOf({ id, decision, hypothesis, reason, effect, pValue }: Attempt, { direction }: Objective): string {
  const measured =
    effect === null ? "not measured" : `${shortNumber(effect)}, ${verdictOf(effect, direction)}${chance(pValue)}`;
  return `- ${said(id, 40)} ${decision}: ${said(hypothesis, HYPOTHESIS)} | effect: ${measured} | ${said(reason, REASON)}`;
}

function verdictOf(effect: number, direction: Objective["direction"]): string {
  if (effect === 0) return "no difference";
  return effect < 0 === (direction === "lower") ? "better" : "worse";
}

function chance(pValue: number | null): string {
  return pValue === null ? "" : `, p ${shortNumber(pValue)}`;
}

function diffOf({ id, diff }: Attempt, kept: KeptBack): string {
  const shown = saidInLines(showableDiff(diff, kept), DIFF);
  return `diff of ${said(id, 40)}, against a state of the files that may have changed since:\n${shown}`;
}

/** Four digits, in the shortest way of writing them. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}
