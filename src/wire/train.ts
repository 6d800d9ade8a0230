// `axon train` and `axon evaluate`: files in, a checkpoint and numbers out.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describeLeftOut } from "../data/corpus.js";
import { corpusFromPaths } from "../data/path-corpus.js";
import { splitCorpus, type Split } from "../data/split.js";
import { narrowTraining } from "../data/training-side.js";
import { AxonError, InputError } from "../errors.js";
import { startScoring } from "../evaluation/scoring.js";
import type { Score } from "../evaluation/scorer.js";
import { availableCores, availableMemory } from "../machine.js";
import { sandboxCapability } from "../sandbox/capability.js";
import { parseSpec } from "../spec.js";
import { json, writeTogether } from "../checkpoint/checkpoint.js";
import { startTraining } from "../training/start.js";
import type { Device } from "../training/steps.js";
import type { Progress, TrainingMetrics } from "../training/trainer.js";

export interface TrainOptions {
  readonly spec: string;
  readonly corpus: readonly string[];
  readonly out: string;
  readonly tokens: number;
  readonly seed: number;
  readonly threads: number | null;
  /** Mebibytes; null: what the machine has. */
  readonly memory: number | null;
  readonly device: Device;
  readonly init: string | null;
  readonly resume: string | null;
}

export interface TrainHooks {
  readonly signal: AbortSignal;
  /** `leftOut` says in words what of the corpus was left out and why; it is empty where nothing was. */
  readonly onStart: (split: Split, leftOut: string) => void;
  readonly onProgress: (progress: Progress) => void;
}

export interface TrainReport extends TrainingMetrics {
  /** True when the training was ended early; the checkpoint can be resumed. */
  readonly stopped: boolean;
  readonly validation: { readonly bitsPerByte: number; readonly bytes: number } | null;
}

const CHECKPOINT_SECONDS = 20;

/**
 * Trains and, unless stopped, scores the model on the held-out side; writes metrics.json.
 * @throws InputError for a spec, corpus, budget or checkpoint that does not fit; AxonError `diverged`.
 */
export async function trainModel(
  options: TrainOptions,
  { signal, onStart, onProgress }: TrainHooks,
): Promise<TrainReport> {
  const spec = parseSpec(await readText(options.spec), options.spec);
  const corpus = await corpusFromPaths(options.corpus);
  const split = splitCorpus(corpus, { epoch: 0 });
  onStart(split, describeLeftOut(corpus.leftOut));
  const result = await startTraining(
    {
      spec,
      files: narrowTraining(split.training, spec.data),
      tokens: options.tokens,
      seed: options.seed,
      threads: options.threads ?? availableCores(),
      memory: options.memory === null ? availableMemory() : options.memory * 2 ** 20,
      device: options.device,
      directory: options.out,
      checkpointSeconds: CHECKPOINT_SECONDS,
      ...(options.init !== null && { initial: options.init }),
      ...(options.resume !== null && { resume: options.resume }),
    },
    { signal, onProgress },
  );
  if (!result.ok) throw new AxonError(result.code, result.reason);
  if (result.stopped) return { ...result.metrics, stopped: true, validation: null };
  const model = await readFile(join(options.out, "model.onnx"));
  const request = { model, heldOut: split.heldOut, threads: availableCores(), foreign: false };
  const score = await startScoring(request, signal);
  if (!score.ok) throw new AxonError(score.code, `the trained model cannot be scored: ${score.reason}`);
  const validation = { bitsPerByte: score.bitsPerByte, bytes: score.bytes };
  const report = { ...result.metrics, stopped: false, validation };
  await writeTogether(options.out, { "metrics.json": () => json(report) });
  return report;
}

/**
 * Scores any model that keeps the model contract on all bytes of the paths, in a sandbox where one works.
 * @param onWarning hears, in words, when none does
 * @throws InputError when the model is refused.
 */
export async function evaluateModel(
  model: string,
  corpus: readonly string[],
  { signal, onWarning }: { readonly signal: AbortSignal; readonly onWarning: (text: string) => void },
): Promise<Extract<Score, { readonly ok: true }>> {
  const { files } = await corpusFromPaths(corpus);
  const bytes = await readFile(model).catch((cause: Error) => {
    throw new InputError("model-missing", `cannot read the model ${model}: ${cause.message}`, { cause });
  });
  const sandbox = await sandboxCapability();
  if (!sandbox.works) onWarning(`the model runs without a sandbox: ${sandbox.reason}; ${sandbox.remedy}`);
  const request = { model: bytes, heldOut: files, threads: availableCores(), foreign: sandbox.works };
  const score = await startScoring(request, signal);
  if (!score.ok) throw new InputError(score.code, score.reason);
  return score;
}

/** @throws InputError `spec-missing`. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new InputError("spec-missing", `cannot read the spec ${file}: ${(cause as Error).message}`, { cause });
  }
}
