// Inputs and small graphs that the tests of the gradient rules share.

import { attribute, type GraphBuilder } from "../../../src/graph/builder.js";
import { elementCount, type Attribute, type Tensor, type Value } from "../../../src/graph/graph.js";
import type { OpType } from "../../../src/graph/operators.js";
import { values, type Case, type Real } from "../../support/gradient-check.js";

/** A title, which begins with the operator's name, and what to check. */
export type Named = readonly [string, Case];
export type Given = Case["inputs"][number];
type Attributes = Readonly<Record<string, Attribute>>;

export const random = (key: string, ...shape: number[]): Given => ({ shape, data: values(elementCount(shape), key) });
export const given = (shape: number[], ...data: number[]): Given => ({ shape, data });
export const positive = (input: Given): Given => ({ ...input, data: input.data.map((x) => 0.3 + Math.abs(x)) });

/** Numbers at zero, negative, large and tiny. */
export const SPREAD = given([8], 0, -0.7, 1.3, -2.5, 3, 0.001, -0.001, 6);
export const AWAY_FROM_ZERO = given([6], -0.7, 1.3, -2.5, 3, 0.2, -0.1);

export const unary = (op: OpType, input: Given, type: Real = "float64", attributes: Attributes = {}): Named => {
  const options = Object.entries(attributes).map(([name, { value }]) => `, ${name} ${JSON.stringify(value)}`);
  return [`${op}${options.join("")}`, { build: (b, [x]) => b.op(op, [x], attributes), inputs: [input], type }];
};

export const integers = (shape: number[], ...data: number[]): Tensor => ({
  type: "int64",
  shape,
  data: BigInt64Array.from(data, BigInt),
});

export const reduce =
  (op: OpType, axes: readonly number[], keepdims: number) =>
  (b: GraphBuilder, [x]: readonly Value[]): Value =>
    b.op(op, [x, b.integers(axes)], { keepdims: attribute.int(keepdims) });
