import { describe, expect, test } from "@jest/globals";
import { runCycle } from "../../src/evolution/cycle.js";
import { seedsOf } from "../../src/evolution/seeds.js";
import { sequentialPlan } from "../../src/statistics/significance.js";
import { createPatch } from "../../src/patch/index.js";
import { DEFAULT_SPEC, parseSpec, type Spec } from "../../src/spec.js";
import {
  idle,
  improving,
  laboratory,
  LAST_LOOK,
  request,
  rewrite,
  set,
  SPEC_PATH,
  versionOf,
  type World,
} from "./laboratory.js";

/** Trainings of the baseline before the search. */
const BASELINE = 5;

describe("a cycle finds what is there", () => {
  test("a real improvement is kept, confirmed and accepted with its evidence", async () => {
    const lab = laboratory({ effect: improving, steps: [set("beta2", 0.95), set("learningRate", 0.001)] });
    const { result, accepted } = await runCycle(request(), lab);
    expect(result.decision.verdict).toBe("accepted");
    expect(result.decision.effect).toBeCloseTo(-0.05, 1);
    const champion = result.attempts.find(({ id }) => id === result.champion);
    expect(champion?.decision).toBe("kept");
    expect(accepted?.spec.optimizer.learningRate).toBe(0.001);
    expect(parseSpec(accepted?.specText ?? "")).toEqual(accepted?.spec);
    expect(sequentialPlan().looks).toContain(result.pairs.length);
    for (const { seed, baseline, candidate } of result.pairs) {
      expect([baseline.seed, candidate.seed]).toEqual([seed, seed]);
    }
    const differences = result.pairs.map(({ baseline, candidate }) => candidate.score - baseline.score);
    expect(sequentialPlan().rule(differences, result.noise.deviation).decision).toEqual(result.decision);
  });

  test("improvements add up: of those trained side by side the best is kept, the others are tried again on top of it", async () => {
    const lab = laboratory({
      effect: improving,
      steps: [set("learningRate", 0.001), set("epsilon", 0.01), set("beta1", 0.8)],
    });
    const { result, accepted } = await runCycle(request(), lab);
    const [first, , third] = result.attempts;
    const again = result.attempts.find((one) => one.hypothesis === third.hypothesis && one.id !== third.id);
    expect([first, third].map(({ parent, decision }) => [parent, decision])).toEqual([
      ["baseline", "kept"],
      ["baseline", "deferred"],
    ]);
    expect(again).toMatchObject({ parent: first.id, decision: "kept" });
    expect(accepted?.spec.optimizer).toMatchObject({ learningRate: 0.001, beta1: 0.8 });
    expect(result.decision.effect).toBeCloseTo(-0.08, 1);
  });

  test("a deferred attempt that does not go together with what was kept is dropped", async () => {
    const lab = laboratory({
      effect: ({ optimizer }) => -optimizer.beta2,
      steps: [set("beta2", 0.99), set("beta2", 0.98)],
      noise: 0,
    });
    const { result } = await runCycle(request(), lab);
    expect(result.attempts.map(({ decision }) => decision)).toEqual(["kept", "deferred"]);
  });

  test("an objective of which more is better is improved upwards, and reported that way", async () => {
    const objective = { name: "score", direction: "higher", selfReported: true } as const;
    const lab = laboratory({ effect: (spec) => -improving(spec), steps: [set("learningRate", 0.001)] });
    const { result } = await runCycle(request({ objective }), lab);
    expect(result.decision.verdict).toBe("accepted");
    expect(result.decision.effect).toBeCloseTo(0.05, 1);
    expect(result.decision.interval![0]).toBeGreaterThan(0);
    expect(result.attempts[0].effect).toBeGreaterThan(0);
    const worse = laboratory({ effect: improving, steps: [set("learningRate", 0.001)] });
    expect((await runCycle(request({ objective }), worse)).result.champion).toBeNull();
  });

  test("a repository without a spec gets one by a diff that creates the file", async () => {
    const baseline = versionOf(null);
    const lab = laboratory({ effect: improving, steps: [set("learningRate", 0.001)] }, baseline);
    const { result, accepted } = await runCycle(request({ baseline }), lab);
    expect(result.attempts[0].diff).toContain("new file mode 100644");
    expect(result.decision.verdict).toBe("accepted");
    expect(accepted?.spec).toEqual(parseSpec("optimizer: {learningRate: 0.001}"));
  });

  test("an improvement that fails in the confirmation changes nothing", async () => {
    const { confirmation } = seedsOf("cycle", { noise: 0, pruning: 0, confirmation: LAST_LOOK });
    const fails = ({ optimizer }: Spec, seed: number) =>
      optimizer.learningRate === 0.001 && confirmation.includes(seed);
    const lab = laboratory({ effect: improving, fails, steps: [set("learningRate", 0.001)] });
    const { result, accepted } = await runCycle(request(), lab);
    expect(accepted).toBeNull();
    expect(result).toMatchObject({ champion: null, decision: { verdict: "rejected" } });
    expect(result.decision.reason).toMatch(
      /^the confirmation failed, in a training of the candidate: the loss became NaN/,
    );
  });
});

