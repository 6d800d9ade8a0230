import { describe, expect, test } from "@jest/globals";
import { pairedTest } from "../../src/statistics/paired-test.js";
import { sequentialPlan } from "../../src/statistics/significance.js";
import { generator } from "../../src/random.js";

describe("the paired test", () => {
  test("agrees with a worked example", () => {
    // Mean -2, deviations 1 0 -1: s = 1, t = -2·√3 = -3.4641 with 2 degrees of freedom, t(0.025) = 4.30265.
    const result = pairedTest([-1, -2, -3], 0.95);
    expect(result).toMatchObject({ pairs: 3, mean: -2, standardDeviation: 1 });
    expect(result.pValue).toBeCloseTo(0.5 - Math.sqrt(12) / (2 * Math.sqrt(2 + 12)), 12);
    expect(result.interval?.[0]).toBeCloseTo(-2 - 4.30265 / Math.sqrt(3), 4);
    expect(result.interval?.[1]).toBeCloseTo(-2 + 4.30265 / Math.sqrt(3), 4);
  });

  test("gives no evidence for one pair, and none where all pairs are the same", () => {
    expect(pairedTest([-0.3], 0.95)).toEqual({
      pairs: 1,
      mean: -0.3,
      standardDeviation: 0,
      pValue: null,
      interval: null,
    });
    expect(pairedTest([-0.1, -0.1, -0.1], 0.95)).toMatchObject({ mean: -0.1, pValue: null, interval: null });
  });

  test("refuses nothing and what is not a number", () => {
    for (const differences of [[], [Number.NaN, 1], [Infinity]]) {
      expect(() => pairedTest(differences, 0.95)).toThrow(RangeError);
    }
  });
});

const PLAN = sequentialPlan();
const LAST = PLAN.looks.at(-1)!;
const shifted = (count: number, mean: number, spread: number) =>
  Array.from({ length: count }, (_, i) => mean + spread * (((i * 5) % count) / count - (count - 1) / (2 * count)));

/** A gain of 0.01 under noise of 0.02: t is 0.58 with three pairs, 1 with five and 1.3 with eight. */
const alternating = (count: number) => Array.from({ length: count }, (_, i) => (i % 2 === 0 ? -0.03 : 0.01));

describe("the rule", () => {
  test("accepts a clear gain at the first look, and says so", () => {
    const { verdict, decision } = PLAN.rule([-0.0201, -0.0199, -0.02], 0.01);
    expect(verdict).toBe("accepted");
    expect(decision.reason).toBe("better by 0.02 on average of 3 fresh pairs (p = 4.2e-6, 0.0005 needed)");
    expect(decision).toMatchObject({ verdict: "accepted", pairs: 3, morePairs: null, power: 1 });
    expect(decision.effect).toBeCloseTo(-0.02, 12);
    expect(decision.interval?.[1]).toBeLessThan(0);
  });

  test("rejects a gain that is certain, but far below what the seed moves", () => {
    const tiny = [-2.01e-8, -1.99e-8, -2e-8];
    expect(PLAN.rule(tiny).verdict).toBe("accepted");
    const { verdict, decision } = PLAN.rule(tiny, 0.01);
    expect(verdict).toBe("rejected");
    expect(decision.reason).toMatch(/^better by 2\.0e-8 .*; but that is too little to be of use$/);
  });

  test("accepts exactly when the interval it reports leaves out 0", () => {
    const noise = generator("rule");
    const verdicts = new Set<string>();
    for (let round = 0; round < 300; round++) {
      const { verdict, decision } = PLAN.rule(
        Array.from({ length: LAST }, (_, i) => noise.normal(round * LAST + i) - round / 100),
      );
      expect(verdict === "accepted").toBe(decision.interval !== null && decision.interval[1] < 0);
      verdicts.add(verdict);
    }
    expect([...verdicts].toSorted()).toEqual(["accepted", "indecisive", "rejected"]);
  });

  test("goes on while a gain is likely but not shown, and ends at the last look with how much more it would take", () => {
    for (const look of PLAN.looks.slice(0, -1)) expect(PLAN.rule(alternating(look)).verdict).toBe("continue");
    const { verdict, decision } = PLAN.rule(shifted(LAST, -0.005, 0.03));
    expect(verdict).toBe("indecisive");
    expect(decision.reason).toMatch(
      /, 0\.006 needed\); \d+ more pairs would find an effect of this size four times out of five$/,
    );
    expect(decision.reason).toContain(`${decision.morePairs} more pairs`);
  });

  test("gives up what is no better, and what shows too little to be likely to succeed", () => {
    const worse = PLAN.rule([0.01, -0.002, 0.003]);
    expect(worse).toMatchObject({ verdict: "rejected", decision: { morePairs: null } });
    const idle = PLAN.rule([0.011, -0.012, -0.0007]);
    expect(idle.verdict).toBe("indecisive");
    expect(idle.decision.reason).toMatch(
      /below 0\.4 needed to go on\); an effect this small would take over 1000 more/,
    );
    expect(idle.decision.morePairs).toBeNull();
  });

  test("says how likely it was to find a gain of one standard deviation between seeds, once it ends", () => {
    const near = [0.011, -0.012, -0.0007]; // deviation of a difference: 0.0115
    expect(PLAN.rule(near, 0.0115).decision.power).toBeCloseTo(PLAN.power(1), 2);
    expect(PLAN.rule(near, 0.115).decision.power).toBe(1);
    expect(PLAN.rule(near, 0.001).decision.power).toBeLessThan(0.05);
    expect(PLAN.rule(near).decision.power).toBeNull();
    expect(PLAN.rule(alternating(3), 0.01).decision.power).toBeNull();
  });

  test("says nothing between looks and refuses more pairs than planned", () => {
    for (const count of [1, 2, 4, 13]) expect(PLAN.rule(shifted(count, -0.01, 0.001)).verdict).toBe("continue");
    expect(() => PLAN.rule(shifted(LAST + 1, -1, 1))).toThrow(RangeError);
    expect(PLAN.looks).toEqual([3, 5, 8, 14]);
  });

  test("rejects a no-op, and takes equal differences for one observation", () => {
    expect(PLAN.rule([0, 0, 0])).toMatchObject({ verdict: "rejected", decision: { effect: 0, pValue: null } });
    expect(PLAN.rule([-0.1, -0.1, -0.1], 1)).toMatchObject({ verdict: "indecisive", decision: { power: null } });
    expect(PLAN.rule([0.1, 0.1, 0.1]).verdict).toBe("rejected");
  });
});
