import { describe, expect, test } from "@jest/globals";
import { noiseOf } from "../../src/statistics/noise.js";
import { withinReach, worthKeeping } from "../../src/statistics/search-rule.js";

const NOISE = { runs: 5, deviation: 0.01, detectable: 0.0106 };

describe("the noise of a baseline", () => {
  test("is the deviation of its scores, and the detectable effect grows with it", () => {
    const noise = noiseOf([1, 2, 3, 4, 5], { detectable: 1.2 });
    expect(noise).toMatchObject({ runs: 5, deviation: Math.sqrt(2.5) });
    expect(noise.detectable).toBeCloseTo(1.2 * Math.sqrt(2.5), 12);
  });
});

describe("the search keeps", () => {
  test("whatever is better than its parent, and says how often chance alone does as well", () => {
    const { keep, pValue } = worthKeeping(-0.0213, NOISE); // t = 2.13 with 4 degrees of freedom
    expect(keep).toBe(true);
    expect(pValue).toBeCloseTo(0.05, 3);
    expect(worthKeeping(-1e-9, { ...NOISE, deviation: 0 })).toMatchObject({ keep: true, pValue: null });
  });

  test("nothing that is better by less than a twentieth of what the seed moves", () => {
    expect(worthKeeping(-0.00051, NOISE).keep).toBe(true);
    expect(worthKeeping(-0.00049, NOISE)).toMatchObject({ keep: false, reason: "too little better to be of use" });
  });

  test("nothing that is worse, and nothing that changes no digit", () => {
    expect(worthKeeping(1e-9, NOISE)).toMatchObject({ keep: false, reason: "worse than its parent on the same seed" });
    expect(worthKeeping(0, NOISE)).toMatchObject({ keep: false, pValue: null });
  });
});

describe("a gain is within reach of the confirmation", () => {
  test("when its optimistic end is detectable", () => {
    expect(withinReach(-0.02, NOISE)).toBe(true);
    expect(withinReach(-0.001, NOISE)).toBe(true); // 0.001 + 2.13 * 0.01 could be 0.0106
    expect(withinReach(0.02, NOISE)).toBe(false);
    expect(withinReach(-0.001, { ...NOISE, detectable: 0.03 })).toBe(false);
  });
});
