// Sessions of ONNX Runtime on the CPU. A run blocks the event loop of its process.

import "./no-telemetry.js"; // first: it must hold when the library is loaded
import * as ort from "onnxruntime-node";
import type { Tensor, TensorData } from "../graph/graph.js";
import { fromOrt, guarded, mapValues, toOrt } from "./tensors.js";

export interface SessionOptions {
  /** Threads inside an operator. Results are reproducible bit for bit only for the same number. */
  readonly threads: number;
  /** ONNX Runtime's graph rewriting; "all" unless a test wants to compare. */
  readonly optimization?: "disabled" | "basic" | "extended" | "all";
  /**
   * Whether memory stays with the session between runs: faster for many small values, but what one run has taken is not there for
   * anything else. True unless said otherwise.
   */
  readonly arena?: boolean;
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
      enableCpuMemArena: options.arena ?? true,
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

/** A port that nobody listens to: what is transferred to it is gone. */
const sink = (() => {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  return port1;
})();

/**
 * Frees arrays, which from then on are empty. The garbage collector would do so too, but only after further runs have put theirs on top.
 */
export function discard(arrays: Iterable<TensorData>): void {
  const buffers = Array.from(arrays, ({ buffer }) => buffer as ArrayBuffer);
  sink.postMessage(null, buffers);
}

/** Version of the ONNX Runtime that computes. */
export const RUNTIME_VERSION = ort.env.versions.node ?? ort.env.versions.common;
