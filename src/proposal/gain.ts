// What a prediction is worth trying: the expected improvement. Lower scores are better.

import type { Prediction } from "./surrogate.js";

/** E[max(0, −X)] of a normal X. */
export function expectedGain({ mean, deviation }: Prediction): number {
  if (deviation <= 0) return Math.max(0, -mean);
  const z = -mean / deviation;
  const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  return Math.max(0, deviation * (z * cumulative(z) + density));
}

/** Of the standard normal distribution; within 1.5e-7 (Abramowitz and Stegun, 7.1.26). */
function cumulative(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const upper = 0.5 * series * Math.exp(-x * x);
  return z > 0 ? 1 - upper : upper;
}
