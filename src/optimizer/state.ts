// What a training carries from step to step.

import type { Placed } from "../layout.js";
import { allVectors, type Plan, type Vector } from "./sections.js";

export interface TrainingState {
  /** Flat buffers, all as long as the parameters. */
  readonly vectors: Readonly<Partial<Record<Vector, Float32Array>>> & { readonly parameters: Float32Array };
  /** Steps done. */
  readonly step: number;
}

/** The state before the first step: these parameters, an average that starts at them, and everything else zero. */
export function initialState(values: Float32Array, parameters: readonly Placed[], plan: Plan): TrainingState {
  const vectors = allVectors(parameters, plan).map((vector) => {
    if (vector === "parameters") return [vector, values] as const;
    return [vector, vector === "average" ? values.slice() : new Float32Array(values.length)] as const;
  });
  return { vectors: { parameters: values, ...Object.fromEntries(vectors) }, step: 0 };
}

/** The parameters a training hands over: their running average where there is one. */
export function modelParameters({ vectors }: TrainingState): Float32Array {
  return vectors.average ?? vectors.parameters;
}

/** A copy of the state, or of the elements `from` … `to` - 1 of its vectors. */
export function copyState({ vectors, step }: TrainingState, from = 0, to = vectors.parameters.length): TrainingState {
  const copies = Object.entries(vectors).map(([name, vector]) => [name, vector.slice(from, to)] as const);
  return { vectors: Object.fromEntries(copies) as TrainingState["vectors"], step };
}
