// Single nodes whose types and shapes ONNX Runtime confirms. A case names the operator, what goes in, and its attributes.

import type { Attribute, ElementType } from "../../../src/graph/graph.js";
import type { OpType } from "../../../src/graph/operators.js";

/** Fed at run time, so that ONNX Runtime computes instead of folding. */
export interface Fed {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** All elements; all different where it is not given. */
  readonly fill?: number;
}

export const float = (...shape: number[]): Fed => ({ type: "float32", shape });
export const double = (...shape: number[]): Fed => ({ type: "float64", shape });
export const zeros = (type: ElementType, ...shape: number[]): Fed => ({ type, shape, fill: 0 });

export const filled = (fill: number, type: ElementType, ...shape: number[]): Fed => ({ type, shape, fill });

/** Contents that shape inference needs to know: a constant of the graph. */
export const known = (...values: number[]): readonly number[] => values;

/** The same of rank 0, in int64. */
export interface Known {
  readonly value: number;
}

export type Operand = Fed | Known | readonly number[];

export interface Case {
  readonly op: OpType;
  readonly operands: readonly (Operand | null)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}
