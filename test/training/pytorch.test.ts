import { describe, expect, test } from "@jest/globals";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createBatches } from "../../src/data/batches.js";
import { parseSpec, type Spec } from "../../src/spec.js";
import { writeCheckpoint } from "../../src/checkpoint/checkpoint.js";
import { planOf } from "../../src/optimizer/sections.js";
import { initialState } from "../../src/optimizer/state.js";
import { learningRateAt } from "../../src/optimizer/schedule.js";
import { train } from "../../src/training/trainer.js";
import { inferenceModel } from "../../src/transformer/model.js";
import { initialParameters, parameterLayout } from "../../src/transformer/parameters.js";
import { evaluate } from "../support/gradient-check.js";
import { temporaryDirectories } from "../support/temporary.js";
import { someFiles } from "../support/text.js";

const PYTHON = "/usr/bin/python3";
const torch = spawnSync(PYTHON, ["-c", "import torch"]).status === 0;
const temporary = temporaryDirectories();
const [SEED, STEPS] = [3, 50];
const files = someFiles(40_000);

const LLAMA = "normalization: rms-norm, position: rotary, feedForward: {kind: swiglu, ratio: 2.67}, keyValueHeads: 2";
const shape = "context: 32, width: 32, layers: 2, heads: 4";
const SPECS: readonly (readonly [string, Spec])[] = [
  ["GPT-2 like", parseSpec(`architecture: {${shape}}\noptimizer: {learningRate: 0.005}\ntraining: {batch: 8}`)],
  [
    "tied, strong decay, tight clipping",
    parseSpec(
      `architecture: {${shape}, tieEmbeddings: true, feedForward: {ratio: 2.5}}
optimizer: {learningRate: 0.004, schedule: warmup-stable-decay, weightDecay: 1, gradientClip: 0.2, beta1: 0.8, beta2: 0.99}
training: {batch: 8}`,
    ),
  ],
  [
    "Llama like",
    parseSpec(`architecture: {${shape}, ${LLAMA}}\noptimizer: {learningRate: 0.005}\ntraining: {batch: 8}`),
  ],
  [
    "Llama with shared keys, normalised keys, squared ReLU and capped logits",
    parseSpec(
      `architecture: {${shape}, normalization: rms-norm, position: rotary, feedForward: {kind: relu-squared}, keyValueHeads: 2,
  queryKeyNormalization: true, logitSoftCap: 5, tieEmbeddings: true}
optimizer: {learningRate: 0.005}
training: {batch: 8, microBatch: 2, zLoss: 0.001}`,
    ),
  ],
];

interface TorchResult {
  readonly losses: readonly number[];
  /** Of the first batch, before the first step. */
  readonly logits: readonly number[];
}

/** What PyTorch finds from the same parameters on the same batches. */
async function torchTraining(spec: Spec, directory: string): Promise<TorchResult> {
  const identity = { spec, seed: SEED, steps: STEPS, corpusSha256: "" };
  await writeCheckpoint(
    directory,
    identity,
    initialState(initialParameters(spec, SEED), parameterLayout(spec), planOf(spec)),
  );
  const { architecture, training, optimizer } = spec;
  const batches = createBatches(files, { context: architecture.context, batch: training.batch, seed: SEED });
  const steps = Array.from({ length: STEPS }, (_, step) => step);
  const bytes = steps.flatMap((step) => Object.values(batches.next(step)).map((part) => Buffer.from(part.buffer)));
  writeFileSync(join(directory, "batches.i32"), Buffer.concat(bytes));
  const learningRates = steps.map((step) => learningRateAt(step, STEPS, optimizer));
  const request = { ...architecture, ...training, ...optimizer, learningRates };
  writeFileSync(join(directory, "request.json"), JSON.stringify(request));
  const names = ["model.safetensors", "batches.i32", "request.json"].map((name) => join(directory, name));
  return JSON.parse(
    execFileSync(PYTHON, ["test/fixtures/torch_training.py", ...names], { encoding: "utf8", maxBuffer: 2 ** 26 }),
  ) as TorchResult;
}

/** Of the model that is handed over, on the first batch. */
async function firstLogits(spec: Spec): Promise<ArrayLike<number>> {
  const { context } = spec.architecture;
  const { batch } = spec.training;
  const { ids } = createBatches(files, { context, batch, seed: SEED }).next(0);
  const { graph } = inferenceModel(spec, initialParameters(spec, SEED));
  const data = BigInt64Array.from(ids, BigInt);
  return (await evaluate(graph, { input_ids: { type: "int64", shape: [batch, context], data } })).logits
    .data as Float32Array;
}

function furthest(a: ArrayLike<number>, b: readonly number[]): number {
  return b.reduce((most, x, i) => Math.max(most, Math.abs(x - a[i])), 0);
}

describe("50 steps from the same parameters and batches", () => {
  (torch ? test : test.skip).each(SPECS)("have PyTorch's loss at every step: %s [needs torch]", async (_, spec) => {
    const directory = temporary();
    const tokens = STEPS * spec.training.batch * spec.architecture.context;
    const request = { spec, files, tokens, seed: SEED, threads: 1, directory: join(directory, "axon") };
    await train(request, { onProgress: () => {}, stopped: () => false });
    const lines = readFileSync(join(request.directory, "loss.jsonl"), "utf8").trim().split("\n");
    const losses = lines.map((line) => (JSON.parse(line) as { loss: number }).loss);
    const { losses: expected, logits } = await torchTraining(spec, directory);
    expect(furthest(await firstLogits(spec), logits)).toBeLessThan(1e-5);
    expect(losses).toHaveLength(STEPS);
    expect(furthest(losses, expected)).toBeLessThan(1e-4);
    expect(losses[STEPS - 1]).toBeLessThan(losses[0] - 1);
  });
});
