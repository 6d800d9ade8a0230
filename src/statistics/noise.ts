// How much a score moves with the seed alone, and what a confirmation can therefore find.

import type { Noise } from "../candidate.js";
import { pairedTest } from "./paired-test.js";
import type { SequentialPlan } from "./significance.js";

/**
 * @param scores of one version, each on a seed of its own
 * @param plan of the confirmation; its effects are in standard deviations of a difference
 */
export function noiseOf(scores: readonly number[], plan: Pick<SequentialPlan, "detectable">): Noise {
  const { standardDeviation: deviation } = pairedTest(scores, 0.95);
  return { runs: scores.length, deviation, detectable: plan.detectable * deviation };
}
