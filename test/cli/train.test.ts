import { expect, test } from "@jest/globals";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { axon, startAxon } from "../support/command.js";
import { temporaryDirectories } from "../support/temporary.js";
import { someFiles } from "../support/text.js";

const home = temporaryDirectories()();
const path = (name: string) => join(home, name);
writeFileSync(path("text.txt"), someFiles(30_000)[0].bytes);
writeFileSync(path("spec.yml"), "architecture: {context: 16, width: 16, layers: 1, heads: 2}\ntraining: {batch: 4}\n");

const train = (out: string, tokens: number, ...more: string[]) => [
  "train",
  "--spec",
  path("spec.yml"),
  "--corpus",
  path("text.txt"),
  "--out",
  path(out),
  "--tokens",
  String(tokens),
  "--threads",
  "1",
  "--json",
  ...more,
];

test("train reports what it did, and evaluate scores the model on any text", async () => {
  const { code, stdout } = await axon(train("whole", 64 * 300));
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as Record<string, unknown>;
  expect(report).toMatchObject({
    steps: 300,
    tokens: 64 * 300,
    stopped: false,
    validation: { bitsPerByte: expect.any(Number), bytes: 3000 },
  });
  for (const key of ["parameters", "seconds", "tokensPerSecond", "trainLoss"]) expect(report[key]).toBeGreaterThan(0);
  expect(JSON.parse(readFileSync(path("whole/metrics.json"), "utf8"))).toEqual(report);
  const scored = await axon(["evaluate", path("whole/model.onnx"), "--corpus", path("text.txt"), "--json"]);
  expect(JSON.parse(scored.stdout)).toMatchObject({ bytes: 30_000, causal: true, parameters: report["parameters"] });
});

test("Ctrl-C stops a training within a second with a checkpoint that goes on to the same end", async () => {
  const tokens = 64 * 1500;
  const running = startAxon(train("parts", tokens), {
    onError: (text) => {
      if (!text.includes("loss")) return;
      asked = performance.now();
      running.kill("SIGINT");
    },
  });
  let asked = 0;
  const stopped = await running.ended;
  expect(performance.now() - asked).toBeLessThan(1000);
  expect(stopped.code).toBe(130);
  expect(stopped.stderr).toMatch(/--resume/);
  const { steps } = JSON.parse(stopped.stdout) as { steps: number };
  expect(steps).toBeGreaterThan(0);
  expect(steps).toBeLessThan(1500);

  const resumed = await axon(train("parts", tokens, "--resume", path("parts")));
  const whole = await axon(train("one-go", tokens));
  expect([resumed.code, whole.code]).toEqual([0, 0]);
  const score = (stdout: string) =>
    (JSON.parse(stdout) as { validation: { bitsPerByte: number } }).validation.bitsPerByte;
  expect(score(resumed.stdout)).toBe(score(whole.stdout));
});
