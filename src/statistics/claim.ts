// Whether a claim that was made before a merge still holds when both states are measured again. It trains nothing.

import type { Claim } from "../candidate.js";
import { pairedTest, type PairedTest } from "./paired-test.js";
import { upperTail } from "./student-t.js";

/** Pairs at which to ask. */
export const CLAIM_LOOKS = [4, 8] as const;

/** At each look: a claim is called too large when chance alone tells the two sets of pairs so far apart less often than this. */
const LEVEL = 0.005;
/** Early on only what is beyond doubt ends the measuring. */
const DOUBT = 0.2;

/**
 * @param differences new minus old state on fresh seeds, below 0 is better, as many as one of the looks
 * @param claimed those that the claim rests on
 * @returns null while more pairs are needed
 */
export function checkClaim(differences: readonly number[], claimed: readonly number[]): Claim | null {
  const now = pairedTest(differences, 1 - 2 * LEVEL);
  const { mean, interval, pairs } = now;
  const before = pairedTest(claimed, 1 - 2 * LEVEL);
  const asBad = chanceOfWorse(now, before);
  const numbers = { claimed: before.mean, effect: mean, interval, pairs };
  const last = pairs >= CLAIM_LOOKS.at(-1)!;
  if (mean >= 0) return last ? { ...numbers, outcome: "gone", reason: "nothing of the gain is left" } : null;
  if (asBad <= LEVEL) return { ...numbers, outcome: "smaller", reason: "there is a gain, but less than was claimed" };
  return last || asBad >= DOUBT ? { ...numbers, outcome: "holds", reason: "the gain is there" } : null;
}

/** One-sided Welch test: how often two samples of the same mean would show the new one at least as much above the old one. */
function chanceOfWorse(now: PairedTest, before: PairedTest): number {
  const [a, b] = [now, before].map(({ standardDeviation, pairs }) => standardDeviation ** 2 / pairs);
  if (a + b === 0) return now.mean > before.mean ? 0 : 1;
  // Welch and Satterthwaite's degrees of freedom, rounded down to be on the safe side.
  const freedom = (a + b) ** 2 / (a ** 2 / Math.max(1, now.pairs - 1) + b ** 2 / Math.max(1, before.pairs - 1));
  return upperTail((now.mean - before.mean) / Math.sqrt(a + b), Math.max(1, Math.floor(freedom)));
}
