// The generator against published vectors, a second implementation, and statistics with known spread.
import { describe, expect, test } from "@jest/globals";
import { generator } from "../src/random.js";

const MASK = 0xffffffffn;
const ROTATIONS = [13n, 15n, 26n, 6n, 17n, 29n, 16n, 24n];

/** Threefry-2x32-20 written from the paper in big integers. */
function reference(key: readonly [bigint, bigint], counter: readonly [bigint, bigint]): [bigint, bigint] {
  const schedule = [key[0], key[1], 0x1bd11bdan ^ key[0] ^ key[1]];
  let [x, y] = [(counter[0] + key[0]) & MASK, (counter[1] + key[1]) & MASK];
  for (let round = 0; round < 20; round++) {
    const r = ROTATIONS[round % 8];
    x = (x + y) & MASK;
    y = (((y << r) | (y >> (32n - r))) & MASK) ^ x;
    if (round % 4 < 3) continue;
    const step = (round + 1) / 4;
    x = (x + schedule[step % 3]) & MASK;
    y = (y + schedule[(step + 1) % 3] + BigInt(step)) & MASK;
  }
  return [x, y];
}

function moments(draw: (i: number) => number, count: number): number[] {
  const sums = [0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const value = draw(i);
    for (let power = 0; power < 4; power++) sums[power] += value ** (power + 1) / count;
  }
  return sums;
}

describe("generator", () => {
  test("the reference of this test gives the published answers of Random123", () => {
    expect(reference([0n, 0n], [0n, 0n])).toEqual([0x6b200159n, 0x99ba4efen]);
    expect(reference([MASK, MASK], [MASK, MASK])).toEqual([0x1cb996fcn, 0xbb002be7n]);
    expect(reference([0x13198a2en, 0x03707344n], [0x243f6a88n, 0x85a308d3n])).toEqual([0xc4923a9cn, 0x483df7a0n]);
  });

  test("without keys it is the cipher under key zero, counted by i", () => {
    for (const i of [0, 1, 2, 77, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]) {
      const [first, second] = reference([0n, 0n], [BigInt(i) & MASK, BigInt(i) >> 32n]);
      expect(generator().uint32(i)).toBe(Number(first));
      expect(generator().uniform(i)).toBe(Number(((first >> 5n) << 26n) | (second >> 6n)) / 2 ** 53);
    }
  });

  test("each key is the encryption of the one before, negative numbers in two's complement", () => {
    const after = reference(reference([0n, 0n], [5n, 0n]), [MASK - 2n, MASK]);
    expect(generator(5, -3).uint32(9)).toBe(Number(reference(after, [9n, 0n])[0]));
  });

  test("fills bytes with the 64 bits of 0, 1, 2, …, any number of them", () => {
    const bytes = new Uint8Array(21);
    generator("bytes", 4).bytes(bytes.subarray(2));
    const words = new DataView(bytes.buffer, 2);
    for (const i of [0, 1]) expect(words.getUint32(8 * i, true)).toBe(generator("bytes", 4).uint32(i));
    expect([...bytes.subarray(18)].some((byte) => byte !== 0)).toBe(true);
    expect([...bytes.subarray(0, 2)]).toEqual([0, 0]);
  });

  test("a value does not depend on what was drawn before", () => {
    const used = generator("order", 1);
    for (let i = 0; i < 100; i++) used.normal(i);
    const fresh = generator("order", 1);
    for (const i of [99, 3, 50]) {
      expect(used.uint32(i)).toBe(fresh.uint32(i));
      expect(used.uniform(i)).toBe(fresh.uniform(i));
      expect(used.normal(i)).toBe(fresh.normal(i));
    }
  });

  test("keys that look alike name different streams", () => {
    const keys = [
      [],
      [0],
      [0, 0],
      ["0"],
      [""],
      ["", ""],
      ["ab"],
      ["a", "b"],
      ["ab\0"],
      ["abcde"],
      ["abcd", "e"],
      [1],
      [-1],
      [2 ** 32],
    ];
    const first = keys.map((key) => generator(...key).uint32(0));
    expect(new Set(first).size).toBe(keys.length);
  });

  test("a key that is not a whole number is refused", () => {
    expect(() => generator(0.5)).toThrow(RangeError);
    expect(() => generator(Number.NaN)).toThrow(RangeError);
  });

  test("uniform fills [0, 1) evenly", () => {
    const count = 100_000;
    const stream = generator("uniform", 7);
    const buckets = Array.from({ length: 100 }, () => 0);
    const [mean, square] = moments((i) => {
      const value = stream.uniform(i);
      buckets[Math.floor(value * 100)] += 1;
      return value;
    }, count);
    expect(mean).toBeCloseTo(1 / 2, 2);
    expect(square).toBeCloseTo(1 / 3, 2);
    const chiSquare = buckets.reduce((sum, n) => sum + (n - count / 100) ** 2 / (count / 100), 0);
    // 99 degrees of freedom: mean 99, deviation 14; both ends are three or more deviations away.
    expect(chiSquare).toBeGreaterThan(50);
    expect(chiSquare).toBeLessThan(150);
  });

  test("normal has the first four moments of the standard normal distribution", () => {
    const stream = generator("normal", 7);
    const [mean, square, cube, fourth] = moments((i) => stream.normal(i), 200_000);
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(square - 1)).toBeLessThan(0.015);
    expect(Math.abs(cube)).toBeLessThan(0.03);
    expect(Math.abs(fourth - 3)).toBeLessThan(0.09);
  });

  test("streams of neighbouring keys, and neighbours in one stream, do not correlate", () => {
    const [one, two] = [generator("seed", 1), generator("seed", 2)];
    const count = 50_000;
    let [across, along] = [0, 0];
    for (let i = 0; i < count; i++) {
      across += (one.normal(i) * two.normal(i)) / count;
      along += (one.normal(i) * one.normal(i + 1)) / count;
    }
    // The deviation of a correlation of independent streams is 1 / √count.
    expect(Math.abs(across)).toBeLessThan(4 / Math.sqrt(count));
    expect(Math.abs(along)).toBeLessThan(4 / Math.sqrt(count));
  });
});
