// What a gradient rule is, and the few shapes that many rules share.

import { GraphError } from "../errors.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Attribute, Value } from "../graph/graph.js";

export interface RuleInputs {
  /** Gradient of the loss with respect to the first output. */
  readonly g: Value;
  /** The same per output; null where nothing downstream uses it. */
  readonly gradients: readonly (Value | null)[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/**
 * One gradient per input, null for inputs that have none. A rule may return the broadcast shape: the walk sums it back,
 * accumulates over consumers, and drops what nobody needs.
 */
export type Rule = (b: GraphBuilder, node: RuleInputs) => readonly (Value | null)[];

/** For y = f(x) elementwise: dx = g · f'(x), where `derivative` sees x and y. */
export function elementwise(derivative: (b: GraphBuilder, x: Value, y: Value) => Value): Rule {
  return (b, { g, inputs: [x], outputs: [y] }) => [b.mul(g, derivative(b, x, y))];
}

/** Piecewise constant or not of real numbers: the gradient is zero everywhere it exists. */
export const zero: Rule = (_, { inputs }) => inputs.map(() => null);

/** Rules that hold only for what the decoder uses say so instead of being wrong. */
export function require(condition: boolean, message: string): void {
  if (!condition) throw new GraphError("no-gradient", message);
}
