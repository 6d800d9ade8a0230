// Whether a claim that was made before a merge still holds when both states are measured again. It trains nothing.

import { pairedTest } from "./paired-test.js";
import type { Claim } from "../candidate.js";

/** Pairs at which to ask. */
export const CLAIM_LOOKS = [4, 8] as const;

/** A claim is given up when differences this far from it come about less often than this by chance. */
const LEVEL = 0.01;
/** Early on only what is beyond doubt ends the measuring. */
const DOUBT = 0.2;

/**
 * @param differences new minus old state on fresh seeds, below 0 is better, as many as one of the looks
 * @param claimed mean difference that was promised, below 0
 * @returns null while more pairs are needed
 */
export function checkClaim(differences: readonly number[], claimed: number): Claim | null {
  const { mean, interval, pairs } = pairedTest(differences, 1 - 2 * LEVEL);
  // One-sided: how often a state that keeps its promise would look at least as bad.
  const asBad = pairedTest(
    differences.map((difference) => claimed - difference),
    1 - 2 * LEVEL,
  ).pValue;
  const refuted = asBad !== null && asBad <= LEVEL;
  const base = { claimed, effect: mean, interval, pairs };
  if (refuted) return { ...base, holds: false, reason: "what was claimed is more than what is there" };
  const last = pairs >= CLAIM_LOOKS.at(-1)!;
  if (mean >= 0) return last ? { ...base, holds: false, reason: "nothing of the gain is left" } : null;
  const clear = last || asBad === null || asBad >= DOUBT;
  return clear ? { ...base, holds: true, reason: "the gain is there" } : null;
}
