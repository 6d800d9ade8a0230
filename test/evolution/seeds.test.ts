import { describe, expect, test } from "@jest/globals";
import { runCycle } from "../../src/evolution/cycle.js";
import { seedsOf } from "../../src/evolution/seeds.js";
import { improving, laboratory, LAST_LOOK, request, set, undecided } from "./laboratory.js";

describe("seeds", () => {
  test("of search and confirmation are apart, and the same for both arms", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const lab = laboratory({ effect: improving, steps: [set("learningRate", 0.001)], rule: undecided });
      await runCycle(request({ seed }), lab);
      const search = new Set(lab.calls.slice(0, 4).map((call) => call.seed));
      const arms = [0.002, 0.001].map((rate) =>
        lab.calls
          .slice(4)
          .filter(({ spec }) => spec.optimizer.learningRate === rate)
          .map((call) => call.seed),
      );
      expect(search.size).toBe(2);
      expect(arms[0]).toEqual(arms[1]);
      expect(new Set(arms[0]).size).toBe(LAST_LOOK);
      expect(arms[0].some((one) => search.has(one))).toBe(false);
    }
  });

  test("of different cycles differ", () => {
    const all = Array.from({ length: 1000 }, (_, seed) => seedsOf(seed, 2, LAST_LOOK));
    expect(new Set(all.flatMap(({ search, confirmation }) => [...search, ...confirmation])).size).toBe(
      1000 * (2 + LAST_LOOK),
    );
  });
});
