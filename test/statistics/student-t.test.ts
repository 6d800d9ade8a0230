import { describe, expect, test } from "@jest/globals";
import { upperQuantile, upperTail } from "../../src/statistics/student-t.js";

const TIMES = [-40, -3.3, -1, -1e-3, 0, 1e-6, 0.5, 1, 2.7, 12, 300];

describe("the upper tail", () => {
  test("is the closed form for 1, 2 and 3 degrees of freedom", () => {
    for (const t of TIMES) {
      expect(upperTail(t, 1)).toBeCloseTo(0.5 - Math.atan(t) / Math.PI, 14);
      expect(upperTail(t, 2)).toBeCloseTo(0.5 - t / (2 * Math.sqrt(2 + t * t)), 14);
      const u = t / Math.sqrt(3);
      expect(upperTail(t, 3)).toBeCloseTo(0.5 - (u / (1 + u * u) + Math.atan(u)) / Math.PI, 14);
    }
  });

  // With t = √ν·tanθ the density is proportional to cos^(ν-1) θ on (-π/2, π/2); its scale drops out of the quotient.
  test.each([1, 2, 4, 5, 7, 10, 29, 200])("agrees with numerical integration for %d degrees of freedom", (freedom) => {
    const integral = (from: number, to: number) => {
      const steps = 2000;
      let sum = 0;
      for (let i = 0; i <= steps; i++) {
        const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
        sum += weight * Math.cos(from + ((to - from) * i) / steps) ** (freedom - 1);
      }
      return (sum * (to - from)) / steps / 3;
    };
    const whole = integral(-Math.PI / 2, Math.PI / 2);
    for (const t of TIMES) {
      const tail = integral(Math.atan(t / Math.sqrt(freedom)), Math.PI / 2) / whole;
      expect(upperTail(t, freedom)).toBeCloseTo(tail, 9);
    }
  });

  test("approaches the normal distribution", () => {
    expect(upperTail(1.959964, 1_000_000)).toBeCloseTo(0.025, 6);
  });

  test("needs whole degrees of freedom", () => {
    for (const freedom of [0, -1, 1.5, Number.NaN]) expect(() => upperTail(1, freedom)).toThrow(RangeError);
  });
});

describe("the quantile", () => {
  test.each([
    [0.025, 1, 12.7062],
    [0.01, 3, 4.5407],
    [0.005, 7, 3.4995],
    [0.025, 10, 2.2281],
    [0.05, 30, 1.6973],
    [0.5, 4, 0],
  ])("of %d with %d degrees of freedom is that of the printed tables", (probability, freedom, t) => {
    expect(upperQuantile(probability, freedom)).toBeCloseTo(t, 4);
  });

  test("undoes the tail, however small", () => {
    for (const probability of [1e-9, 1e-4, 0.3]) {
      for (const freedom of [1, 2, 7, 60]) {
        expect(upperTail(upperQuantile(probability, freedom), freedom) / probability).toBeCloseTo(1, 5);
      }
    }
  });
});
