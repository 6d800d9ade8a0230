import { describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSpec } from "../../src/spec.js";
import { train, type Progress, type TrainingRequest } from "../../src/training/trainer.js";
import { temporaryDirectories } from "../support/temporary.js";
import { someFiles } from "../support/text.js";

const directory = temporaryDirectories();
const STEPS = 16;
const SHAPE = "context: 16, width: 16, layers: 2, heads: 4";
const LLAMA = `${SHAPE}, normalization: rms-norm, position: rotary, keyValueHeads: 2, feedForward: {kind: swiglu}`;

/** Everything that a training carries or draws from step to step, in some company. */
const TRAININGS: readonly (readonly [string, string, string, number])[] = [
  ["AdamW in parts", SHAPE, "training: {batch: 8, microBatch: 2}", 1],
  ["Lion with an average, two threads", SHAPE, "optimizer: {kind: lion}\ntraining: {batch: 8, averaging: 0.9}", 2],
  ["Muon with dropout, two threads", LLAMA, "optimizer: {kind: muon}\ntraining: {batch: 8, dropout: 0.2}", 2],
  [
    "SGD with a group of its own pace, z-loss and recomputation",
    SHAPE,
    "optimizer: {kind: sgd, groups: {matrix: {learningRate: 0.5}}}\ntraining: {batch: 8, zLoss: 0.01, recompute: true}",
    1,
  ],
];

async function run(request: TrainingRequest, stopAfter: number): Promise<void> {
  let done = 0;
  const onProgress = ({ step }: Progress) => void (done = step);
  expect(await train(request, { onProgress, stopped: () => done >= stopAfter })).toMatchObject({ ok: true });
}

describe("a training that was stopped goes on with the same bits", () => {
  test.each(TRAININGS)("%s", async (_, shape, rest, threads) => {
    const spec = parseSpec(`architecture: {${shape}}\n${rest}`);
    const { batch } = spec.training;
    const common = { spec, files: someFiles(20_000), tokens: STEPS * batch * 16, seed: 7, threads };
    const [whole, parts] = [
      { ...common, directory: directory() },
      { ...common, directory: directory() },
    ];
    await run(whole, Infinity);
    await run(parts, 1);
    await run({ ...parts, resume: parts.directory }, Infinity);
    for (const name of ["model.safetensors", "state.safetensors", "loss.jsonl"]) {
      const [a, b] = [whole, parts].map((one) => readFileSync(join(one.directory, name)));
      expect([name, a.equals(b)]).toEqual([name, true]);
    }
  });
});
