// What a change of values should do to the score, learned from the history: a Gaussian process that adds up one function per value and a few
// of two values together. It proposes nothing.

import type { Spec } from "../spec.js";
import { nameOf, type Sample } from "./history.js";
import type { Move } from "./move.js";
import { placesOf } from "./places.js";
import { choleskyOf, solve, solveLower, type Factor } from "./triangular.js";

/** A move, by its number, and the place that its value would take. */
export interface Setting {
  readonly move: number;
  readonly place: number;
}

/** Change of the score against the spec at hand, in units of `scale`; below 0 is better. */
export interface Prediction {
  readonly mean: number;
  readonly deviation: number;
}

export interface SurrogateInput {
  readonly moves: readonly Move[];
  /** Pairs of paths whose best values depend on each other. */
  readonly together: readonly (readonly [string, string])[];
  readonly samples: readonly Sample[];
  readonly spec: Spec;
  /** Trained beside what is proposed now: their scores are not known. */
  readonly pending: readonly Spec[];
  /** Standard deviation of a score between seeds in the objective's unit; null where not known. */
  readonly noise: number | null;
}

// Found with `npm run bench -- search` on other seeds than those reported.
/** Samples that a prediction is made from: those most like the spec at hand. */
const MOST_SAMPLES = 100;
/** How far a value's effect reaches, in octaves or levels. */
const REACH = 1.3;
/** How much two names of a list are alike: what holds for one is not quite lost with another. */
const NAMES_ALIKE = 0.7;
/** An effect of two values together, as a share of what each does. */
const TOGETHER = 0.5;
/** Loss per octave away from what is usual, as a share of a value's own weight, up to so many octaves. */
const [USUAL, FARTHEST] = [0.3, 4];
/** Deviation of noise in units of the scale: where it is not known, and its bounds where it is. */
const [NOISE, LEAST_NOISE, MOST_NOISE] = [0.05, 0.01, 1];
/** Scores worse than the best by more than so many units count as little more than that. */
const FAR = 3;
/** Variance of the level of a chain. */
const LEVEL = 25;
/** Samples that the scale is read from: the most like of all, for changes become smaller on the way. */
const NEAR = 24;
/** The table's weight of a value counts as much as so many trainings; one training counts for at most so many times what was expected of it. */
const [TABLE, MOST_SURPRISE] = [2, 9];
/** A ratio above so many times the middle one counts as that: one huge effect says little about the others.
 * The middle one is no less than a share of the largest. */
const [MOST_RATIO, SMALL] = [4, 0.05];

type Places = Float64Array;

export class Surrogate {
  /** What the score moves by with the weightiest value, in the objective's unit. */
  readonly scale: number;
  readonly #moves: readonly Move[];
  /** How much each value is thought to do, and its square. */
  readonly #weights: number[];
  readonly #variances: Float64Array;
  readonly #pairs: readonly (readonly [one: number, other: number, variance: number])[];
  readonly #here: Places;
  /** Of the samples chosen, then of the pending specs. */
  readonly #places: readonly Places[];
  readonly #factor: Factor;
  /** A⁻¹·(what was seen − what was expected), for the samples. */
  readonly #lessons: Float64Array;
  /** Per move and place, its likeness to that of each sample. */
  readonly #rows = new Map<string, Float64Array>();

