import { describe, expect, test } from "@jest/globals";
import { generator } from "../../src/random.js";
import { CLAIM_LOOKS, checkClaim } from "../../src/statistics/claim.js";

/** Share of simulated claims that hold; effects in standard deviations of a difference. */
function share(claimed: number, real: number, repeats = 2000): number {
  let held = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const noise = generator("claim", repeat);
    const differences = Array.from({ length: 8 }, (_, i) => real + noise.normal(i));
    const verdict = CLAIM_LOOKS.map((pairs) => checkClaim(differences.slice(0, pairs), claimed)).find(
      (one) => one !== null,
    );
    held += verdict!.holds ? 1 : 0;
  }
  return held / repeats;
}

describe("a claim after the merge", () => {
  test("is hardly ever given up while it is true", () => {
    for (const effect of [-1, -2, -5]) expect(share(effect, effect)).toBeGreaterThan(0.97);
  });

  test("is given up more often than not where nothing is left of it, and nearly always where harm was done", () => {
    expect(share(-1, 0)).toBeLessThan(0.5);
    expect(share(-2, 0)).toBeLessThan(0.25);
    expect(share(-2, 1)).toBeLessThan(0.02);
  });

  test("says what it found", () => {
    expect(checkClaim([-0.11, -0.09, -0.1, -0.1], -0.1)).toMatchObject({ holds: true, pairs: 4, claimed: -0.1 });
    expect(checkClaim([-0.011, -0.009, -0.01, -0.01], -0.1)).toMatchObject({
      holds: false,
      reason: "what was claimed is more than what is there",
    });
    expect(checkClaim([0.05, -0.04, 0.01, 0.02], -0.01)).toBeNull();
    expect(checkClaim([0.05, -0.04, 0.01, 0.02, 0.05, -0.04, 0.01, 0.02], -0.01)).toMatchObject({
      holds: false,
      reason: "nothing of the gain is left",
    });
  });
});
