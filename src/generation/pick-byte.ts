// Logits → one byte. The chance comes from outside, so the same draw always gives the same byte.

import { AxonError } from "../errors.js";

/**
 * The byte at `draw` (0 up to but not including 1) of the way through softmax(logits / temperature), in double precision;
 * the likeliest one, and of several the first, where the temperature is 0.
 * @throws AxonError `not-finite` when the logits are no distribution.
 */
export function pickByte(logits: Float32Array, temperature: number, draw: number): number {
  const top = Math.max(...logits);
  if (!Number.isFinite(top)) {
    throw new AxonError("not-finite", `the model's largest logit is ${top}: its training must have diverged`);
  }
  if (temperature === 0) return logits.indexOf(top);
  const weights = new Float64Array(logits.length); // Float64Array.from takes several times as long
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i] = Math.exp((logits[i] - top) / temperature);
  let left = draw * total;
  let byte = 0;
  for (let next = 0; left >= 0 && next < weights.length; next++) {
    if (weights[next] === 0) continue; // nor may it be where rounding leaves something at the end
    left -= weights[next];
    byte = next;
  }
  return byte;
}
