import { describe, expect, test } from "@jest/globals";
import { runCycle } from "../../src/evolution/cycle.js";
import type { Spec } from "../../src/spec.js";
import { idle, Killed, laboratory, request, set, undecided, type World } from "./laboratory.js";

/** A clip of 2 gains at once and leads nowhere; a beta1 of 0.8 gains less, and only with it a lower rate gains much. */
const effect = ({ optimizer: { gradientClip, beta1, learningRate } }: Spec) => {
  const dead = gradientClip === 2 ? -0.06 : 0;
  return beta1 === 0.8 ? -0.04 + dead * 0.1 + (learningRate === 0.001 ? -0.2 : 0) : dead;
};

/** Both at first; then nothing of use until, from where the clip was never raised, the lower rate. */
const fork: World = {
  effect,
  noise: 0.02,
  steps: (context, number) => {
    if (number === 1) return set("gradientClip", 2)(context);
    if (number === 2) return set("beta1", 0.8)(context);
    const { gradientClip, beta1 } = context.spec.optimizer;
    return beta1 === 0.8 && gradientClip !== 2 ? set("learningRate", 0.001)(context) : idle(context, number);
  },
  rule: undecided,
};
const asked = request({ trainings: 100 });

describe("a search whose head leads nowhere", () => {
  test("goes back to another branch, and confirms the way from the baseline to the best", async () => {
    const lab = laboratory(fork);
    const { result } = await runCycle(asked, lab);
    const [dead, other] = result.attempts;
    expect(dead.decision).toBe("kept");
    expect(other.decision).toBe("deferred");
    const better = result.attempts.filter(({ decision }) => decision === "kept").at(-1)!;
    expect(better.parent).toBe(other.id);
    expect(result.pruned).toContain(dead.id);
    const [spec] = lab.calls.slice(-1).map((call) => call.spec);
    expect(spec.optimizer).toMatchObject({ beta1: 0.8, learningRate: 0.001 });
    expect(spec.optimizer.gradientClip).not.toBe(2);
  });

  test("ends alike wherever it was killed on the way", async () => {
    const whole = laboratory(fork);
    const expected = await runCycle(asked, whole);
    for (const share of [0.2, 0.4, 0.6, 0.8, 1]) {
      const killAt = Math.floor(share * whole.fresh.length);
      const killed = laboratory({ ...fork, killAt });
      await expect(runCycle(asked, killed)).rejects.toThrow(Killed);
      await new Promise(setImmediate); // those beside it end
      const resumed = laboratory({ ...fork, memo: killed.memo });
      expect(await runCycle(asked, resumed)).toEqual(expected);
    }
  });
});

describe("bounds in the search", () => {
  const slower = ({ optimizer }: Spec) => (optimizer.learningRate === 0.001 ? 1.3 : 1);
  const gain = ({ optimizer }: Spec) =>
    (optimizer.learningRate === 0.001 ? -0.2 : 0) + (optimizer.beta1 === 0.8 ? -0.05 : 0);
  const bounded = request({ bounds: { trainingSeconds: 0.1 } });

  test("what breaks one is no head where something better is within them, and both are on the front", async () => {
    const steps = [set("learningRate", 0.001), set("beta1", 0.8)];
    const { result } = await runCycle(bounded, laboratory({ effect: gain, slower, steps }));
    const [broken, within] = result.attempts;
    expect(broken).toMatchObject({ decision: "deferred", reason: expect.stringMatching(/would grow by 30\.0 %/) });
    expect(within.decision).toBe("kept");
    expect(result.decision.verdict).toBe("accepted");
    // The baseline takes as long as what beat it, so it is not on the front.
    expect(result.front).toMatchObject([
      { id: broken.id, within: false, best: [] },
      { id: within.id, within: true, best: ["objective", "trainingSeconds"] },
    ]);
  });

  test("later, too, something within them takes the place of a head that breaks one", async () => {
    const steps = [set("learningRate", 0.001), null, set("learningRate", 0.002), set("beta1", 0.8)];
    const world = { effect: gain, slower: (spec: Spec) => (spec.optimizer.beta1 === 0.8 ? 1 : slower(spec)), steps };
    const { result } = await runCycle(bounded, laboratory(world));
    expect(result.attempts.filter(({ decision }) => decision === "kept")).toHaveLength(2);
    expect(result.decision.verdict).toBe("accepted");
  });

  test("and none is shown where none is set", async () => {
    const { result } = await runCycle(request(), laboratory({ effect: gain, steps: [set("beta1", 0.8)] }));
    expect(result).not.toHaveProperty("front");
  });
});
