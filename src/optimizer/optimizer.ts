// What an optimizer is: state vectors beside the parameters, numbers that change from step to step, and one update.

import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import type { Spec } from "../spec.js";

export type Options = Spec["optimizer"];

/** Vectors as long as the parameters, zero at the start. */
export type Slot = "firstMoment" | "secondMoment";

export type State = Readonly<Record<"parameters", Value> & Partial<Record<Slot, Value>>>;

/** The pace of some parameters at one step. */
export interface Pace {
  /** Counted from 1. */
  readonly step: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

export interface Optimizer {
  readonly slots: readonly Slot[];
  /** Whether it looks at whole matrices; else every number is updated on its own, and vectors may be cut anywhere. */
  readonly matrixwise: boolean;
  /** Number of `scalars`. */
  readonly scalarCount: number;
  /** The numbers `update` reads, computed in double precision outside the graph. */
  scalars(pace: Pace, options: Options): readonly number[];
  /**
   * The state after a step. Vectors are flat; `scalars` have shape [1].
   * @param shapes of the matrices in the vectors, one behind the other; read by matrixwise optimizers alone
   * @param decays false where the weight decay is 0: that saves a pass over the parameters
   */
  update(
    b: GraphBuilder,
    state: State,
    gradient: Value,
    scalars: readonly Value[],
    given: {
      readonly options: Options;
      readonly shapes: readonly (readonly number[])[];
      readonly decays: boolean;
    },
  ): State;
}

/** p · (1 − rate · decay) − change: weight decay apart from the gradient (Loshchilov & Hutter 2017). */
export function decayed(b: GraphBuilder, parameters: Value, shrink: Value | null, change: Value): Value {
  return b.sub(shrink ? b.mul(parameters, shrink) : parameters, change);
}
