// Sessions of ONNX Runtime on the CPU. A run blocks the event loop of its process.

import * as ort from "onnxruntime-node";
import type { Tensor } from "../graph/graph.js";
import { fromOrt, guarded, mapValues, toOrt } from "./tensors.js";

export interface SessionOptions {
  /** Threads inside an operator. Results are reproducible bit for bit only for the same number. */
  readonly threads: number;
  /** ONNX Runtime's graph rewriting; "all" unless a test wants to compare. */
  readonly optimization?: "disabled" | "basic" | "extended" | "all";
  /** Where to write ONNX Runtime's own trace of every operator. */
  readonly profile?: string;
}

export interface Session {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * Feeds are read in place; every output is a fresh copy. `outputs` limits what is computed and returned.
   * @throws AxonError `runtime` with ONNX Runtime's own message.
   */
  run(feeds: Readonly<Record<string, Tensor>>, outputs?: readonly string[]): Promise<Record<string, Tensor>>;
  close(): Promise<void>;
}

/**
 * Loads a model (bytes of an .onnx file) on the CPU.
 * Spinning stays off, so that trainings side by side do not steal each other's cores; denormals count as zero, because
 * AdamW's moments decay into them and they slow every operator down.
 * @throws AxonError `runtime` when ONNX Runtime refuses the model.
 */
export async function createSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  const session = await guarded(() =>
    ort.InferenceSession.create(model, {
      executionProviders: ["cpu"],
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: options.optimization ?? "all",
      enableMemPattern: false, // a planned block comes on top of what the first run took piece by piece, and is no faster
      logSeverityLevel: 4, // what it reports comes as an exception too
      extra: {
        "session.set_denormal_as_zero": "1",
        "session.intra_op.allow_spinning": "0",
      },
      ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
    }),
  );
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    run: async (feeds, outputs) => {
      const results = await guarded(() => session.run(mapValues(feeds, toOrt), outputs ?? session.outputNames));
      return mapValues(results as Record<string, ort.Tensor>, fromOrt);
    },
    close: async () => {
      if (options.profile !== undefined) session.endProfiling();
      await session.release();
    },
  };
}

/** Version of the ONNX Runtime that computes. */
export const RUNTIME_VERSION = ort.env.versions.node ?? ort.env.versions.common;
