// The model of the search against second sources: integrals by small steps, and conditional normal densities that are written out.

import { describe, expect, test } from "@jest/globals";
import { expectedGain } from "../../src/proposal/gain.js";
import type { Sample } from "../../src/proposal/history.js";
import type { Move } from "../../src/proposal/move.js";
import { Surrogate } from "../../src/proposal/surrogate.js";
import { choleskyOf, solve, solveLower } from "../../src/proposal/triangular.js";
import { generator } from "../../src/random.js";
import { DEFAULT_SPEC, type Spec } from "../../src/spec.js";

const density = (x: number, variance: number) =>
  Math.exp((-0.5 * x * x) / variance) / Math.sqrt(2 * Math.PI * variance);

/** Midpoints of 40,000 cells. */
function integral(f: (x: number) => number, low: number, high: number): number {
  const cells = 40_000;
  const width = (high - low) / cells;
  let sum = 0;
  for (let i = 0; i < cells; i++) sum += f(low + (i + 0.5) * width);
  return sum * width;
}

test.each([
  [0, 1],
  [-0.3, 0.5],
  [0.7, 0.4],
  [-2, 0.1],
  [3, 0.5],
])("the expected gain of a normal change with mean %d and deviation %d is its integral", (mean, deviation) => {
  const summed = integral((x) => -x * density(x - mean, deviation ** 2), mean - 12 * deviation, 0);
  expect(expectedGain({ mean, deviation })).toBeCloseTo(Math.max(0, summed), 6);
});

test("a certain change is worth what it improves", () => {
  expect(expectedGain({ mean: -2, deviation: 0 })).toBe(2);
  expect(expectedGain({ mean: 2, deviation: 0 })).toBe(0);
});

describe("triangular systems", () => {
  const size = 12;
  const random = generator("matrix");
  const root = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => random.normal(size * i + j)),
  );
  const entry = (i: number, j: number) =>
    root[i].reduce((sum, one, k) => sum + one * root[j][k], 0) + (i === j ? 0.5 : 0);
  const b = Float64Array.from({ length: size }, (_, i) => random.normal(1000 + i));
  const factor = choleskyOf(size, entry);

  test.each([size, 5])("what solves the first %d equations solves them when put in", (count) => {
    const x = solve(factor, b, count);
    for (let i = 0; i < count; i++) {
      expect(x.reduce((sum, one, j) => sum + entry(i, j) * one, 0)).toBeCloseTo(b[i], 9);
    }
  });

  test("the lower half alone gives the quadratic form", () => {
    const half = solveLower(factor, b).reduce((sum, one) => sum + one * one, 0);
    expect(half).toBeCloseTo(
      solve(factor, b).reduce((sum, one, i) => sum + one * b[i], 0),
      9,
    );
  });
});

describe("a prediction", () => {
  const move = (over: Partial<Move>): Move => ({
    path: "optimizer.learningRate",
    words: "",
    prior: 1,
    matters: () => true,
    steps: () => [],
    at: (value) => Math.log2(Number(value)),
    ordered: true,
    ...over,
  });
  const moves = [move({})];
  const at = (octave: number): Spec => ({
    ...DEFAULT_SPEC,
    optimizer: { ...DEFAULT_SPEC.optimizer, learningRate: 2 ** octave },
  });
  const sample = (octave: number, score: number | null, parent: Sample | null = null): Sample => {
    const change = parent && score !== null && parent.score !== null ? score - parent.score : null;
    return { spec: at(octave), score, chain: 0, change, parent, kept: false };
  };
  const fitted = (samples: readonly Sample[], octave: number, pending: readonly Spec[] = []) =>
    new Surrogate({ moves, together: [], samples, spec: at(octave), pending, noise: null });

  test("is the conditional mean and deviation of two normal numbers, integrated step by step", () => {
    const [seen, here, there] = [-9, -8, -7];
    const alike = (a: number, b: number) => Math.exp(-0.5 * ((a - b) / 1.3) ** 2);
    const surrogate = fitted([sample(seen, 1.5)], here);
    // Score seen (with the level of its chain and noise) and change from here to there, before anything was seen.
    const [v, w, c] = [1 + 25 + 0.05 ** 2, 2 - 2 * alike(here, there), alike(there, seen) - alike(here, seen)];
    const determinant = v * w - c * c;
    const joint = (x: number) => {
      const [y, z] = [1.5, x];
      return Math.exp((-0.5 * (w * y * y - 2 * c * y * z + v * z * z)) / determinant);
    };
    const mass = integral(joint, -8, 8);
    const mean = integral((x) => x * joint(x), -8, 8) / mass;
    const variance = integral((x) => (x - mean) ** 2 * joint(x), -8, 8) / mass;
    const predicted = surrogate.predict([{ move: 0, place: there }]);
    expect(predicted.mean).toBeCloseTo(mean, 8);
    expect(predicted.deviation).toBeCloseTo(Math.sqrt(variance), 8);
  });

  test("follows what was seen, and is surer where it was seen than far away", () => {
    const root = sample(-11, 0);
    const surrogate = fitted([root, sample(-10, -0.5, root), sample(-12, 0.6, root)], -11);
    const [up, down, far] = [-10, -12, -4].map((place) => surrogate.predict([{ move: 0, place }]));
    expect(up.mean * surrogate.scale).toBeCloseTo(-0.5, 1);
    expect(down.mean * surrogate.scale).toBeCloseTo(0.6, 1);
    expect(far.deviation).toBeGreaterThan(5 * up.deviation);
  });

  test("knows no more of a score, and less doubt, where a sibling is being trained", () => {
    const alone = fitted([sample(-11, 0)], -11).predict([{ move: 0, place: -10 }]);
    const beside = fitted([sample(-11, 0)], -11, [at(-10)]).predict([{ move: 0, place: -10 }]);
    expect(beside.mean).toBeCloseTo(alone.mean, 12);
    expect(beside.deviation).toBeLessThan(0.5 * alone.deviation);
  });

  test("does not depend on the unit of the objective", () => {
    const means = [1, 1e-6, 1e6].map((unit) => {
      const root = sample(-11, 0);
      return fitted([root, sample(-10, -0.5 * unit, root)], -11).predict([{ move: 0, place: -9 }]).mean;
    });
    expect(means[1]).toBeCloseTo(means[0], 9);
    expect(means[2]).toBeCloseTo(means[0], 9);
  });

  test("takes a training without a number for a bad one", () => {
    const root = sample(-11, 0);
    const { mean } = fitted([root, sample(-10, null, root)], -11).predict([{ move: 0, place: -10 }]);
    expect(mean).toBeGreaterThan(1);
  });
});
