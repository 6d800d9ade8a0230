// What paired differences say about their mean. Pure arithmetic; what follows from it is decided elsewhere.

import { upperQuantile, upperTail } from "./student-t.js";

export interface PairedTest {
  readonly pairs: number;
  readonly mean: number;
  /** Of one difference; 0 for a single pair. */
  readonly standardDeviation: number;
  /**
   * One-sided: how often differences whose true mean is 0 would look at least as much below 0. Null where the pairs say
   * nothing about noise: a single one, or all the same to the last digit, which means that the seed changed nothing.
   */
  readonly pValue: number | null;
  /** Covers the true mean with the confidence asked for; null where `pValue` is. */
  readonly interval: readonly [number, number] | null;
}

/**
 * Student's paired t-test: exact for normal differences, however few.
 * @param differences candidate minus baseline, one per seed
 * @param confidence of the two-sided interval, between 0 and 1
 * @throws RangeError for no differences, or one that is not finite.
 */
export function pairedTest(differences: readonly number[], confidence: number): PairedTest {
  const pairs = differences.length;
  if (pairs === 0 || !differences.every(Number.isFinite))
    throw new RangeError("a paired test needs finite differences");
  const mean = differences.reduce((sum, x) => sum + x, 0) / pairs;
  const same = differences.every((x) => x === differences[0]);
  if (same) return { pairs, mean: differences[0], standardDeviation: 0, pValue: null, interval: null };
  const squares = differences.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const standardDeviation = Math.sqrt(squares / (pairs - 1));
  const standardError = standardDeviation / Math.sqrt(pairs);
  const reach = upperQuantile((1 - confidence) / 2, pairs - 1) * standardError;
  const pValue = upperTail(-mean / standardError, pairs - 1);
  return { pairs, mean, standardDeviation, pValue, interval: [mean - reach, mean + reach] };
}

const Z_ALPHA = 2.3263; // upper 1 % of the standard normal distribution
const Z_POWER = 0.8416; // upper 20 %

/**
 * Pairs that a fresh one-sided test at level 0.01 would need to find the effect seen here, if it is real, with probability
 * 0.8: ((z_α + z_β)·s/|mean|)² + z_α²/2, the second term for estimating s (Guenther, American Statistician 35, 1981).
 */
export function pairsForPower({ mean, standardDeviation }: PairedTest): number {
  return Math.ceil((((Z_ALPHA + Z_POWER) * standardDeviation) / mean) ** 2 + Z_ALPHA ** 2 / 2);
}
