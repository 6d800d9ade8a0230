// How the flat buffers of a training go into a graph and come out of it: one input and one output per vector and piece.

import type { Tensor, Value } from "../graph/graph.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Piece } from "../layout.js";
import { vectorsOfGroup, type Plan, type Vector, type Vectors } from "../optimizer/update.js";
import type { TrainingState } from "./state.js";

interface VectorInput {
  readonly name: string;
  readonly vector: Vector;
  /** Its place in the flat buffer, in elements. */
  readonly offset: number;
  readonly size: number;
}

function vectorInputs(of: readonly Piece[], plan: Plan): VectorInput[] {
  return of.flatMap(({ group, offset, size }) =>
    vectorsOfGroup(group, plan).map((vector) => ({ name: `${vector}_${group}`, vector, offset, size })),
  );
}

export function declareVectors(b: GraphBuilder, of: readonly Piece[], plan: Plan): Value[] {
  return vectorInputs(of, plan).map(({ name, size }) => b.input(name, "float32", [size]));
}

/** The values of `vectorInputs`, piece by piece. */
export function byPiece(of: readonly Piece[], plan: Plan, values: readonly Value[]): Vectors[] {
  const rest = values.values();
  return of.map(({ group }) =>
    Object.fromEntries(vectorsOfGroup(group, plan).map((vector) => [vector, rest.next().value!])),
  );
}

/** The other way round. */
export function inOrder(of: readonly Piece[], plan: Plan, vectors: readonly Vectors[]): Value[] {
  return of.flatMap(({ group }, i) => vectorsOfGroup(group, plan).map((vector) => vectors[i][vector]!));
}

/** Views of the state, no copies. */
export function vectorFeeds(of: readonly Piece[], plan: Plan, { vectors }: TrainingState): Record<string, Tensor> {
  return Object.fromEntries(
    vectorInputs(of, plan).map(({ name, vector, offset, size }) => [
      name,
      { type: "float32", shape: [size], data: vectors[vector]!.subarray(offset, offset + size) },
    ]),
  );
}

/** Copies what a run returned into the state. */
export function takeVectors(
  of: readonly Piece[],
  plan: Plan,
  outputs: Readonly<Record<string, Tensor>>,
  { vectors }: TrainingState,
): void {
  for (const { name, vector, offset } of vectorInputs(of, plan)) {
    vectors[vector]!.set(outputs[`next_${name}`].data as Float32Array, offset);
  }
}
