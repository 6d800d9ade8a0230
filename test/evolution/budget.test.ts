import { describe, expect, test } from "@jest/globals";
import { runCycle } from "../../src/evolution/cycle.js";
import type { Measurement } from "../../src/candidate.js";
import { createPatch } from "../../src/patch/index.js";
import type { Spec } from "../../src/spec.js";
import { idle, improving, laboratory, LAST_LOOK, request, set, undecided } from "./laboratory.js";

/** The baseline's noise, its score on the seed of the search, one attempt, then both arms of the longest confirmation. */
const FEWEST = 4 + 1 + 1 + 2 * LAST_LOOK;

describe("the budget", () => {
  test("of too few trainings is refused before anything is trained", async () => {
    const lab = laboratory({ steps: idle });
    const trainings = FEWEST - 1;
    await expect(runCycle(request({ trainings }), lab)).rejects.toMatchObject({ name: "InputError", code: "budget" });
    await expect(runCycle(request({ trainings }), lab)).rejects.toThrow(String(FEWEST));
    expect(lab.calls).toEqual([]);
  });

  test.each([0, 1, 2, 3, 4, 10, 11, 30])("is never exceeded with %i more than the fewest", async (more) => {
    const trainings = FEWEST + more;
    const effect = ({ optimizer }: Spec) => -optimizer.weightDecay; // every attempt is better than the last
    const lab = laboratory({ effect, noise: 0, steps: idle, rule: undecided });
    const { result } = await runCycle(request({ trainings }), lab);
    expect(lab.calls.length).toBeLessThanOrEqual(trainings);
    expect(result.cost.trainings).toBe(lab.calls.length);
    expect(result.decision.pairs).toBe(LAST_LOOK);
    expect(result.attempts.length).toBeGreaterThan(0);
    expect(result.attempts.map(({ decision }) => decision)).toContain("kept");
  });

  test("is counted right when confirmation ends early and when the search ends early", async () => {
    for (const steps of [[set("learningRate", 0.001)], [set("beta2", 0.9)], []]) {
      const lab = laboratory({ effect: improving, steps });
      const { result } = await runCycle(request(), lab);
      expect(result.cost.trainings).toBe(lab.calls.length);
      expect(result.cost.seconds).toBeCloseTo(0.1 * lab.calls.length, 9);
      expect(result.attempts).toHaveLength(steps.length);
      expect(result.baseline.trainings).toBe(5);
    }
  });

  test("counts the time of a training that failed, and its attempt is charged with it", async () => {
    const fails = ({ optimizer }: Spec) => optimizer.beta2 === 0.9;
    const lab = laboratory({ steps: [set("beta2", 0.9)], fails });
    const { result } = await runCycle(request(), lab);
    expect(result.attempts[0].cost).toEqual({ trainings: 1, seconds: 0.04 });
    expect(result.cost.seconds).toBeCloseTo(0.1 * (lab.calls.length - 1) + 0.04, 9);
  });

  test("is not touched further by a baseline that fails", async () => {
    const lab = laboratory({ steps: idle, fails: () => true });
    await expect(runCycle(request(), lab)).rejects.toMatchObject({
      name: "AxonError",
      code: "baseline-failed",
      message: "the baseline could not be measured: the loss became NaN at step 3",
    });
    expect(lab.calls).toHaveLength(5);
  });

  test("is not wasted on a proposer that only proposes what cannot be trained", async () => {
    const outside = createPatch("src/index.js", "const a = 1;\n", "const a = 2;\n");
    const lab = laboratory({ steps: () => outside });
    const { result } = await runCycle(request(), lab);
    expect(result.cost.trainings).toBe(5);
    expect(result.attempts.length).toBeLessThan(30);
    expect(result.decision.verdict).toBe("rejected");
  });

  test("with a bound that nothing measures is refused, for it would forbid nothing", async () => {
    const lab = laboratory({ steps: idle });
    const bare: typeof lab = {
      ...lab,
      measure: async (...given) => ({ ...(await lab.measure(...given)), training: null }) as Measurement,
    };
    await expect(runCycle(request({ bounds: { flopsPerToken: 0.1 } }), bare)).rejects.toMatchObject({
      code: "bound-unmeasured",
      message: expect.stringContaining("bounds.flopsPerToken"),
    });
  });
});
