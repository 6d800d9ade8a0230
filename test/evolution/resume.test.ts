import { describe, expect, test } from "@jest/globals";
import { runCycle } from "../../src/evolution/cycle.js";
import { improving, Killed, laboratory, request, rewrite, set, undecided, type World } from "./laboratory.js";

describe("a cycle that was killed", () => {
  const world: World = {
    effect: (spec) => improving(spec) + (spec.optimizer.beta2 === 0.9 ? 0.1 : 0),
    fails: ({ optimizer }) => optimizer.gradientClip === 100,
    steps: [
      set("beta2", 0.9),
      set("learningRate", 0.001),
      set("gradientClip", 100),
      rewrite((text) => `# x\n${text}`),
      set("beta1", 0.8),
    ],
    rule: undecided,
  };

  test("ends as if it had not been, wherever it was, and repeats no finished training", async () => {
    const whole = laboratory(world);
    const expected = await runCycle(request(), whole);
    const decisions = expected.result.attempts.map(({ decision }) => decision);
    expect(decisions).toEqual(expect.arrayContaining(["rejected", "deferred"]));
    expect(decisions.filter((decision) => decision === "kept")).toHaveLength(2);
    for (let killAt = 1; killAt <= whole.fresh.length; killAt++) {
      const killed = laboratory({ ...world, killAt });
      await expect(runCycle(request(), killed)).rejects.toThrow(Killed);
      await new Promise(setImmediate); // those beside it end
      const finished = new Set(killed.memo.keys());
      const resumed = laboratory({ ...world, memo: killed.memo });
      expect(await runCycle(request(), resumed)).toEqual(expected);
      expect(resumed.fresh.filter((training) => finished.has(training))).toEqual([]);
      expect(new Set([...finished, ...resumed.fresh])).toEqual(new Set(whole.fresh));
      expect(resumed.remembered.slice(0, killed.remembered.length)).toEqual(killed.remembered);
    }
    expect(whole.fresh).toHaveLength(new Set(whole.fresh).size);
  });
});
