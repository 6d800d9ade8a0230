// The choice of a proposer, against simulated proposers whose true worth is known.

import { describe, expect, test } from "@jest/globals";
import type { Attempt } from "../../src/candidate.js";
import { chooseArm, modelArm, SEARCH_ARM } from "../../src/proposal/bandit.js";
import { generator } from "../../src/random.js";
import { attempt } from "../support/evidence.js";

const NOISE = { runs: 5, deviation: 0.01, detectable: 0.012 };
const ARMS = [SEARCH_ARM, modelArm("small"), modelArm("large")] as const;

/** How often an attempt helps, by how many standard deviations, and what asking costs. */
interface Worth {
  readonly chance: number;
  readonly gain: number;
  readonly dollars?: number;
  /** Of its requests that give nothing, so that the search steps in. */
  readonly vain?: number;
  /** What it proposes is never trained to its end, and this is the time it takes; 0 where nothing is trained at all. */
  readonly failsAfter?: number;
}

type World = Readonly<Record<string, Worth>>;

function attemptBy(arm: string, worth: Worth, number: number, seed: number): Attempt {
  const { chance, gain, dollars = 0, vain = 0, failsAfter } = worth;
  const draw = generator("world", seed, number);
  const helped = draw.uniform(0) < chance;
  const models = { requests: 1, inputTokens: 1000, outputTokens: 100, dollars, seconds: 1 };
  const asked = arm.slice(4);
  const failed = arm !== SEARCH_ARM && draw.uniform(1) < vain;
  const effect = helped ? -gain * NOISE.deviation : 0.01;
  const by = failed
    ? { instead: { asked, reason: "malformed", ...models } }
    : { origin: { asked, model: asked, prompt: "p", rationale: "", expected: "", ...models } };
  return attempt({
    diff: `diff ${number}`,
    effect,
    decision: effect < 0 ? "kept" : "rejected",
    ...(arm === SEARCH_ARM ? {} : { ...by, proposer: failed ? "search" : "llm" }),
    ...(failsAfter === undefined ? {} : { decision: "rejected", effect: null }),
    cost: { trainings: 1, seconds: failsAfter ?? 4, ...(arm === SEARCH_ARM ? {} : { models }) },
  });
}

function play(world: World, rounds: number, seed: number) {
  const attempts: Attempt[] = [];
  const chosen: string[] = [];
  for (let number = 1; number <= rounds; number++) {
    const arm = chooseArm(Object.keys(world), { attempts, noise: NOISE, direction: "lower" }, seed, number);
    chosen.push(arm);
    attempts.push(attemptBy(arm, world[arm], number, seed));
  }
  return { chosen, attempts };
}

const share = (chosen: readonly string[], arm: string) => chosen.filter((one) => one === arm).length / chosen.length;

const shares = (world: World, arm: string) =>
  Array.from({ length: 12 }, (_, seed) => share(play(world, 120, seed).chosen.slice(60), arm)).toSorted(
    (a, b) => a - b,
  );

const POOR: Worth = { chance: 0.05, gain: 5 };
const GOOD: Worth = { chance: 0.5, gain: 5 };

