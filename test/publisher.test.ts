import { describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UNCHANGED } from "../src/patch/index.js";
import { parseSpec } from "../src/spec.js";
import { LiveReader } from "../src/live/live-reader.js";
import { Publisher } from "../src/publisher.js";
import type { Measuring } from "../src/measuring/measuring.js";
import { attempt, evaluation, finishedCycle } from "./support/evidence.js";
import { temporaryDirectories } from "./support/temporary.js";

const temporary = temporaryDirectories();
const { objective } = finishedCycle();
const spec = parseSpec("{}", "spec.yml");
const version = { id: "3-abcdef12", changes: UNCHANGED, specText: null, spec };
const progress = (step: number, loss: number) => {
  return { step, steps: 100, loss, gradientNorm: 1, learningRate: 1, tokensPerSecond: 1000, secondsLeft: Infinity };
};

describe("what a cycle publishes", () => {
  test("is every training from the asking to the score, with few points that hold the mean of all losses between", async () => {
    const directory = temporary();
    const publisher = new Publisher(directory, { id: "x", objective, trainings: 40 }, () => {});
    publisher.event({
      kind: "proposed",
      number: 3,
      proposal: { proposer: "search", hypothesis: "why\nmore", diff: "" },
    });
    const measuring: Measuring = {
      measure: async () => {
        for (let step = 1; step <= 100; step++) publisher.progress(progress(step, step), spec, 7);
        publisher.progress(progress(1, 9), parseSpec("{}", "spec.yml"), 7); // nobody asked for that one
        return { ok: true, ...evaluation({ seconds: 4 }) };
      },
      close: async () => {},
    };
    await publisher.watched(measuring).measure(version, 7, null);
    publisher.event({ kind: "attempted", attempt: attempt() });
    publisher.end("accepted");
    const lines = readFileSync(join(directory, "live.jsonl"), "utf8").trimEnd().split("\n");
    expect(lines.length).toBeLessThan(10);
    const reader = new LiveReader(directory);
    await reader.poll(Date.now());
    const { trainings, finished, seconds, ended, notes } = reader.view.cycle!;
    expect(trainings).toMatchObject([
      { version: "3-abcdef12", title: "why", seed: 7, step: 100, outcome: { score: 3.012345678901 } },
    ]);
    expect([finished, seconds, ended?.verdict, notes.length]).toEqual([1, 4, "accepted", 2]);
    const [[first, one], [last, rest]] = trainings[0].points;
    expect([first, one, last, rest]).toEqual([0.01, 1, 1, 51]); // the mean of 2 to 100
  });

  test("says that it ended when the cycle fails, and lets the failure pass", async () => {
    const directory = temporary();
    const publisher = new Publisher(directory, { id: "x", objective, trainings: 40 }, () => {});
    const failing: Measuring = { measure: () => Promise.reject(new Error("killed")), close: async () => {} };
    await expect(publisher.watched(failing).measure(version, 7, null)).rejects.toThrow("killed");
    publisher.end(null);
    const reader = new LiveReader(directory);
    await reader.poll(Date.now());
    expect(reader.view).toMatchObject({ alive: false, cycle: { ended: { verdict: null } } });
  });
});
