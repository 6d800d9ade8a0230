// What trains, seen from the loop around it: batches in, losses out, the state kept inside.

import type { TensorData } from "../graph/graph.js";
import type { Plan } from "../optimizer/sections.js";
import type { Objective } from "./objective.js";
import type { TrainingState } from "../optimizer/state.js";

export interface Step {
  /** The objective's inputs by name, row after row. */
  readonly batch: Readonly<Record<string, TensorData>>;
  readonly learningRate: number;
}

export interface StepResult {
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
}

export interface Steps {
  /** The bits do not depend on how many steps go into one run. */
  run(steps: readonly Step[]): Promise<readonly StepResult[]>;
  /** A copy of the state after the last run. */
  state(): Promise<TrainingState>;
  close(): Promise<void>;
}

/** What computes: the cores of this machine, or a GPU. */
export type Device = "cpu" | "webgpu";

export interface StepsOptions {
  readonly objective: Objective;
  readonly plan: Plan;
  /** Rows per step. */
  readonly batch: number;
  /** Of the CPU. */
  readonly threads: number;
  /** The CPU, unless said otherwise. */
  readonly device?: Device;
}

/** How the rows of a step are divided: replicas side by side, each with so many parts of so many rows one after the other. */
export interface Division {
  readonly replicas: number;
  readonly parts: number;
  readonly rows: number;
  /** Threads inside an operator: more than one only where there are fewer rows than threads. */
  readonly threads: number;
}

/**
 * Replicas with a thread each do more work per second than one with several: nothing waits for anything between one operator and the
 * next. So there are as many as threads and rows allow.
 */
export function divide({ objective, batch, threads }: StepsOptions): Division {
  const replicas = largestDivisor(batch, threads);
  const perReplica = batch / replicas;
  const rows = largestDivisor(perReplica, objective.rowsAtOnce);
  return { replicas, parts: perReplica / rows, rows, threads: Math.max(1, Math.floor(threads / replicas)) };
}

/** The largest number up to `bound` that divides `whole`. */
function largestDivisor(whole: number, bound: number): number {
  for (let divisor = Math.min(whole, Math.max(1, Math.floor(bound))); ; divisor--) {
    if (whole % divisor === 0) return divisor;
  }
}
