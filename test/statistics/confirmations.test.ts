import { describe, expect, test } from "@jest/globals";
import { chanceToAccept, LOOKS, type Look } from "../../src/statistics/looks.js";
import { pairedTest, pairsForPower } from "../../src/statistics/paired-test.js";
import { sequentialPlan, type SequentialPlan } from "../../src/statistics/significance.js";
import { generator } from "../../src/random.js";

type Noise = (repeat: number) => (i: number) => number;

const normal: Noise = (repeat) => {
  const stream = generator("confirmation", repeat);
  return (i) => stream.normal(i);
};

/** Student's t with 5 degrees of freedom, scaled to a standard deviation of 1: excess kurtosis 6. */
const heavy: Noise = (repeat) => {
  const stream = generator("heavy", repeat);
  return (i) => {
    const squares = [1, 2, 3, 4, 5].reduce((sum, k) => sum + stream.normal(6 * i + k) ** 2, 0);
    return (stream.normal(6 * i) / Math.sqrt(squares / 5)) * Math.sqrt(3 / 5);
  };
};

/** Of two arms whose noise is exponential, so skewed by 2: their difference is not. */
const skewedArms: Noise = (repeat) => {
  const stream = generator("skewed", repeat);
  return (i) => Math.log((1 - stream.uniform(2 * i)) / (1 - stream.uniform(2 * i + 1))) / Math.SQRT2;
};

interface Simulated {
  /** Share accepted, mean claimed gain where accepted, mean number of pairs. */
  readonly accepted: number;
  readonly claim: number;
  readonly pairs: number;
}

function ended(plan: SequentialPlan, differences: readonly number[]): ReturnType<SequentialPlan["rule"]> {
  for (const pairs of plan.looks) {
    const ruling = plan.rule(differences.slice(0, pairs));
    if (ruling.verdict !== "continue") return ruling;
  }
  throw new Error("the last look ended without a verdict");
}

/** Confirmations with differences of this true gain, in standard deviations. */
function simulated(plan: SequentialPlan, gain: number, repeats: number, noise: Noise = normal): Simulated {
  let [accepted, claim, trained] = [0, 0, 0];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const draw = noise(repeat);
    const differences = Array.from({ length: plan.looks.at(-1)! }, (_, i) => draw(i) - gain);
    const { verdict, decision } = ended(plan, differences);
    trained += decision.pairs;
    if (verdict !== "accepted") continue;
    accepted++;
    claim -= decision.effect!;
  }
  return { accepted: accepted / repeats, claim: claim / accepted, pairs: trained / repeats };
}

const PLAN = sequentialPlan();
const REPEATS = 2000;
/** Three standard errors of a share. */
const three = (share: number) => 3 * Math.sqrt((share * (1 - share)) / REPEATS);
/** Of a difference on common seeds that correlate by 0.6, in standard deviations between seeds. */
const PAIRED = Math.sqrt(2 * (1 - 0.6));

describe("simulated confirmations", () => {
  test("accept a change that does nothing no more often than planned, whatever the tails", () => {
    expect(LOOKS.reduce((sum, { level }) => sum + level, 0)).toBeCloseTo(0.01, 12);
    for (const noise of [normal, heavy, skewedArms]) {
      const { accepted, pairs } = simulated(PLAN, 0, REPEATS, noise);
      expect(accepted).toBeLessThan(0.01 + three(0.01));
      expect(accepted).toBeGreaterThan(0.001);
      expect(pairs).toBeLessThan(6);
    }
  });

  test("find a gain of one standard deviation between seeds four times out of five, where seeds correlate by 0.6", () => {
    for (const noise of [normal, heavy]) {
      expect(simulated(PLAN, 1 / PAIRED, REPEATS, noise).accepted).toBeGreaterThan(0.8);
    }
  });

  test("end early for clear winners and for clear losers", () => {
    const winner = simulated(PLAN, 6, REPEATS);
    expect(winner.accepted).toBe(1);
    expect(winner.pairs).toBeLessThan(5);
    const loser = simulated(PLAN, -1, REPEATS);
    expect(loser.accepted).toBe(0);
    expect(loser.pairs).toBeLessThan(3.2);
  });

  test("claim at most an eighth too much for a gain of one standard deviation between seeds, and hardly any for three", () => {
    for (const [gain, most] of [
      [1, 1.125],
      [2, 1.03],
      [3, 1.015],
    ]) {
      const inflation = (simulated(PLAN, gain / PAIRED, REPEATS).claim * PAIRED) / gain;
      expect(inflation).toBeLessThan(most);
      expect(inflation).toBeGreaterThan(0.99);
    }
  });

  test("spend more only as the looks say: three loose ones add up to no more than their sum", () => {
    const loose: Look[] = [3, 5, 8].map((pairs) => ({ pairs, level: 0.05, giveUp: 0.5 }));
    const { accepted } = simulated(sequentialPlan(loose), 0, REPEATS);
    expect(accepted).toBeLessThan(0.15);
    expect(accepted).toBeGreaterThan(0.05);
  });

  test.each([2, 3, 4, 8])(
    "of a single look at %d pairs have exactly its level, though the noise is estimated",
    (pairs) => {
      const { accepted } = simulated(sequentialPlan([{ pairs, level: 0.1, giveUp: 0.5 }]), 0, REPEATS);
      expect(Math.abs(accepted - 0.1)).toBeLessThan(three(0.1));
    },
  );

  test("reach the power promised for the number of pairs named", () => {
    const effect = { ...pairedTest([-1, 1], 0.95), mean: -0.8, standardDeviation: 1 };
    const plan = sequentialPlan([{ pairs: pairsForPower(effect), level: 0.01, giveUp: 0.5 }]);
    expect(Math.abs(simulated(plan, 0.8, REPEATS).accepted - 0.8)).toBeLessThan(0.04);
  });
});

describe("the chance to accept", () => {
  test.each([0, 0.5, 1, 2, 5])(
    "a gain of %d standard deviations is that of the rule itself, on other noise",
    (gain) => {
      const { accepted } = simulated(PLAN, gain, REPEATS);
      expect(Math.abs(PLAN.power(gain) - accepted)).toBeLessThan(2 * three(0.2) * (accepted < 0.05 ? 0.25 : 1));
    },
  );

  test("of a single look is the noncentral t distribution's", () => {
    // P(T > 1.8331) with 9 degrees of freedom and noncentrality 0, √10 / 2 and √10, integrated numerically over s = √(χ²/9).
    const chance = chanceToAccept([{ pairs: 10, level: 0.05, giveUp: 0.5 }]);
    for (const [gain, exact] of [
      [0, 0.05],
      [0.5, 0.42729],
      [1, 0.89752],
    ]) {
      expect(Math.abs(chance(gain) - exact)).toBeLessThan(0.024); // three standard errors of 4096
    }
  });

  test("is four out of five at the gain that the plan calls detectable", () => {
    expect(PLAN.power(PLAN.detectable)).toBeCloseTo(0.8, 2);
    expect(PLAN.detectable).toBeCloseTo(1.058, 2);
  });

  test("grows with the gain, and is the same every time", () => {
    const gains = [-1, 0, 0.3, 0.6, 1, 1.5, 2, 4];
    const chances = gains.map(PLAN.power);
    expect(chances).toEqual(chances.toSorted((a, b) => a - b));
    expect(gains.map(chanceToAccept(LOOKS))).toEqual(chances);
    expect(PLAN.power(Infinity)).toBe(1);
  });
});
