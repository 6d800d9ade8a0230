// Points of a tensor, addressed by an index per axis, as places along its first axes made one.

import type { GraphBuilder } from "./builder.js";
import { elementCount, type Value } from "./graph.js";

/** Indices [points…, depth] into axes of these sizes → [points…]. Negative indices count from the end. */
export function flatPlaces(b: GraphBuilder, indices: Value, sizes: readonly number[]): Value {
  const strides = sizes.map((_, axis) => elementCount(sizes.slice(axis + 1)));
  const wrapped = b.op("Mod", [indices, b.integers(sizes)]);
  return b.reduceSum(b.mul(wrapped, b.integers(strides)), [indices.shape.length - 1], false);
}
