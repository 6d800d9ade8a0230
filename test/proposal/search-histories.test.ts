// The search on histories that nobody would wish for, on those of earlier cycles, and beside its own siblings.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import type { Proposal } from "../../src/candidate.js";
import { withChanges } from "../../src/proposal/edit-spec.js";
import type { TriedSpec } from "../../src/proposal/proposer.js";
import { proposeBySearch } from "../../src/proposal/search.js";
import { generator } from "../../src/random.js";
import { fingerprint, parseSpec, type Spec } from "../../src/spec.js";
import { contextOf, patched, propose, tried } from "../support/proposals.js";

const DEMO = readFileSync("examples/demo/model/spec.yml", "utf8");
const START = parseSpec(DEMO);
const NOTHING: Proposal = { proposer: "search", hypothesis: "", diff: "" };

const at = (history: readonly TriedSpec[], pending: readonly Spec[] = []) =>
  contextOf({ specText: DEMO, spec: START, tried: history, pending });

const withRate = (learningRate: number): Spec =>
  withChanges(START, [{ path: "optimizer.learningRate", value: learningRate }]);

async function next(history: readonly TriedSpec[], pending: readonly Spec[] = [], seed = 1, number = 1): Promise<Spec> {
  const proposal = await proposeBySearch(at(history, pending), seed, number);
  return parseSpec(patched(DEMO, proposal!.diff));
}

test.each([
  ["no number at all", () => []],
  ["numbers that are none", () => [NaN]],
  ["infinite ones", (round: number) => [round % 2 ? Infinity : -Infinity]],
  ["huge and tiny ones", (round: number) => [round % 2 ? 1e300 : 1e-300]],
  ["nothing but zero", () => [0]],
])(
  "up to 300 attempts that gave %s: all differ and are valid",
  async (_, judge: (round: number) => readonly number[]) => {
    const history = await propose(DEMO, 300, (_spec, _parent, round) =>
      judge(round).map((one) => (one < 0 ? -one : one)),
    );
    const names = history.map(({ spec }) => fingerprint(spec));
    expect(history.length).toBeGreaterThan(60); // what fails is not gone beyond, so that proposals end
    expect(new Set([fingerprint(START), ...names]).size).toBe(history.length + 1);
  },
);

test("2,000 attempts are a history like any other", async () => {
  const random = generator("crowd");
  const history = Array.from({ length: 2000 }, (_, i) => {
    const spec = withChanges(START, [
      { path: "optimizer.learningRate", value: 1e-4 * 2 ** (6 * random.uniform(2 * i)) },
      { path: "optimizer.weightDecay", value: random.uniform(2 * i + 1) },
    ]);
    return tried(NOTHING, spec, START, [Math.abs(Math.log2(spec.optimizer.learningRate / 0.002)) - 2.7]);
  });
  const spec = await next(history);
  expect(history.some((one) => fingerprint(one.spec) === fingerprint(spec))).toBe(false);
  const rates = await Promise.all([1, 2, 3, 4].map(async (number) => (await next(history, [], 1, number)).optimizer));
  expect(rates.some(({ learningRate }) => learningRate > 0.001 && learningRate < 0.004)).toBe(true);
});

test("four siblings differ, and they do not all change the same value", async () => {
  for (let seed = 0; seed < 10; seed++) {
    const pending: Spec[] = [];
    for (let number = 1; number <= 4; number++) pending.push(await next([], pending, seed, number));
    expect(new Set(pending.map(fingerprint)).size).toBe(4);
    const rates = pending.filter(({ optimizer }) => optimizer.learningRate !== START.optimizer.learningRate);
    expect(rates.length).toBeLessThan(4);
  }
});

test("no proposal costs more than four times as much per step as its parent", async () => {
  const growth = ({ architecture: a, training }: Spec) => training.batch * a.context * a.layers * a.width ** 2;
  for (const { spec, parent } of await propose(DEMO, 100, () => [0.1, -0.2])) {
    expect(growth(spec) / growth(parent!)).toBeLessThan(7); // the output's share does not grow with layers
  }
});

describe("what earlier cycles tried", () => {
  const earlier = (rate: number, difference: number): TriedSpec => ({
    ...tried(NOTHING, withRate(rate), START, [difference]),
    earlier: true,
  });

  test("is believed: the search goes at once to where it was better", async () => {
    const spec = await next([earlier(0.0006, -0.2), earlier(0.0012, -0.4), earlier(0.00015, 0.3)]);
    expect(spec.optimizer.learningRate).toBeGreaterThanOrEqual(0.0009);
  });

  test("is not tried again where it was worse", async () => {
    for (let seed = 0; seed < 10; seed++) {
      const spec = await next([earlier(0.0006, 0.2), earlier(0.0009, 0.3), earlier(0.0015, 0.3)], [], seed);
      expect(spec.optimizer.learningRate).toBeLessThan(0.0006);
    }
  });

  test("is tried once more where it was better, and not a third time", async () => {
    const history = [earlier(0.0015, -2)];
    const names: string[] = [];
    for (let number = 1; number <= 40; number++) {
      const spec = await next(history, [], 1, number);
      names.push(fingerprint(spec));
      history.push(tried(NOTHING, spec, START, [1]));
    }
    expect(names.filter((name) => name === fingerprint(withRate(0.0015))).length).toBeLessThanOrEqual(1);
    expect(new Set(names).size).toBe(40);
  });
});
