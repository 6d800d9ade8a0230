import { describe, expect, test } from "@jest/globals";
import { generator } from "../../src/random.js";
import { CLAIM_LOOKS, checkClaim } from "../../src/statistics/claim.js";
import { sequentialPlan } from "../../src/statistics/significance.js";

const PLAN = sequentialPlan();

/** The pairs on which the plan accepted a change of this gain, in standard deviations of a difference; undefined where it did not. */
function accepted(gain: number, repeat: number): readonly number[] | undefined {
  const noise = generator("confirmed", repeat);
  const all = Array.from({ length: PLAN.looks.at(-1)! }, (_, i) => noise.normal(i) - gain);
  for (const look of PLAN.looks) {
    const { verdict } = PLAN.rule(all.slice(0, look));
    if (verdict !== "continue") return verdict === "accepted" ? all.slice(0, look) : undefined;
  }
  return undefined;
}

/** How often each outcome comes when a change was accepted with one gain and has another one after the merge. */
function outcomes(gain: number, real: number, repeats = 1500) {
  const counts = { holds: 0, smaller: 0, gone: 0 };
  let total = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const claimed = accepted(gain, repeat);
    if (claimed === undefined) continue;
    total++;
    const noise = generator("merged", repeat);
    const differences = Array.from({ length: 8 }, (_, i) => noise.normal(i) - real);
    const checks = CLAIM_LOOKS.map((pairs) => checkClaim(differences.slice(0, pairs), claimed));
    counts[checks.find((one) => one !== null)!.outcome]++;
  }
  return { holds: counts.holds / total, smaller: counts.smaller / total, gone: counts.gone / total };
}

describe("a claim after the merge", () => {
  test.each([1, 2, 5])("of a true gain of %d is hardly ever called gone, and rarely too large", (gain) => {
    const { gone, smaller } = outcomes(gain, gain);
    expect(gone).toBeLessThan(0.01);
    expect(smaller).toBeLessThan(0.03);
  });

  test("does not hold where little is left of it, and nearly always where harm was done", () => {
    expect(outcomes(2, 0).holds).toBeLessThan(0.3);
    expect(outcomes(5, 1).holds).toBeLessThan(0.1);
    expect(outcomes(2, -1).gone + outcomes(2, -1).smaller).toBeGreaterThan(0.97);
  });

  test("says what it found", () => {
    const claimed = [-0.11, -0.09, -0.1];
    expect(checkClaim([-0.11, -0.09, -0.1, -0.1], claimed)).toMatchObject({ outcome: "holds", pairs: 4 });
    expect(checkClaim([-0.011, -0.009, -0.01, -0.01], claimed)).toMatchObject({ outcome: "smaller" });
    const nothing = [0.05, -0.04, 0.01, 0.02];
    expect(checkClaim(nothing, claimed)).toBeNull();
    expect(checkClaim([...nothing, ...nothing], claimed)).toMatchObject({ outcome: "gone", pairs: 8 });
    expect(checkClaim(Array(8).fill(0), claimed)).toMatchObject({ outcome: "gone", effect: 0 });
  });
});
