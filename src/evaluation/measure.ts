// One number from one spec and one seed: train within the budget, then let the scorer judge what came out.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Measurement } from "../candidate.js";
import type { CorpusFile } from "../data/corpus.js";
import { narrowTraining } from "../data/training-side.js";
import { InputError } from "../errors.js";
import type { Spec } from "../spec.js";
import { startTraining } from "../training/start.js";
import type { Progress } from "../training/trainer.js";
import { flopsPerToken } from "../transformer/parameters.js";
import { startScoring } from "./scoring.js";

/** Raised whenever the same spec and seed would give other digits: receipts and remembered trainings name it. */
export const EVALUATOR = "5";

/** What a model.onnx may weigh beyond its float32 parameters. */
const GRAPH_BYTES = 2 ** 20;

export interface MeasureRequest {
  readonly spec: Spec;
  readonly seed: number;
  /** Training budget: both arms of a comparison get the same. */
  readonly flops: number;
  readonly training: readonly CorpusFile[];
  readonly heldOut: readonly CorpusFile[];
  readonly threads: number;
  /** Of the training it is compared with, if that has the same loss over the same text: see `TrainingRequest`. */
  readonly reference?: readonly number[];
  /** Bytes that the training may take. */
  readonly memory: number;
  /** Scratch space for the checkpoint. */
  readonly directory: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** What the spec cannot do (diverge, have no text left, hand over a bad model) is a value; interruption and bugs throw. */
export async function measure(request: MeasureRequest): Promise<Measurement> {
  const { spec, seed, threads, memory, directory, reference, signal, onProgress } = request;
  const tokens = Math.floor(request.flops / flopsPerToken(spec));
  try {
    const files = narrowTraining(request.training, spec.data);
    const training = { spec, files, tokens, seed, threads, memory, directory, ...(reference && { reference }) };
    const trained = await startTraining(training, { signal, ...(onProgress && { onProgress }) });
    if (!trained.ok) return { ok: false, code: trained.code, reason: trained.reason };
    const model = await readFile(join(directory, "model.onnx"));
    const maxBytes = 4 * trained.metrics.parameters + GRAPH_BYTES;
    const score = await startScoring({ model, heldOut: request.heldOut, threads, maxBytes, foreign: false }, signal);
    if (!score.ok) return score;
    const { seconds, cpuSeconds, peakMemory, trainLoss: loss, steps, flops, tokens: seen, curve } = trained.metrics;
    const { bitsPerByte, parameters, secondsPerByte } = score;
    const sha256 = createHash("sha256").update(model).digest("hex");
    return {
      ok: true,
      seed,
      score: bitsPerByte,
      seconds,
      cpuSeconds,
      peakMemory,
      model: { sha256, parameters, secondsPerByte },
      training: { loss, steps, tokens: seen, flops, flopsPerToken: flopsPerToken(spec), curve },
    };
  } catch (error) {
    if (error instanceof InputError) return { ok: false, code: error.code, reason: error.message };
    throw error;
  }
}
