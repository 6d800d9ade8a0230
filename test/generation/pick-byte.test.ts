import { describe, expect, test } from "@jest/globals";
import { pickByte } from "../../src/generation/pick-byte.js";
import { generator } from "../../src/random.js";

const logitsOf = (probabilities: readonly number[]) => Float32Array.from(probabilities, (p) => Math.log(p) + 5); // a constant changes nothing

/** Σ (seen − expected)² ÷ expected. */
function chiSquare(probabilities: readonly number[], temperature: number, draws: number): number {
  const logits = logitsOf(probabilities);
  const stream = generator("chi-square", String(temperature));
  const seen = probabilities.map(() => 0);
  for (let i = 0; i < draws; i++) seen[pickByte(logits, temperature, stream.uniform(i))]++;
  const raised = probabilities.map((p) => p ** (1 / temperature));
  const sum = raised.reduce((total, p) => total + p, 0);
  return raised.reduce((total, p, byte) => {
    const expected = (draws * p) / sum;
    return total + (seen[byte] - expected) ** 2 / expected;
  }, 0);
}

describe("a byte picked from logits", () => {
  test.each([0.5, 1, 1.7])("comes as often as softmax(logits / %s) says", (temperature) => {
    // 4 degrees of freedom: 18.5 is exceeded once in a thousand times, and the draws are the same every time.
    expect(chiSquare([0.4, 0.3, 0.15, 0.1, 0.05], temperature, 100_000)).toBeLessThan(18.5);
  });

  test("is the likeliest at temperature 0, the first of equals, and nearly always at a tiny one", () => {
    const logits = logitsOf([0.2, 0.35, 0.35, 0.1]);
    for (const draw of [0, 0.5, 1 - 2 ** -53]) expect(pickByte(logits, 0, draw)).toBe(1);
    expect(pickByte(logitsOf([0.2, 0.5, 0.3]), 1e-300, 0.999)).toBe(1);
  });

  test("is any byte alike at a huge temperature", () => {
    const logits = Float32Array.from({ length: 256 }, (_, byte) => byte);
    for (const byte of [0, 100, 255]) expect(pickByte(logits, 1e300, (byte + 0.5) / 256)).toBe(byte);
  });

  test("is never one without a chance, not even at the ends of the draw", () => {
    const logits = new Float32Array(256).fill(-Infinity);
    logits[65] = logits[90] = 1;
    expect([0, 0.4999, 0.5001, 1 - 2 ** -53].map((draw) => pickByte(logits, 1, draw))).toEqual([65, 65, 90, 90]);
  });

  test.each([NaN, Infinity])("is refused where a logit is %s", (value) => {
    const logits = new Float32Array(256);
    logits[7] = value;
    for (const temperature of [0, 1]) {
      expect(() => pickByte(logits, temperature, 0.5)).toThrow(expect.objectContaining({ code: "not-finite" }));
    }
  });
});
