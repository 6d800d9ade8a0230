import { describe, expect, test } from "@jest/globals";
import { pairedTest, pairsForPower } from "../../src/statistics/paired-test.js";
import { sequentialPlan, type Look, type SequentialPlan } from "../../src/statistics/significance.js";
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
const shifted = (count: number, mean: number, spread: number) =>
  Array.from({ length: count }, (_, i) => mean + spread * (((i * 5) % count) / count - (count - 1) / (2 * count)));

describe("the rule", () => {
  test("accepts a clear gain at the first look, and says so", () => {
    const { verdict, decision } = PLAN.rule([-0.021, -0.019, -0.02, -0.02]);
    expect(verdict).toBe("accepted");
    expect(decision.reason).toBe("better by 0.02 on average of 4 fresh pairs (p = 9.4e-6, 0.003 needed)");
    expect(decision).toMatchObject({ verdict: "accepted", pairs: 4 });
    expect(decision.effect).toBeCloseTo(-0.02, 12);
    expect(decision.interval?.[1]).toBeLessThan(0);
  });

  test("accepts exactly when the interval it reports leaves out 0", () => {
    const noise = generator("rule");
    const verdicts = new Set<string>();
    for (let round = 0; round < 300; round++) {
      const { verdict, decision } = PLAN.rule(
        Array.from({ length: 8 }, (_, i) => noise.normal(round * 8 + i) - round / 100),
      );
      expect(verdict === "accepted").toBe(decision.interval !== null && decision.interval[1] < 0);
      verdicts.add(verdict);
    }
    expect([...verdicts].toSorted()).toEqual(["accepted", "indecisive", "rejected"]);
  });

  test("goes on while a gain is likely but not shown, and ends at the last look with how much more it would take", () => {
    expect(PLAN.rule(shifted(4, -0.01, 0.03)).verdict).toBe("continue");
    expect(PLAN.rule(shifted(6, -0.01, 0.03)).verdict).toBe("continue");
    const { verdict, decision } = PLAN.rule(shifted(8, -0.005, 0.03));
    expect(verdict).toBe("indecisive");
    expect(decision.reason).toMatch(/; \d+ more pairs would find an effect of this size four times out of five$/);
  });

  test("gives up what is no better, and what would take far too many pairs", () => {
    expect(PLAN.rule([0.01, -0.002, 0.003, 0.001])).toMatchObject({ verdict: "rejected" });
    expect(PLAN.rule([0.011, -0.012, 0.01, -0.0095])).toMatchObject({ verdict: "indecisive" });
  });

  test("says nothing between looks and refuses more pairs than planned", () => {
    for (const count of [1, 3, 5, 7]) expect(PLAN.rule(shifted(count, -0.01, 0.001)).verdict).toBe("continue");
    expect(() => PLAN.rule(shifted(9, -1, 1))).toThrow(RangeError);
    expect(PLAN.looks).toEqual([4, 6, 8]);
  });

  test("rejects a no-op, and takes equal differences for one observation", () => {
    expect(PLAN.rule([0, 0, 0, 0])).toMatchObject({ verdict: "rejected", decision: { effect: 0, pValue: null } });
    expect(PLAN.rule([-0.1, -0.1, -0.1, -0.1])).toMatchObject({ verdict: "indecisive", decision: { effect: -0.1 } });
    expect(PLAN.rule([0.1, 0.1, 0.1, 0.1]).verdict).toBe("rejected");
  });
});

/** Share of simulated confirmations with normal differences of this true mean (in standard deviations) that are accepted. */
function acceptedShare(plan: SequentialPlan, mean: number, repeats: number): number {
  let accepted = 0;
  const last = plan.looks.at(-1)!;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const noise = generator("confirmation", repeat);
    const differences = Array.from({ length: last }, (_, i) => mean + noise.normal(i));
    const looks = plan.looks[Symbol.iterator]();
    let verdict = "continue";
    while (verdict === "continue") verdict = plan.rule(differences.slice(0, looks.next().value)).verdict;
    if (verdict === "accepted") accepted++;
  }
  return accepted / repeats;
}

describe("simulated confirmations", () => {
  const REPEATS = 3000;
  /** Three standard errors of a share. */
  const noise = (share: number) => 3 * Math.sqrt((share * (1 - share)) / REPEATS);

  test("accept a change that does nothing no more often than planned", () => {
    expect(acceptedShare(PLAN, 0, REPEATS)).toBeLessThan(0.01 + noise(0.01));
    const loose: Look[] = [3, 5, 8].map((pairs) => ({ pairs, level: 0.05 }));
    const share = acceptedShare(sequentialPlan(loose), 0, REPEATS);
    expect(share).toBeLessThan(0.15);
    expect(share).toBeGreaterThan(0.05);
  });

  test.each([2, 3, 4, 8])("a single look at %d pairs has exactly its level, though the noise is estimated", (pairs) => {
    const share = acceptedShare(sequentialPlan([{ pairs, level: 0.1 }]), 0, REPEATS);
    expect(Math.abs(share - 0.1)).toBeLessThan(noise(0.1));
  });

  test("accept a harmful change hardly ever and a gain of two standard deviations nearly always", () => {
    expect(acceptedShare(PLAN, 0.5, REPEATS)).toBeLessThan(0.002);
    expect(acceptedShare(PLAN, -2, REPEATS)).toBeGreaterThan(0.9);
  });

  test("reach the power promised for the number of pairs named", () => {
    const effect = { ...pairedTest([-1, 1], 0.95), mean: -0.8, standardDeviation: 1 };
    const plan = sequentialPlan([{ pairs: pairsForPower(effect), level: 0.01 }]);
    expect(Math.abs(acceptedShare(plan, -0.8, REPEATS) - 0.8)).toBeLessThan(0.04);
  });
});
