// How the flat buffers of a training go into a graph and come out of it: one input and one output per section and vector.

import type { Tensor } from "../graph/graph.js";
import { vectorsOf, type Plan, type Section, type Vector } from "./sections.js";
import { scalarCount, stepScalars } from "./update.js";
import type { TrainingState } from "./state.js";

interface VectorInput {
  readonly name: string;
  readonly section: number;
  readonly vector: Vector;
  /** Its place in the flat buffer, in elements. */
  readonly offset: number;
  readonly size: number;
}

export function vectorInputs(of: readonly Section[], plan: Plan): VectorInput[] {
  return of.flatMap((section, i) =>
    vectorsOf(section, plan).map((vector) => {
      const { offset, size } = section;
      return { name: `${vector}_${i}`, section: i, vector, offset, size };
    }),
  );
}

/** Views of the state, no copies. */
export function vectorFeeds(of: readonly Section[], plan: Plan, { vectors }: TrainingState): Record<string, Tensor> {
  return Object.fromEntries(
    vectorInputs(of, plan).map(({ name, vector, offset, size }) => [
      name,
      { type: "float32", shape: [size], data: vectors[vector]!.subarray(offset, offset + size) },
    ]),
  );
}

/** Copies what a run returned as `next_<name>` into the state. */
export function takeVectors(
  of: readonly Section[],
  plan: Plan,
  outputs: Readonly<Record<string, Tensor>>,
  { vectors }: TrainingState,
): void {
  for (const { name, vector, offset } of vectorInputs(of, plan)) {
    vectors[vector]!.set(outputs[`next_${name}`].data as Float32Array, offset);
  }
}

/** How many numbers `scheduleRow` gives. */
export function scheduleLength(of: readonly Section[], plan: Plan): number {
  return of.reduce((sum, section) => sum + scalarCount(section, plan), 0);
}

/** What all sections are given at one step (counted from 1), one behind the other. */
export function scheduleRow(of: readonly Section[], plan: Plan, step: number, learningRate: number): number[] {
  return of.flatMap((section) => stepScalars(step, learningRate, section, plan));
}
