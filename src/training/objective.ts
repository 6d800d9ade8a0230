// What a training minimises: a loss over parameters and the rows of a batch. Everything else in this room is the same for all of them.

import type { GraphBuilder } from "../graph/builder.js";
import type { ElementType, Value } from "../graph/graph.js";
import type { Placed } from "../layout.js";

export interface BatchInput {
  readonly name: string;
  readonly type: ElementType;
  /** Shape of one row of the batch. */
  readonly rowShape: readonly number[];
}

export interface Objective {
  /** What is trained, in the order of the flat buffers. */
  readonly parameters: readonly Placed[];
  readonly inputs: readonly BatchInput[];
  /** Rows to compute at once: few enough for the cache, many enough to keep the matrix products busy. */
  readonly rowsAtOnce: number;
  /** Whether the backward pass computes again what lies between the values that `loss` keeps. */
  readonly recompute: boolean;
  /**
   * Appends the loss of some rows: one number, their mean.
   * @param weights the parameters by name, in their own shapes
   * @param batch the inputs by name, [rows, ...rowShape]
   * @param keep told of the values that recomputation starts from, in their order
   */
  loss(
    b: GraphBuilder,
    weights: Readonly<Record<string, Value>>,
    batch: Readonly<Record<string, Value>>,
    keep: (value: Value) => void,
  ): Value;
}