describe("secondary measures never pay for the first in silence", () => {
  const slower = (spec: Spec) => (spec.optimizer.learningRate === 0.001 ? 1.12 : 1);

  test("both arms are measured, and what nobody bounds forbids nothing", async () => {
    const lab = laboratory({ effect: improving, slower, steps: [set("learningRate", 0.001)] });
    const { result } = await runCycle(request(), lab);
    expect(result.decision.verdict).toBe("accepted");
    const time = result.trades.find(({ measure }) => measure === "trainingSeconds");
    expect(time!.candidate / time!.baseline).toBeCloseTo(1.12, 6);
    expect(time).toMatchObject({ bound: null, within: true });
  });

  test("an improvement out of bounds is rejected, and says by how much", async () => {
    const lab = laboratory({ effect: improving, slower, steps: [set("learningRate", 0.001)] });
    const { result, accepted } = await runCycle(request({ bounds: { trainingSeconds: 0.05 } }), lab);
    expect(accepted).toBeNull();
    expect(result.decision).toMatchObject({
      verdict: "rejected",
      reason: expect.stringMatching(/would grow by 12\.0 %, and at most 5\.0 % are allowed/),
    });
    const within = laboratory({ effect: improving, slower, steps: [set("learningRate", 0.001)] });
    expect((await runCycle(request({ bounds: { trainingSeconds: 0.15 } }), within)).accepted).not.toBeNull();
  });
});

describe("barnacles", () => {
  test("a step that contributes nothing leaves the bundle before the confirmation", async () => {
    // The second step looks better only on the seed of the search.
    const { search } = seedsOf("cycle", { noise: 0, pruning: 0, confirmation: 0 });
    const lucky = ({ optimizer }: Spec, seed: number) =>
      optimizer.beta1 !== 0.7 ? 0 : seed === search ? -0.04 : 0.002;
    const lab = laboratory({
      effect: improving,
      luck: lucky,
      noise: 0.0001,
      steps: [set("learningRate", 0.001), set("beta1", 0.7)],
    });
    const { result, accepted } = await runCycle(request(), lab);
    const kept = result.attempts.filter(({ decision }) => decision === "kept");
    expect(kept).toHaveLength(2);
    expect(result.pruned).toEqual([kept[1].id]);
    expect(accepted?.spec.optimizer).toMatchObject({ learningRate: 0.001, beta1: 0.9 });
    expect(lab.events.find(({ kind }) => kind === "pruned")).toEqual({
      kind: "pruned",
      pruned: result.pruned,
      left: 1,
    });
  });
});

describe("a cycle does not find what is not there", () => {
  test("changes without effect are accepted in at most one cycle of a hundred, though the search keeps many", async () => {
    const cycles = 1000;
    let accepted = 0;
    let kept = 0;
    for (let cycle = 0; cycle < cycles; cycle++) {
      const { result } = await runCycle(request({ id: `cycle ${cycle}` }), laboratory({ steps: idle }));
      kept += result.attempts.some(({ decision }) => decision === "kept") ? 1 : 0;
      accepted += result.decision.verdict === "accepted" ? 1 : 0;
    }
    expect(kept).toBeGreaterThan(cycles / 4);
    // One in a hundred, and three standard errors of this count.
    expect(accepted).toBeLessThan(cycles / 100 + 3 * Math.sqrt(cycles / 100));
  });

  test("a change that changes no digit is never even kept", async () => {
    const { result } = await runCycle(request(), laboratory({ noise: 0, steps: idle }));
    expect(result.attempts.map(({ decision }) => decision)).not.toContain("kept");
    expect(result.decision).toMatchObject({ verdict: "rejected", effect: null, pairs: 0 });
  });

  test("a lucky search is caught by fresh seeds", async () => {
    const { search } = seedsOf("cycle", { noise: 0, pruning: 0, confirmation: 0 });
    const luck = ({ optimizer }: Spec, seed: number) => (optimizer.learningRate === 0.001 && seed === search ? -2 : 0);
    const { result } = await runCycle(request(), laboratory({ luck, steps: [set("learningRate", 0.001)] }));
    expect(result.attempts[0].decision).toBe("kept");
    expect(result.decision.verdict).not.toBe("accepted");
    expect(result.champion).toBeNull();
  });
});

