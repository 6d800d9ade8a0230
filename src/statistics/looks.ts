// The planned looks at the evidence of a confirmation: the constants, and how often they find a gain of a given size.

import { generator } from "../random.js";
import { upperQuantile } from "./student-t.js";

/** After so many pairs: accept at this one-sided level, go on while the p-value is below `giveUp`. */
export interface Look {
  readonly pairs: number;
  readonly level: number;
  /** At most 0.5: what is no better than the baseline is never pursued. */
  readonly giveUp: number;
}

/**
 * A change that does nothing is accepted with probability 0.01 at most: each look is a t-test of its own level, and chances
 * of any of several errors never exceed the sum of their chances (Bonferroni's inequality), whatever binds the looks together.
 * Most of the 0.01 is spent on the last look, which must find a gain of one standard deviation between seeds four times out of
 * five; the first ones are there for clear winners, and to let go what shows too little. Found with `npm run bench -- decisions`.
 */
export const LOOKS: readonly Look[] = [
  { pairs: 3, level: 0.0005, giveUp: 0.4 },
  { pairs: 5, level: 0.0015, giveUp: 0.25 },
  { pairs: 8, level: 0.002, giveUp: 0.15 },
  { pairs: 14, level: 0.006, giveUp: 0.006 },
];

// Bound once: where tests run, asking the global object for it in a hot loop is slow.
const { sqrt } = Math;

/** Simulated confirmations behind a chance: a standard error of 0.008 at most. */
const CONFIRMATIONS = 4096;

/**
 * Chance that the looks accept a gain, by the same simulated normal differences every time.
 * @returns a function of the gain, in standard deviations of a difference
 */
export function chanceToAccept(looks: readonly Look[]): (gain: number) => number {
  const last = looks.at(-1)?.pairs ?? 0;
  const noise = normals(CONFIRMATIONS * last);
  const bars = looks.map(({ pairs, level, giveUp }) => ({
    pairs,
    accept: upperQuantile(level, pairs - 1),
    goOn: upperQuantile(giveUp, pairs - 1),
  }));
  return (gain) => {
    let accepted = 0;
    for (let at = 0; at < noise.length; at += last) if (isAccepted(noise, at, gain, bars)) accepted++;
    return accepted / CONFIRMATIONS;
  };
}

let drawn = new Float64Array(0);

/** The first normal deviates of one stream; kept, since every plan reads the same. */
function normals(count: number): Float64Array {
  if (drawn.length < count) {
    const stream = generator("confirmations");
    drawn = Float64Array.from({ length: count }, (_, i) => stream.normal(i));
  }
  return drawn.subarray(0, count);
}

interface Bar {
  readonly pairs: number;
  /** Values of Student's t. */
  readonly accept: number;
  readonly goOn: number;
}

function isAccepted(noise: Float64Array, at: number, gain: number, bars: readonly Bar[]): boolean {
  let [sum, squares, n] = [0, 0, 0];
  for (const { pairs, accept, goOn } of bars) {
    for (; n < pairs; n++) {
      sum += noise[at + n];
      squares += noise[at + n] ** 2;
    }
    const variance = (squares - sum ** 2 / n) / (n - 1);
    const t = (gain + sum / n) / sqrt(variance / n);
    if (t >= accept) return true;
    if (t <= goOn) return false;
  }
  return false;
}

/** The gain that is accepted four times out of five, to three places, in standard deviations of a difference. */
export function detectableGain(chance: (gain: number) => number): number {
  let [low, high] = [0, 1];
  while (chance(high) < 0.8) high *= 2;
  while (high - low > 0.001) {
    const middle = (low + high) / 2;
    if (chance(middle) < 0.8) low = middle;
    else high = middle;
  }
  return high;
}
