// How much memory a training takes at its height, from shapes alone: known before anything is allocated.

import { InputError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { peakBytes } from "../graph/peak-memory.js";
import { totalSize } from "../layout.js";
import { allVectors } from "../optimizer/sections.js";
import { gradientModel } from "./gradient-model.js";
import { stepsModel } from "./steps-model.js";
import { divide, type StepsOptions } from "./steps.js";

/** Node, ONNX Runtime and the code of both; and what a further thread with an engine of its own takes. */
const [PROCESS, THREAD] = [90 * 2 ** 20, 30 * 2 ** 20];

/**
 * Up to here a session keeps its memory between runs. Beyond, the blocks are so large that taking them anew costs nothing measurable, and
 * they are there for what comes out of a run.
 */
const ARENA_BYTES = 2 ** 27;

/** Whether a session of the graph keeps its memory between runs. */
export function keepsMemory(graph: Graph): boolean {
  return peakBytes(graph) < ARENA_BYTES;
}

/** What a session takes at its height, and what it keeps between runs: ONNX Runtime's arena grows in blocks each as large as all before. */
function sessionBytes(graph: Graph): { readonly height: number; readonly kept: number } {
  const peak = peakBytes(graph);
  return peak < ARENA_BYTES ? { height: 1.8 * peak, kept: 1.8 * peak } : { height: 1.1 * peak, kept: 0 };
}

/** Bytes that training steps or a checkpoint take at their height: an estimate, within about a quarter. */
function memoryNeeded(options: StepsOptions): number {
  const { objective, plan } = options;
  const { replicas, parts, rows } = divide(options);
  const vector = 4 * totalSize(objective.parameters);
  const state = vector * allVectors(objective.parameters, plan).length;
  const checkpoint = state + Math.max(vector, state - vector); // a copy of the state, and the largest file
  if (replicas === 1) {
    // The state lies in JavaScript, goes through the graph, and comes out as a copy.
    const steps = state + sessionBytes(stepsModel(objective, plan, parts, rows).graph).height;
    return PROCESS + state + Math.max(steps, checkpoint);
  }
  const { height, kept } = sessionBytes(gradientModel(objective, parts, rows, 1).graph);
  const shared = (replicas - 1) * vector;
  const steps = replicas * (vector + height); // a copy of the gradients beside the graph's own
  const always = PROCESS + replicas * (THREAD + vector) + (state - vector) + shared;
  return always + Math.max(steps, replicas * kept + checkpoint);
}

/** @throws InputError `memory` for a training that would not fit into `limit` bytes. */
export function checkMemory(options: StepsOptions, limit: number): void {
  if (limit === Infinity) return;
  const needed = memoryNeeded(options);
  if (needed <= limit) return;
  const [about, bound] = [needed, limit].map((bytes) => `${Math.ceil(bytes / 2 ** 20).toLocaleString("en")} MiB`);
  const advice = "set training.microBatch or training.recompute, make the model smaller, or take fewer threads";
  throw new InputError("memory", `this training takes about ${about}, and there are ${bound}: ${advice}`);
}
