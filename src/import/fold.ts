// Constant folding while a graph is imported: decides what is computed here and what stays a node.

import type { GraphBuilder } from "../graph/builder.js";
import { elementCount, type Attribute, type Tensor, type Value } from "../graph/graph.js";
import type { OpType } from "../graph/operators.js";
import { staticShape } from "../graph/shapes.js";
import { tensorOf } from "./elements.js";
import { computing, moving } from "./evaluators.js";

/** Far more than any shape needs. Larger constants stay nodes over initializers, which ONNX Runtime folds by itself. */
const MAX_ELEMENTS = 4096;

/** The outputs as constants of the graph, or null where they are only known at run time, large, or not exact. */
export function fold(
  b: GraphBuilder,
  opType: OpType,
  inputs: readonly (Value | null)[],
  attributes: Readonly<Record<string, Attribute>>,
): Value[] | null {
  const evaluate = Object.hasOwn(moving, opType) ? moving[opType] : computing[opType];
  if (!evaluate) return null;
  const tensors: (Tensor | undefined)[] = [];
  for (const value of inputs) {
    const tensor = value ? b.contents(value) : undefined;
    if (value && (!tensor || !isSmall(tensor.shape) || !(opType in moving || isExact(tensor)))) return null;
    tensors.push(tensor);
  }
  const outputs = b.infer(opType, inputs, attributes).map(({ type, shape }) => ({ type, shape: staticShape(shape) }));
  if (!outputs.every(({ shape }) => isSmall(shape))) return null;
  const results = evaluate({ inputs: tensors as Tensor[], attributes, outputs });
  const folded = outputs.map(({ type, shape }, i) => tensorOf(type, shape, results[i]));
  return folded.every((tensor) => tensor !== null) ? folded.map((tensor) => b.constant(tensor)) : null;
}

function isSmall(shape: readonly number[]): boolean {
  return elementCount(shape) <= MAX_ELEMENTS;
}

/** Can every element be computed with as a double? */
function isExact({ data }: Tensor): boolean {
  return !(data instanceof BigInt64Array) || data.every((element) => Number.isSafeInteger(Number(element)));
}
