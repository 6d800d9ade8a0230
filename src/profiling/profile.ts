// Profiles training steps: the same graph that trains, with ONNX Runtime's own trace of every operator.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generator } from "../random.js";
import type { Spec } from "../spec.js";
import { flopsPerToken, initialParameters } from "../transformer/parameters.js";
import { planOf } from "../optimizer/sections.js";
import { decoderObjective } from "../training/decoder-objective.js";
import { dropoutMasks } from "../training/dropout.js";
import { InlineSteps } from "../training/inline-steps.js";
import { summarize, type Summary, type TraceEvent } from "./summary.js";
import { initialState } from "../optimizer/state.js";
import { divide, type Division, type Step } from "../training/steps.js";

export interface ProfileRequest {
  readonly spec: Spec;
  readonly threads: number;
  /** Steps measured. */
  readonly steps: number;
}

export interface Profile extends Summary {
  readonly division: Division;
  /** Milliseconds per step of one replica, everything included. */
  readonly stepMilliseconds: number;
  /** GFLOP/s of one replica at 6·parameters + 12·layers·width·context per token. */
  readonly gflops: number;
}

/** Memory is taken in the first runs. */
const WARM_UP = 3;

/** Trains on random bytes, a step per run. Of several replicas, which all do the same, one is profiled. */
export async function profileTraining(
  { spec, threads, steps }: ProfileRequest,
  { onStep, signal }: { readonly onStep: (done: number) => void; readonly signal: AbortSignal },
): Promise<Profile> {
  const [objective, plan] = [decoderObjective(spec), planOf(spec)];
  const division = divide({ objective, plan, batch: spec.training.batch, threads });
  const rows = division.parts * division.rows;
  const directory = await mkdtemp(join(tmpdir(), "axon-profile-"));
  try {
    const state = initialState(initialParameters(spec, 1), objective.parameters, plan);
    const session = await InlineSteps.open(
      objective,
      plan,
      { ...division, replicas: 1 },
      state,
      join(directory, "trace"),
    );
    const batch = Array.from({ length: steps }, (_, i) => randomStep(spec, rows, i));
    let start = 0;
    for (let i = -WARM_UP; i < steps; i++) {
      if (i === 0) start = performance.now();
      await session.run([batch[Math.max(0, i)]]);
      onStep(Math.max(0, i + 1));
      await new Promise(setImmediate); // lets Ctrl-C in: a run blocks the event loop
      signal.throwIfAborted();
    }
    const stepMilliseconds = (performance.now() - start) / steps;
    await session.close();
    const [file] = await readdir(directory);
    const events = JSON.parse(await readFile(join(directory, file), "utf8")) as TraceEvent[];
    const flops = flopsPerToken(spec) * rows * spec.architecture.context;
    return {
      ...summarize(events, WARM_UP, steps),
      division,
      stepMilliseconds,
      gflops: flops / stepMilliseconds / 1e6,
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function randomStep(spec: Spec, rows: number, step: number): Step {
  const draw = generator("profile", step);
  const bytes = (from: number) =>
    Int32Array.from({ length: rows * spec.architecture.context }, (_, i) => draw.uint32(from + i) & 255);
  const masks = dropoutMasks({ ...spec, training: { ...spec.training, batch: rows } }, 0, step);
  return { batch: { ids: bytes(0), targets: bytes(2 ** 32), ...masks }, learningRate: spec.optimizer.learningRate };
}
