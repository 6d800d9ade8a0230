// Portable forms of operators that choose elements by indices, or that find such indices.

import { attribute } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { input, int, scalarOf } from "../graph/operators/call.js";
import { normalizeAxis } from "../graph/shapes.js";
import { iota, type Lowering, type Site } from "./row.js";

/** GatherND and ScatterND take indices in int64 only. That type can be written just before they read it, but not computed with. */
export const points: Lowering = ({ b, opType, inputs: [x, indices, ...updates], attributes }) =>
  b.node(opType, [x, b.cast(indices!, "int64"), ...updates], attributes);

/** Where along an axis the first of the largest (or smallest) stands: the kernels for it give int64, which nothing can read. */
export function indexOfExtremum(site: Site, reduction: "ReduceMax" | "ReduceMin"): Value {
  const { b, attributes } = site;
  const x = input(site, 0);
  const axis = normalizeAxis(int(attributes, "axis", 0), x.shape.length);
  const extremum = b.op(reduction, [x, b.integers([axis])], { keepdims: attribute.int(1) });
  const size = x.shape[axis] as number;
  const places = iota(b, size, axis, x.shape.length);
  const found = b.op("Where", [b.op("Equal", [x, extremum]), places, b.scalar(size, places)]);
  return b.op("ReduceMin", [found, b.integers([axis])], { keepdims: attribute.int(int(attributes, "keepdims", 1)) });
}

/** Indices that count from the end are as good as others; those beyond either end name no place. */
export const oneHot: Lowering = (site) => {
  const { b, attributes } = site;
  const [indices, values] = [b.cast(input(site, 0), "int32"), input(site, 2)];
  const depth = scalarOf(site.contents(1)!);
  const rank = indices.shape.length + 1;
  const axis = normalizeAxis(int(attributes, "axis", -1), rank);
  const wrapped = b.op("Where", [
    b.op("Less", [indices, b.scalar(0, indices)]),
    b.add(indices, b.scalar(depth, indices)),
    indices,
  ]);
  const hit = b.op("Equal", [b.op("Unsqueeze", [wrapped, b.integers([axis])]), iota(b, depth, axis, rank)]);
  const [off, on] = [0, 1].map((i) =>
    b.op("Gather", [values, b.constant({ type: "int32", shape: [], data: Int32Array.of(i) })], {
      axis: attribute.int(0),
    }),
  );
  return [b.op("Where", [hit, on, off])];
};
