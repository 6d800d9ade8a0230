import { describe, expect, test } from "@jest/globals";
import type { Dim } from "../../src/graph/graph.js";
import {
  broadcast,
  broadcastAxes,
  matMulShape,
  normalizeAxes,
  reducedShape,
  reshapedShape,
  sameShape,
  staticShape,
} from "../../src/graph/shapes.js";

const [B, T] = ["batch", "sequence"];

/** All shapes up to this rank whose sizes come from a few. */
function shapes(rank: number, sizes: readonly Dim[]): Dim[][] {
  if (rank === 0) return [[]];
  const shorter = shapes(rank - 1, sizes);
  const longest = shorter.filter((shape) => shape.length === rank - 1);
  return [...shorter, ...longest.flatMap((shape) => sizes.map((size) => [size, ...shape]))];
}

/** The shape, or undefined where it is refused. */
function attempted(make: () => Dim[]): Dim[] | undefined {
  try {
    return make();
  } catch (error) {
    expect(error).toMatchObject({ name: "GraphError", code: "shape" });
    return undefined;
  }
}

describe("broadcasting", () => {
  const ALL = shapes(3, [1, 2, 3, B]);

  test("gives every axis the size that is not 1, if the two agree on it", () => {
    for (const a of ALL) {
      for (const b of ALL) {
        const rank = Math.max(a.length, b.length);
        const padded = [a, b].map((shape) => [...Array<Dim>(rank - shape.length).fill(1), ...shape]);
        const sizes = Array.from({ length: rank }, (_, i) => new Set(padded.map((shape) => shape[i])));
        sizes.forEach((size) => size.size === 2 && size.delete(1));
        const expected = sizes.every(({ size }) => size === 1) ? sizes.flatMap((size) => [...size]) : undefined;
        expect(attempted(() => broadcast(a, b))).toEqual(expected);
      }
    }
  });

  test("is undone by summing over the axes that it spread", () => {
    for (const a of ALL) {
      for (const b of ALL) {
        const whole = attempted(() => broadcast(a, b));
        if (!whole) continue;
        const axes = broadcastAxes(whole, a);
        const kept = reducedShape(whole, axes, true);
        const summed = axes.length === 0 ? whole : kept;
        expect(summed.slice(summed.length - a.length)).toEqual(a);
        expect(summed.slice(0, summed.length - a.length).every((dim) => dim === 1)).toBe(true);
      }
    }
  });
});

describe("a matrix product", () => {
  test("takes symbols for sizes", () => {
    expect(matMulShape([B, T, 8], [8, 3], false, false)).toEqual([B, T, 3]);
    expect(matMulShape([B, 4, T, 8], [B, 4, T, 8], false, true)).toEqual([B, 4, T, T]);
    expect(matMulShape([B, T, 8], [B, T, 8], true, false)).toEqual([B, 8, 8]);
  });

  test("does not take a symbol for a number, nor for another symbol", () => {
    expect(() => matMulShape([2, T], [8, 3], false, false)).toThrow(/inner sizes sequence and 8/);
    expect(() => matMulShape([B, 2, T], [T, T, 8], false, false)).toThrow(/do not broadcast/);
  });
});

describe("axes", () => {
  test("count from the end when negative, and none stands for all", () => {
    expect(normalizeAxes([-1, 0], 3)).toEqual([0, 2]);
    expect(normalizeAxes([], 3)).toEqual([0, 1, 2]);
    expect(normalizeAxes([], 0)).toEqual([]);
  });

  test.each([3, -4])("%i lies outside rank 3", (axis) => {
    expect(() => normalizeAxes([axis], 3)).toThrow(`axis ${axis} is outside rank 3`);
  });

  test("that are reduced become 1 or vanish, symbols too", () => {
    expect(reducedShape([B, 3, T], [0, -1], true)).toEqual([1, 3, 1]);
    expect(reducedShape([B, 3, T], [1], false)).toEqual([B, T]);
    expect(reducedShape([B, 3, T], [1, -2], false)).toEqual([B, T]);
  });
});

describe("a reshape", () => {
  test.each([
    [
      [B, T, 12],
      [0, 0, 3, 4],
      [B, T, 3, 4],
    ],
    [
      [B, T, 3, 4],
      [0, 0, -1],
      [B, T, 12],
    ],
    [
      [B, T, 12],
      [-1, 12],
      ["batch*sequence", 12],
    ],
    [[B, T, 12], [-1], ["12*batch*sequence"]],
    [
      [B, T, 12],
      [-1, 4],
      ["3*batch*sequence", 4],
    ],
    [
      [B, T, 12],
      [0, -1],
      [B, "12*sequence"],
    ],
    [
      [B, B, 2],
      [0, -1],
      [B, "2*batch"],
    ],
    [[6], [2, 3], [2, 3]],
    [[1, 1], [], []],
  ] as const)("of %j by %j gives %j", (shape, target, expected) => {
    expect(reshapedShape(shape, target)).toEqual(expected);
  });

  test("is refused when a symbol would have to be divided", () => {
    expect(() => reshapedShape([B, 2], [-1, 4])).toThrow(/cannot be reshaped/);
  });
});

describe("a shape", () => {
  test("is static only without symbols", () => {
    expect(staticShape([2, 3])).toEqual([2, 3]);
    expect(() => staticShape([2, B])).toThrow(/"batch" must be a number/);
  });

  test("is the same as another in rank and every size", () => {
    expect(sameShape([B, 2], [B, 2])).toBe(true);
    expect(sameShape([B, 2], [T, 2])).toBe(false);
    expect(sameShape([B, 2], [B, 2, 1])).toBe(false);
    expect(sameShape([], [])).toBe(true);
  });
});
