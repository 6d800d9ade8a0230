import { describe, expect, test } from "@jest/globals";
import type { Bounds, Objective } from "../../src/candidate.js";
import { frontOf } from "../../src/evolution/front.js";
import { generator } from "../../src/random.js";
import { evaluation } from "../support/evidence.js";

const LOWER: Objective = { name: "bits per byte", direction: "lower", selfReported: false };
const BOUNDS: Bounds = { parameters: 0.1, trainingSeconds: 0.2 };

/** Few values, so that there are ties. */
function some(seed: number, count: number) {
  const draw = generator("front", seed);
  const value = (i: number) => 1 + (draw.uint32(i) % 5);
  return Array.from({ length: count }, (_, i) => ({
    id: `${i}`,
    evaluation: evaluation({
      score: value(3 * i),
      cpuSeconds: value(3 * i + 1),
      model: { sha256: "", parameters: value(3 * i + 2), secondsPerByte: 1 },
    }),
  }));
}

type One = ReturnType<typeof some>[number];
const costs = ({ evaluation: { score, cpuSeconds, model } }: One, sign: number) => [
  sign * score,
  cpuSeconds,
  model!.parameters,
];

describe("the front", () => {
  test("is what a search over all pairs leaves, for objectives of both directions", () => {
    for (let seed = 0; seed < 200; seed++) {
      const all = some(seed, 1 + (seed % 12));
      const direction = seed % 2 === 0 ? "lower" : "higher";
      const sign = direction === "lower" ? 1 : -1;
      const expected = new Set<string>();
      for (const one of all) {
        let beaten = false;
        for (const other of all) {
          const [a, b] = [costs(other, sign), costs(one, sign)];
          const noWorse = a[0] <= b[0] && a[1] <= b[1] && a[2] <= b[2];
          const better = a[0] < b[0] || a[1] < b[1] || a[2] < b[2];
          const twin = noWorse && !better && Number(other.id) < Number(one.id);
          beaten ||= (noWorse && better) || twin;
        }
        if (!beaten) expected.add(one.id);
      }
      const front = frontOf(all, { ...LOWER, direction }, BOUNDS);
      expect(new Set(front.map(({ id }) => id))).toEqual(expected);
      const scores = front.map(({ score }) => sign * score);
      expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    }
  });

  test("has one champion of every measure, and of the objective the best within bounds", () => {
    for (let seed = 0; seed < 200; seed++) {
      const all = some(seed, 10);
      const front = frontOf(all, LOWER, BOUNDS);
      for (const what of ["objective", "parameters", "trainingSeconds"] as const) {
        expect(front.filter(({ best }) => best.includes(what))).toHaveLength(1);
      }
      const least = Math.min(...all.map((one) => one.evaluation.model!.parameters));
      expect(front.find(({ best }) => best.includes("parameters"))?.measures.parameters).toBe(least);
      const [base] = all;
      const within = all.filter(
        ({ evaluation: { cpuSeconds, model } }) =>
          cpuSeconds <= 1.2 * base.evaluation.cpuSeconds &&
          model!.parameters <= 1.1 * base.evaluation.model!.parameters,
      );
      const champion = front.find(({ best }) => best.includes("objective"))!;
      expect(champion.within).toBe(true);
      expect(champion.score).toBe(Math.min(...within.map((one) => one.evaluation.score)));
    }
  });
});
