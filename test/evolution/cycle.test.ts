import { describe, expect, test } from "@jest/globals";
import { runCycle } from "../../src/evolution/cycle.js";
import { seedsOf } from "../../src/evolution/seeds.js";
import { sequentialPlan } from "../../src/statistics/significance.js";
import { createPatch } from "../../src/patch/index.js";
import { DEFAULT_SPEC, parseSpec, type Spec } from "../../src/spec.js";
import { idle, improving, laboratory, LAST_LOOK, request, rewrite, set, SPEC_PATH, type World } from "./laboratory.js";

describe("a cycle finds what is there", () => {
  test("a real improvement is kept, confirmed and accepted with its evidence", async () => {
    const lab = laboratory({ effect: improving, steps: [set("beta2", 0.95), set("learningRate", 0.001)] });
    const { result, accepted } = await runCycle(request(), lab);
    expect(result.decision.verdict).toBe("accepted");
    expect(result.decision.effect).toBeCloseTo(-0.05, 1);
    const champion = result.attempts.find(({ id }) => id === result.champion);
    expect(champion?.decision).toBe("kept");
    expect(accepted?.version.spec.optimizer.learningRate).toBe(0.001);
    expect(parseSpec(accepted?.version.text ?? "")).toEqual(accepted?.version.spec);
    expect(sequentialPlan().looks).toContain(accepted?.pairs.length);
    for (const { seed, baseline, candidate } of accepted?.pairs ?? []) {
      expect([baseline.seed, candidate.seed]).toEqual([seed, seed]);
    }
    const differences = accepted?.pairs.map(({ baseline, candidate }) => candidate.bitsPerByte - baseline.bitsPerByte);
    expect(sequentialPlan().rule(differences ?? []).decision).toEqual(result.decision);
  });

  test("improvements add up: each is tried on top of the last one that was kept", async () => {
    const lab = laboratory({
      effect: improving,
      steps: [set("learningRate", 0.001), set("epsilon", 0.01), set("beta1", 0.8)],
    });
    const { result, accepted } = await runCycle(request(), lab);
    const [first, second, third] = result.attempts;
    expect(first.parent).toBe("baseline");
    expect(second.parent).toBe(first.id);
    expect([first.decision, third.decision]).toEqual(["kept", "kept"]);
    expect(accepted?.version).toMatchObject({ id: third.id, spec: { optimizer: { learningRate: 0.001, beta1: 0.8 } } });
    expect(result.decision.effect).toBeCloseTo(-0.08, 1);
  });

  test("a repository without a spec gets one by a diff that creates the file", async () => {
    const lab = laboratory({ effect: improving, steps: [set("learningRate", 0.001), set("beta1", 0.8)] });
    const { result, accepted } = await runCycle(request({ specText: null }), lab);
    expect(result.attempts[0].diff).toContain("new file mode 100644");
    expect(result.attempts[1].diff).not.toContain("new file");
    expect(result.decision.verdict).toBe("accepted");
    expect(accepted?.version.spec).toEqual(parseSpec("optimizer: {learningRate: 0.001, beta1: 0.8}"));
  });

  test("an improvement that fails in the confirmation changes nothing", async () => {
    const { search } = seedsOf(1, 2, LAST_LOOK);
    const fails = ({ optimizer }: Spec, seed: number) => optimizer.learningRate === 0.001 && !search.includes(seed);
    const lab = laboratory({ effect: improving, fails, steps: [set("learningRate", 0.001)] });
    const { result, accepted } = await runCycle(request(), lab);
    expect(accepted).toBeNull();
    expect(result).toMatchObject({ champion: null, decision: { verdict: "rejected" } });
    expect(result.decision.reason).toMatch(/^confirmation failed: the loss became NaN/);
  });
});

describe("a cycle does not find what is not there", () => {
  test("changes without effect are accepted in at most one cycle of a hundred, though the search keeps many", async () => {
    const cycles = 200;
    let accepted = 0;
    let kept = 0;
    for (let seed = 0; seed < cycles; seed++) {
      const { result } = await runCycle(request({ seed, trainings: 26 }), laboratory({ steps: idle }));
      kept += result.attempts.some(({ decision }) => decision === "kept") ? 1 : 0;
      accepted += result.decision.verdict === "accepted" ? 1 : 0;
    }
    expect(kept).toBeGreaterThan(cycles / 4);
    expect(accepted).toBeLessThanOrEqual(cycles / 100);
  });

  test("a change that changes no digit is never even kept", async () => {
    const { result } = await runCycle(request(), laboratory({ noise: 0, steps: idle }));
    expect(result.attempts.map(({ decision }) => decision)).not.toContain("kept");
    expect(result.decision).toMatchObject({ verdict: "rejected", effect: null, pairs: 0 });
  });

  test("a lucky search is caught by fresh seeds", async () => {
    const { search } = seedsOf(1, 2, LAST_LOOK);
    const lab = laboratory({ steps: [set("learningRate", 0.001)] });
    const lucky = {
      ...lab,
      measure: async (spec: Spec, seed: number) => {
        const measured = await lab.measure(spec, seed);
        const better = spec.optimizer.learningRate === 0.001 && search.includes(seed);
        return measured.ok && better ? { ...measured, bitsPerByte: 1 } : measured;
      },
    };
    const { result } = await runCycle(request(), lucky);
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
      [set("beta2", 0.5), rewrite((text) => text.replace("beta1: 0.9", "beta2: 0.50\n  beta1: 0.9"))],
      2,
      /^the same as attempt 1-[0-9a-f]{8}, rejected before$/,
    ],
    [
      "the baseline again, after something better",
      [set("learningRate", 0.001), set("learningRate", 0.002)],
      2,
      /^the same as the baseline/,
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
    ["a training that diverges", [set("gradientClip", 100)], 2, /^the loss became NaN/],
  ];

  test.each(REFUSED)("%s", async (_, steps, spent, reason) => {
    if (typeof steps === "function") throw new Error("a list is expected");
    const fails = ({ optimizer }: Spec) => optimizer.gradientClip === 100;
    const lab = laboratory({ effect: improving, fails, steps: [...steps, set("beta1", 0.8)] });
    const { result } = await runCycle(request(), lab);
    const attempt = result.attempts[steps.length - 1];
    expect(attempt).toMatchObject({ decision: "rejected", differences: [], reason: expect.stringMatching(reason) });
    const confirmed = 2 * result.decision.pairs;
    expect(result.trainings - confirmed).toBe(2 + spent + 2); // baseline, those before and with it, the last step
    expect(result.attempts.at(-1)?.decision).toBe("kept");
    expect(result.decision.verdict).toBe("accepted");
    expect(lab.remembered).toEqual(result.attempts);
  });
});