describe("an attempt that cannot be judged is rejected with its reason, and the cycle goes on", () => {
  const outside = createPatch("src/index.js", "const a = 1;\n", "const a = 2;\n");
  const REFUSED: readonly (readonly [string, World["steps"], number, RegExp])[] = [
    ["a comment only", [rewrite((text) => `# faster\n${text}`)], 0, /^no-op/],
    ["the default spelled out", [set("beta2", DEFAULT_SPEC.optimizer.beta2)], 0, /^no-op/],
    [
      "the same as an attempt before",
      [set("beta2", 0.5), null, rewrite((text) => text.replace("beta1: 0.9", "beta2: 0.50\n  beta1: 0.9"))],
      1,
      /^the same as attempt 1-[0-9a-f]{8}, rejected before$/,
    ],
    [
      "the baseline again, after something better",
      [set("learningRate", 0.001), null, set("learningRate", 0.002)],
      1,
      /^the same as the baseline/,
    ],
    [
      "the same as one that trains beside it",
      [set("beta2", 0.5), rewrite((text) => text.replace("beta1: 0.9", "beta2: 0.50\n  beta1: 0.9"))],
      1,
      /^the same as attempt 1-[0-9a-f]{8}, which trains beside it$/,
    ],
    ["a spec out of range", [set("beta2", 2)], 0, /model\/spec\.yml:\d+:\d+: optimizer\.beta2: /],
    ["a spec with an unknown key", [set("momentum", 1)], 0, /unknown key "optimizer\.momentum"/],
    ["a spec that is no YAML", [rewrite(() => "optimizer: [\n")], 0, /model\/spec\.yml:2:1: /],
    ["an alias of nothing", [rewrite(() => "optimizer: *other\n")], 0, /no aliases/],
    ["a file it may not touch", [() => outside], 0, /^the patch does not apply: .*src\/index\.js/s],
    [
      "the spec and a file it may not touch",
      [(context) => set("learningRate", 0.001)(context) + outside],
      0,
      /^the patch does not apply/,
    ],
    [
      "lines that are not there",
      [() => createPatch(SPEC_PATH, "a: 1\nb: 2\n", "a: 1\nb: 3\n")],
      0,
      /^the patch does not apply/,
    ],
    ["no diff at all", [() => "I would lower the learning rate."], 0, /^the patch does not apply/],
    [
      "a deleted spec",
      [({ specText }) => createPatch(SPEC_PATH, specText ?? undefined, undefined)],
      0,
      /^the patch (removes|does not apply)/,
    ],
    ["a training that diverges", [set("gradientClip", 100)], 1, /^the loss became NaN/],
  ];

  test.each(REFUSED)("%s", async (_, steps, spent, reason) => {
    if (typeof steps === "function") throw new Error("a list is expected");
    const fails = ({ optimizer }: Spec) => optimizer.gradientClip === 100;
    const effect = (spec: Spec) => improving(spec) + (spec.optimizer.beta2 === 0.5 ? 0.1 : 0);
    const lab = laboratory({ effect, fails, steps: [...steps, null, set("beta1", 0.8)] });
    const { result } = await runCycle(request(), lab);
    const attempt = result.attempts.at(-2);
    expect(attempt).toMatchObject({ decision: "rejected", differences: [], reason: expect.stringMatching(reason) });
    const kept = result.attempts.filter(({ decision }) => decision === "kept").length;
    const pruning = kept > 1 ? 1 + kept : 0;
    const confirmed = 2 * result.decision.pairs;
    expect(result.cost.trainings - pruning - confirmed).toBe(BASELINE + spent + 1); // those before and with it, the last step
    expect(result.attempts.at(-1)?.decision).toBe("kept");
    expect(result.decision.verdict).toBe("accepted");
    expect(lab.remembered).toEqual(result.attempts);
  });
});
