import { expect, test } from "@jest/globals";
import { DEFAULT_SPEC } from "../../src/spec.js";
import { learningRateAt } from "../../src/optimizer/schedule.js";

const base = { ...DEFAULT_SPEC.optimizer, learningRate: 1, warmup: 0.1, finalLearningRate: 0.2, decay: 0.5 };
const rates = (schedule: typeof base.schedule) =>
  Array.from({ length: 100 }, (_, step) => learningRateAt(step, 100, { ...base, schedule }));

test("every schedule rises linearly over the warm-up", () => {
  for (const schedule of ["constant", "cosine", "warmup-stable-decay"] as const) {
    expect(rates(schedule).slice(0, 10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((i) => i / 10));
  }
});

test("constant stays, cosine falls to its final share, warmup-stable-decay stays and then falls to zero", () => {
  expect(new Set(rates("constant").slice(10))).toEqual(new Set([1]));
  const cosine = rates("cosine");
  expect(cosine[10]).toBe(1);
  expect(cosine[55]).toBeCloseTo(0.6, 10); // halfway between 1 and 0.2
  expect(cosine[99]).toBeCloseTo(0.2, 2);
  const stable = rates("warmup-stable-decay");
  expect(stable[54]).toBe(1);
  expect(stable[99]).toBeCloseTo(1 / 45, 10);
  expect(stable.slice(56).every((rate, i) => rate < stable[55 + i])).toBe(true);
});

test("without a warm-up the first step has the full rate", () => {
  expect(learningRateAt(0, 10, { ...base, warmup: 0, schedule: "constant" })).toBe(1);
});
