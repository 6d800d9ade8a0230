// When a single paired training is good enough to build on. A cheap filter: nothing it lets through leaves the machine unconfirmed.

import type { Attempt, Noise } from "../candidate.js";
import { isNegligible } from "./negligible.js";
import { upperQuantile, upperTail } from "./student-t.js";

export interface SearchRuling {
  readonly keep: boolean;
  readonly reason: string;
  /** How often a change without effect would look at least as good, if pairing halves the variance of a difference. */
  readonly pValue: number | null;
}

/**
 * Any gain of use will do: a margin of half a standard deviation would throw away a third of the true gain where gains are rare
 * (`npm run bench -- decisions`), and the confirmation is there for what noise lets through.
 * @param change candidate minus parent on one seed; below 0 is better
 */
export function worthKeeping(change: number, { deviation, runs }: Noise): SearchRuling {
  if (change === 0) return { keep: false, reason: "it changes no digit of the result", pValue: null };
  const pValue = deviation > 0 ? upperTail(-change / deviation, runs - 1) : null;
  if (change > 0) return { keep: false, reason: "worse than its parent on the same seed", pValue };
  if (isNegligible(change, deviation)) return { keep: false, reason: "too little better to be of use", pValue };
  return { keep: true, reason: "better than its parent on the same seed", pValue };
}

/** From here on a change is worse by about a standard deviation between seeds: hardly one in fifty that gain as much look so. */
const CLEARLY_WORSE = 0.8;

/** Failures of a training that other seeds would hardly mend; those of commands and machines may be chance. */
const LOST: ReadonlySet<string> = new Set(["hopeless", "diverged"]);

type Judged = Pick<Attempt, "decision" | "effect" | "pValue" | "failure">;

/** Whether other seeds need not be asked: it is worse by more than chance, or by what no seed changes, or was lost on its way. */
export function clearlyRejected({ decision, effect, pValue, failure = "" }: Judged): boolean {
  if (decision !== "rejected") return false;
  return effect === null ? LOST.has(failure) : pValue === null || pValue >= CLEARLY_WORSE;
}

/**
 * Whether the gain of one pair could be one that the confirmation finds: its optimistic end (95 %, one-sided) reaches what is detectable.
 * @param change candidate minus baseline on one seed; below 0 is better
 */
export function withinReach(change: number, { deviation, runs, detectable }: Noise): boolean {
  return -change + upperQuantile(0.05, runs - 1) * deviation >= detectable;
}
