import { describe, expect, test } from "@jest/globals";
import { runCycle } from "../../src/evolution/cycle.js";
import { seedsOf } from "../../src/evolution/seeds.js";
import { improving, laboratory, LAST_LOOK, request, set, undecided } from "./laboratory.js";

const COUNTS = { noise: 4, pruning: 2, confirmation: LAST_LOOK };
const flat = ({ noise, search, pruning, confirmation }: ReturnType<typeof seedsOf>) => [
  ...noise,
  search,
  ...pruning,
  ...confirmation,
];

describe("seeds", () => {
  test("that confirm are used for nothing else, and are the same for both arms", async () => {
    for (let cycle = 0; cycle < 20; cycle++) {
      const lab = laboratory({ effect: improving, steps: [set("learningRate", 0.001)], rule: undecided });
      await runCycle(request({ id: `cycle ${cycle}` }), lab);
      const before = new Set(lab.calls.slice(0, -2 * LAST_LOOK).map((call) => call.seed));
      const arms = [0.002, 0.001].map((rate) =>
        lab.calls
          .slice(-2 * LAST_LOOK)
          .filter(({ spec }) => spec.optimizer.learningRate === rate)
          .map((call) => call.seed),
      );
      expect(arms[0]).toEqual(arms[1]);
      expect(new Set(arms[0]).size).toBe(LAST_LOOK);
      expect(arms[0].some((one) => before.has(one))).toBe(false);
    }
  });

  test("of one cycle all differ, whatever they are for", () => {
    for (let cycle = 0; cycle < 200; cycle++) {
      const all = flat(seedsOf(`cycle ${cycle}`, COUNTS));
      expect(new Set(all).size).toBe(all.length);
      expect(all.every((seed) => Number.isSafeInteger(seed) && seed >= 0)).toBe(true);
    }
  });

  test("of different cycles differ, but for those that tell the noise", () => {
    const cycles = Array.from({ length: 1000 }, (_, i) => seedsOf(`cycle ${i}`, { ...COUNTS, noise: 0 }));
    expect(new Set(cycles.flatMap(flat)).size).toBe(1000 * (1 + COUNTS.pruning + LAST_LOOK));
    expect(seedsOf("a", COUNTS).noise).toEqual(seedsOf("b", COUNTS).noise);
  });
});