describe("the choice of a proposer", () => {
  test.each(ARMS)("comes to prefer %s where that helps more often", (best) => {
    const world = Object.fromEntries(ARMS.map((arm) => [arm, arm === best ? GOOD : POOR]));
    expect(shares(world, best)[3]).toBeGreaterThan(0.5);
  });

  test("weighs what asking costs: of two models that help alike it prefers the cheap one", () => {
    const world = { search: POOR, "llm:small": { ...GOOD, dollars: 0.0001 }, "llm:large": { ...GOOD, dollars: 0.01 } };
    expect(shares(world, "llm:small")[3]).toBeGreaterThan(0.6);
  });

  test("pays for a dear model where its gains are worth it", () => {
    const world = { search: POOR, "llm:small": POOR, "llm:large": { chance: 0.6, gain: 10, dollars: 0.001 } };
    expect(shares(world, "llm:large")[3]).toBeGreaterThan(0.5);
  });

  test("turns away from a model whose answers cannot be used, though the search that steps in gains", () => {
    const world = { search: GOOD, "llm:small": { ...GOOD, vain: 1 }, "llm:large": { ...GOOD, vain: 1 } };
    expect(shares(world, SEARCH_ARM)[3]).toBeGreaterThan(0.6);
  });

  test("among models that fail, never apply, are useless or as good as the search finds the better one", () => {
    const middling: Worth = { chance: 0.25, gain: 5 };
    const world = {
      search: middling,
      "llm:failing": { ...POOR, failsAfter: 1 },
      "llm:never-applying": { ...POOR, failsAfter: 0 },
      "llm:useless": { ...POOR, chance: 0 },
      "llm:equal": middling,
      "llm:better": { ...GOOD, chance: 0.7 },
    };
    const chosen = Array.from({ length: 12 }, (_, seed) => play(world, 160, seed).chosen.slice(80)).flat();
    const others = Object.keys(world).filter((arm) => arm !== "llm:better");
    for (const arm of others) expect(share(chosen, "llm:better")).toBeGreaterThan(2 * share(chosen, arm));
    for (const arm of ["llm:failing", "llm:never-applying"]) {
      expect(share(chosen, arm)).toBeLessThan(1.2 * share(chosen, "llm:useless"));
    }
  });

  test.each([
    ["whose code never trains", 0.5],
    ["whose code fails in the end", 4],
    ["whose diffs never apply", 0],
  ])("asks a model %s no more often than one that trains without any use", (_, failsAfter) => {
    const history = (worth: Worth) =>
      Array.from({ length: 40 }, (__, i) =>
        i % 2 === 0
          ? attemptBy(SEARCH_ARM, { chance: 1, gain: 1 }, i, 1)
          : { ...attemptBy("llm:small", worth, i, 1), diff: "the same" },
      );
    const asked = (worth: Worth) => {
      const earnings = { attempts: history(worth), noise: NOISE, direction: "lower" } as const;
      const chosen = Array.from({ length: 400 }, (__, seed) =>
        chooseArm([SEARCH_ARM, "llm:small"], earnings, seed, 41),
      );
      return share(chosen, "llm:small");
    };
    const useless = asked({ chance: 0, gain: 1 });
    expect(useless).toBeGreaterThan(0.05);
    expect(useless).toBeLessThan(0.25);
    expect(asked({ chance: 0, gain: 1, failsAfter })).toBeLessThanOrEqual(useless);
    expect(asked({ chance: 0, gain: 1, failsAfter: 30 })).toBeLessThan(useless);
  });

  test("never stops trying the others", () => {
    const { chosen } = play({ search: GOOD, "llm:small": POOR, "llm:large": POOR }, 400, 1);
    for (const arm of ARMS) expect(share(chosen.slice(-200), arm)).toBeGreaterThan(0);
  });

  test("changes its mind when another begins to be better", () => {
    const early = play({ search: GOOD, "llm:small": POOR, "llm:large": POOR }, 80, 2).attempts;
    const attempts = [...early];
    const chosen: string[] = [];
    for (let number = 81; number <= 280; number++) {
      const arm = chooseArm(ARMS, { attempts, noise: NOISE, direction: "lower" }, 2, number);
      chosen.push(arm);
      attempts.push(attemptBy(arm, arm === "llm:small" ? GOOD : POOR, number, 2));
    }
    expect(share(chosen.slice(-100), "llm:small")).toBeGreaterThan(0.5);
  });

  test("is the same for the same history, seed and number, and another for another number", () => {
    const once = play({ search: GOOD, "llm:small": POOR, "llm:large": POOR }, 60, 7);
    expect(play({ search: GOOD, "llm:small": POOR, "llm:large": POOR }, 60, 7)).toEqual(once);
    const firsts = Array.from({ length: 30 }, (_, i) =>
      chooseArm(ARMS, { attempts: [], noise: null, direction: "lower" }, 1, i + 1),
    );
    expect(new Set(firsts).size).toBe(3);
  });

  test("counts the gain of a proposal once, though it is tried again on top of another", () => {
    const earned = attemptBy("llm:small", { chance: 1, gain: 10 }, 1, 1);
    const rest = Array.from({ length: 6 }, (_, i) => attemptBy("llm:small", { chance: 0, gain: 1 }, i + 2, 1));
    const choices = (attempts: readonly Attempt[]) =>
      Array.from({ length: 50 }, (_, i) => chooseArm(ARMS, { attempts, noise: NOISE, direction: "lower" }, 1, i));
    expect(choices([...rest, earned, earned, earned])).toEqual(choices([...rest, earned]));
  });

  test("takes a rise for a gain where higher is better", () => {
    const risen = Array.from({ length: 20 }, (_, i) => ({
      ...attemptBy(SEARCH_ARM, { chance: 1, gain: 10 }, i, 1),
      effect: 0.1,
    }));
    const count = (direction: "lower" | "higher") =>
      share(
        Array.from({ length: 60 }, (_, i) => chooseArm(ARMS, { attempts: risen, noise: NOISE, direction }, 3, i)),
        SEARCH_ARM,
      );
    expect(count("higher")).toBeGreaterThan(count("lower") + 0.3);
  });
});
