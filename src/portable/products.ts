// Portable forms of products of matrices and of tensors by letters.

import { attribute, type GraphBuilder } from "../graph/builder.js";
import { einsumTerms } from "../graph/einsum.js";
import { elementCount, type Value } from "../graph/graph.js";
import { flag, float, input, string } from "../graph/operators/call.js";
import { sameShape, staticShape } from "../graph/shapes.js";
import type { Lowering } from "./row.js";

/** Gemm transposes and scales, but takes matrices only; a batch is transposed beforehand unless its rows can be those of one matrix. */
export const fusedMatMul: Lowering = (site) => {
  const { b, attributes } = site;
  const [x, y] = [input(site, 0), input(site, 1)];
  const [transA, transB] = [flag(attributes, "transA"), flag(attributes, "transB")];
  const alpha = float(attributes, "alpha", 1);
  if (y.shape.length === 2 && (x.shape.length === 2 || !transA)) {
    const shape = staticShape(x.shape);
    const rows = x.shape.length === 2 ? x : b.reshape(x, [elementCount(shape.slice(0, -1)), shape.at(-1)!]);
    const product = b.op("Gemm", [rows, y], {
      transA: attribute.int(transA ? 1 : 0),
      transB: attribute.int(transB ? 1 : 0),
      alpha: attribute.float(alpha),
    });
    return [x.shape.length === 2 ? product : b.reshape(product, [...shape.slice(0, -1), product.shape[1]])];
  }
  const left = b.scale(transA ? swapped(b, x) : x, alpha);
  return [b.op("MatMul", [left, transB ? swapped(b, y) : y])];
};

/** The kernel takes every size from one operand, so an axis of 1 that stands for more is spread beforehand. */
export const einsum: Lowering = (site) => {
  const { b, attributes } = site;
  const given = site.inputs.map((_, i) => input(site, i));
  const { operands, sizes } = einsumTerms(
    string(attributes, "equation", ""),
    given.map(({ shape }) => shape),
  );
  const spread = given.map((x, i) => {
    const shape = operands[i].map((letter) => sizes.get(letter)!);
    return sameShape(shape, x.shape) ? x : b.op("Expand", [x, b.integers(staticShape(shape))]);
  });
  return b.node("Einsum", spread, attributes);
};

/** The last two axes changed about. */
function swapped(b: GraphBuilder, x: Value): Value {
  const axes = x.shape.map((_, i) => i);
  return b.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}