  constructor({ moves, together, samples, spec, pending, noise }: SurrogateInput) {
    this.#moves = moves;
    const heaviest = Math.max(...moves.map(({ prior }) => prior));
    this.#weights = moves.map(({ prior }) => prior / heaviest);
    this.#variances = Float64Array.from(this.#weights, (weight) => weight ** 2);
    this.#pairs = together.map(([one, other]) => this.#pair(one, other));
    this.#here = placesOf(spec, moves);
    const chosen = this.#nearest(samples);
    this.scale = this.#scaleOf(chosen.slice(0, NEAR));
    this.#adapt(chosen);
    this.#places = [...chosen.map((sample) => sample.spec), ...pending].map((one) => placesOf(one, moves));
    const nugget = noise === null ? NOISE : Math.max(LEAST_NOISE, Math.min(MOST_NOISE, noise / this.scale));
    const own = chosen.find((sample) => nameOf(sample.spec) === nameOf(spec))?.chain ?? NaN;
    const chains = [...chosen.map(({ chain }) => chain), ...pending.map(() => own)];
    this.#factor = choleskyOf(this.#places.length, (i, j) => {
      const level = i === j || chains[i] === chains[j] ? LEVEL : 0;
      return this.#likeness(this.#places[i], this.#places[j]) + level + (i === j ? nugget ** 2 : 0);
    });
    const surprises = targetsOf(chosen, this.scale).map((target, i) => target - this.#expected(this.#places[i]));
    this.#lessons = solve(this.#factor, Float64Array.from(surprises), chosen.length);
  }

  /** What the settings together do to the spec at hand. */
  predict(settings: readonly Setting[]): Prediction {
    const there = Float64Array.from(this.#here);
    for (const { move, place } of settings) there[move] = place;
    const covariance = this.#covariance(settings, there);
    let mean = this.#expected(there) - this.#expected(this.#here);
    for (let i = 0; i < this.#lessons.length; i++) mean += covariance[i] * this.#lessons[i];
    let variance = this.#variance(there, this.#here);
    const explained = solveLower(this.#factor, covariance);
    for (let i = 0; i < explained.length; i++) variance -= explained[i] * explained[i];
    return { mean, deviation: Math.sqrt(Math.max(variance, 0)) };
  }

  /** Of the change with each sample's score. */
  #covariance(settings: readonly Setting[], there: Places): Float64Array {
    const here = this.#here;
    const changed = new Set(settings.map(({ move }) => move));
    const covariance = new Float64Array(this.#places.length);
    for (const move of changed) {
      const variance = this.#variances[move];
      const [to, from] = [this.#row(move, there[move]), this.#row(move, here[move])];
      for (let i = 0; i < covariance.length; i++) covariance[i] += variance * (to[i] - from[i]);
    }
    for (const [one, other, variance] of this.#pairs) {
      if (!changed.has(one) && !changed.has(other)) continue;
      const [a, b] = [this.#row(one, there[one]), this.#row(other, there[other])];
      const [c, d] = [this.#row(one, here[one]), this.#row(other, here[other])];
      for (let i = 0; i < covariance.length; i++) covariance[i] += variance * (a[i] * b[i] - c[i] * d[i]);
    }
    return covariance;
  }

  #row(move: number, place: number): Float64Array {
    const key = `${move} ${place}`;
    const known = this.#rows.get(key);
    if (known) return known;
    const row = Float64Array.from(this.#places, (places) => this.#alike(move, place, places[move]));
    this.#rows.set(key, row);
    return row;
  }

  /** Covariance of the scores of two specs, before anything was seen. */
  #likeness(one: Places, other: Places): number {
    const variances = this.#variances;
    let sum = 0;
    for (let move = 0; move < variances.length; move++) {
      const alike = one[move] === other[move] ? 1 : this.#alike(move, one[move], other[move]);
      sum += variances[move] * alike;
    }
    const pairs = this.#pairs;
    for (let i = 0; i < pairs.length; i++) {
      const [a, b, variance] = pairs[i];
      sum += variance * this.#alike(a, one[a], other[a]) * this.#alike(b, one[b], other[b]);
    }
    return sum;
  }

  /** Between 0 and 1. */
  #alike(move: number, one: number, other: number): number {
    if (one === other) return 1;
    if (!this.#moves[move].ordered) return NAMES_ALIKE;
    const distance = (one - other) / REACH;
    return Math.exp(-0.5 * distance * distance);
  }

  /** Score before anything was seen: usual values are a little better. */
  #expected(places: Places): number {
    return this.#moves.reduce((sum, { usual }, move) => {
      const off = usual === undefined ? 0 : Math.min(Math.abs(places[move] - usual), FARTHEST);
      return sum + USUAL * this.#weights[move] * off;
    }, 0);
  }

  #pair(one: string, other: string): readonly [number, number, number] {
    const [a, b] = [one, other].map((path) => this.#moves.findIndex((move) => move.path === path));
    return [a, b, TOGETHER ** 2 * this.#weights[a] * this.#weights[b]];
  }

  /** From how much larger changes turned out than the weights say; 1 before anything was seen. */
  #scaleOf(samples: readonly Sample[]): number {
    const ratios = samples.flatMap(({ spec, parent, change }) => {
      if (change === null || !parent) return [];
      const [to, from] = [placesOf(spec, this.#moves), placesOf(parent.spec, this.#moves)];
      return [Math.abs(change) / Math.sqrt(this.#variance(to, from))];
    });
    if (ratios.length === 0) return 1;
    const most =
      MOST_RATIO *
      Math.max(ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)], SMALL * Math.max(...ratios));
    if (most === 0) return 1;
    return Math.sqrt(ratios.reduce((sum, one) => sum + Math.min(one, most) ** 2, 0) / ratios.length);
  }

  /** Weights follow what changes of each value have done; a change of two counts half for each. */
  #adapt(samples: readonly Sample[]): void {
    const sums = this.#weights.map(() => TABLE);
    const counts = this.#weights.map(() => TABLE);
    for (const { spec, parent, change } of samples) {
      if (change === null || !parent) continue;
      const [to, from] = [placesOf(spec, this.#moves), placesOf(parent.spec, this.#moves)];
      const changed = [...this.#moves.keys()].filter((move) => to[move] !== from[move]);
      const ratio = Math.min(MOST_SURPRISE, (change / this.scale) ** 2 / this.#variance(to, from));
      for (const move of changed) {
        sums[move] += ratio / changed.length;
        counts[move] += 1 / changed.length;
      }
    }
    for (const move of this.#moves.keys()) {
      this.#weights[move] *= Math.sqrt(sums[move] / counts[move]);
      this.#variances[move] = this.#weights[move] ** 2;
    }
  }

  /** Of the difference of two scores, before anything was seen. */
  #variance(one: Places, other: Places): number {
    return Math.max(1e-9, 2 * (this.#likeness(one, one) - this.#likeness(one, other)));
  }

  #nearest(samples: readonly Sample[]): readonly Sample[] {
    const near = samples.map(
      (sample, i) => [this.#likeness(placesOf(sample.spec, this.#moves), this.#here), i] as const,
    );
    const chosen = near.toSorted((a, b) => b[0] - a[0]).slice(0, MOST_SAMPLES);
    return chosen.map(([, i]) => samples[i]);
  }
}

/** Scores in units of the scale. Far behind the best of its chain is far behind, however far; no number is farther still. */
function targetsOf(samples: readonly Sample[], scale: number): readonly number[] {
  const best = new Map<number, number>();
  for (const { chain, score } of samples) {
    if (score !== null) best.set(chain, Math.min(best.get(chain) ?? Infinity, score / scale));
  }
  return samples.map(({ chain, score }) => {
    const least = best.get(chain) ?? 0;
    if (score === null) return least + 2 * FAR;
    const behind = score / scale - least;
    return least + (behind > FAR ? FAR * (1 + Math.log(behind / FAR)) : behind);
  });
}
