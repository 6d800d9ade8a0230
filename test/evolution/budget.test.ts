import { describe, expect, test } from "@jest/globals";
import { runCycle } from "../../src/evolution/cycle.js";
import type { Spec } from "../../src/spec.js";
import { idle, improving, laboratory, LAST_LOOK, request, set, undecided } from "./laboratory.js";

/** Baseline and one attempt on two search seeds, then both arms of the longest confirmation. */
const FEWEST = 2 + 2 + 2 * LAST_LOOK;

describe("the budget", () => {
  test("of too few trainings is refused before anything is trained", async () => {
    const lab = laboratory({ steps: idle });
    const trainings = FEWEST - 1;
    await expect(runCycle(request({ trainings }), lab)).rejects.toMatchObject({ name: "InputError", code: "budget" });
    await expect(runCycle(request({ trainings }), lab)).rejects.toThrow(String(FEWEST));
    expect(lab.calls).toEqual([]);
  });

  test.each([0, 1, 2, 3, 10, 11])("is spent, and no more, with %i more than the fewest", async (more) => {
    const trainings = FEWEST + more;
    const effect = ({ optimizer }: Spec) => -optimizer.weightDecay; // every attempt is better than the last
    const lab = laboratory({ effect, noise: 0, steps: idle, rule: undecided });
    const { result } = await runCycle(request({ trainings }), lab);
    expect(lab.calls).toHaveLength(trainings - (more % 2));
    expect(result.trainings).toBe(lab.calls.length);
    expect(result.attempts).toHaveLength(1 + Math.floor(more / 2));
    expect(result.attempts.map(({ decision }) => decision)).not.toContain("rejected");
  });

  test("is counted right when confirmation ends early and when the search ends early", async () => {
    for (const steps of [[set("learningRate", 0.001)], [set("beta2", 0.9)], []]) {
      const lab = laboratory({ effect: improving, steps });
      const { result } = await runCycle(request(), lab);
      expect(result.trainings).toBe(lab.calls.length);
      expect(result.attempts).toHaveLength(steps.length);
      expect(result.baseline.trainings).toBe(2);
    }
  });

  test("is not touched further by a baseline that fails", async () => {
    const lab = laboratory({ steps: idle, fails: () => true });
    await expect(runCycle(request(), lab)).rejects.toMatchObject({
      name: "AxonError",
      code: "baseline-failed",
      message: "the baseline could not be measured: the loss became NaN at step 3",
    });
    expect(lab.calls).toHaveLength(2);
  });
});
