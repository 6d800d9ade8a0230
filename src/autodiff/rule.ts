// What a gradient rule is, and the few shapes that many rules share.

import { GraphError } from "../errors.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Attribute, Dim, Value } from "../graph/graph.js";
import { staticShape } from "../graph/shapes.js";

export interface Reader {
  readonly opType: string;
  readonly inputs: readonly Value[];
  readonly output: Value;
  /** Of the loss with respect to its output. */
  readonly gradient: Value;
}

export interface RuleInputs {
  /** Gradient of the loss with respect to the first output. */
  readonly g: Value;
  /** The same per output; null where nothing downstream uses it. */
  readonly gradients: readonly (Value | null)[];
  /** An absent optional input reads as undefined, like those beyond the end. */
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** The node that alone reads the first output, where there is just one. */
  readonly reader: Reader | undefined;
  /** Per input: does the loss's gradient with respect to it matter to anybody? */
  readonly needed: readonly boolean[];
}

/**
 * One gradient per input, null for inputs that have none. A rule may return the broadcast shape: the walk sums it back,
 * accumulates over consumers, and drops what nobody needs.
 */
export type Rule = (b: GraphBuilder, node: RuleInputs) => readonly (Value | null)[];

/** For y = f(x) elementwise: dx = g · f'(x), where `derivative` sees x and y. */
export function elementwise(
  derivative: (b: GraphBuilder, x: Value, y: Value, attributes: RuleInputs["attributes"]) => Value,
): Rule {
  return (b, { g, inputs: [x], outputs: [y], attributes }) => [b.mul(g, derivative(b, x, y, attributes))];
}

/** Piecewise constant or not of real numbers: the gradient is zero everywhere it exists. */
export const zero: Rule = (_, { inputs }) => inputs.map(() => null);

/** A rule that does not hold for every form of its operator says so instead of being wrong. */
export function require(condition: boolean, message: string): void {
  if (!condition) throw new GraphError("no-gradient", message);
}

/** Iverson's bracket: 1 where the condition holds, else 0. */
export function bracket(b: GraphBuilder, comparison: "Equal" | "Greater" | "Less", x: Value, y: Value | number): Value {
  return b.cast(b.op(comparison, [x, typeof y === "number" ? b.scalar(y, x) : y]), x.type);
}

export function zeros(b: GraphBuilder, like: Value, shape: readonly Dim[]): Value {
  return b.op("Expand", [b.scalar(0, like), b.integers(staticShape(shape))]);
}

export function count(shape: readonly Dim[]): number {
  return staticShape(shape).reduce((product, dim) => product * dim, 1);
}
