// What a training carries from step to step.

import type { Placed } from "../layout.js";
import { vectorsOf, type Plan, type Vector } from "../optimizer/update.js";

export interface TrainingState {
  /** Flat buffers, all as long as the parameters. */
  readonly vectors: Readonly<Partial<Record<Vector, Float32Array>>> & { readonly parameters: Float32Array };
  /** Steps done. */
  readonly step: number;
}

/** The state before the first step: these parameters, an average that starts at them, and everything else zero. */
export function initialState(parameters: Float32Array, plan: Plan): TrainingState {
  const vectors = vectorsOf(plan).map((vector) => {
    if (vector === "parameters") return [vector, parameters] as const;
    return [vector, vector === "average" ? parameters.slice() : new Float32Array(parameters.length)] as const;
  });
  return { vectors: { parameters, ...Object.fromEntries(vectors) }, step: 0 };
}

/** The plan of a training of these parameters. */
export function planOf(parameters: readonly Placed[], options: Plan["options"], averaging: number): Plan {
  return { groups: [...new Set(parameters.map(({ group }) => group))], options, averaging };
}

/** The parameters a training hands over: their running average where there is one. */
export function modelParameters({ vectors }: TrainingState): Float32Array {
  return vectors.average ?? vectors.parameters;
}

export function copyState({ vectors, step }: TrainingState): TrainingState {
  const copies = Object.entries(vectors).map(([name, vector]) => [name, vector.slice()] as const);
  return { vectors: Object.fromEntries(copies) as TrainingState["vectors"], step };
}
