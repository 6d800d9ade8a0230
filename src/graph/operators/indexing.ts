// Operators whose elements are chosen by indices, or that find such indices.

import { GraphError } from "../../errors.js";
import type { Dim } from "../graph.js";
import { normalizeAxis, sameShape } from "../shapes.js";
import { input, int, onnx, sameType, scalarOf } from "./call.js";

export const indexing = {
  Gather: onnx((x, call) => {
    const axis = normalizeAxis(int(call.attributes, "axis", 0), x.shape.length);
    return [{ type: x.type, shape: [...x.shape.slice(0, axis), ...input(call, 1).shape, ...x.shape.slice(axis + 1)] }];
  }),
  GatherElements: onnx((x, call) => {
    const { shape } = input(call, 1);
    checkAlong(x.shape, shape, int(call.attributes, "axis", 0));
    return [{ type: x.type, shape }];
  }),
  /** Indices are [batch…, points…, depth]: each addresses the first `depth` axes behind the batch. */
  GatherND: onnx((x, call) => {
    const batch = int(call.attributes, "batch_dims", 0);
    const { shape } = input(call, 1);
    const depth = indexDepth(x.shape.length - batch, shape);
    if (batch < 0 || batch >= shape.length || !sameShape(x.shape.slice(0, batch), shape.slice(0, batch))) {
      throw new GraphError("shape", `[${x.shape.join(", ")}] and [${shape.join(", ")}] share no ${batch} batch axes`);
    }
    return [{ type: x.type, shape: [...shape.slice(0, -1), ...x.shape.slice(batch + depth)] }];
  }),
  ScatterElements: onnx((x, call) => {
    const [indices, updates] = [input(call, 1), input(call, 2)];
    checkAlong(x.shape, indices.shape, int(call.attributes, "axis", 0));
    if (!sameShape(indices.shape, updates.shape)) throw new GraphError("shape", "indices and updates differ in shape");
    return [{ type: sameType([x, updates]), shape: x.shape }];
  }),
  ScatterND: onnx((x, call) => {
    const [indices, updates] = [input(call, 1), input(call, 2)];
    const depth = indexDepth(x.shape.length, indices.shape);
    if (!sameShape(updates.shape, [...indices.shape.slice(0, -1), ...x.shape.slice(depth)])) {
      throw new GraphError("shape", `updates of [${updates.shape.join(", ")}] do not fit [${x.shape.join(", ")}]`);
    }
    return [{ type: sameType([x, updates]), shape: x.shape }];
  }),
  OneHot: onnx((indices, call) => {
    const [depth, values] = [scalarOf(call.constant(1)), input(call, 2)];
    const axis = normalizeAxis(int(call.attributes, "axis", -1), indices.shape.length + 1);
    return [{ type: values.type, shape: [...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)] }];
  }),
  /** The k largest along an axis, and where they stand. */
  TopK: onnx((x, call) => {
    const [k, axis] = [scalarOf(call.constant(1)), normalizeAxis(int(call.attributes, "axis", -1), x.shape.length)];
    const size = x.shape[axis];
    if (typeof size === "number" && k > size)
      throw new GraphError("shape", `no ${k} of the ${size} along axis ${axis}`);
    const shape = x.shape.map((dim, i) => (i === axis ? k : dim));
    return [
      { type: x.type, shape },
      { type: "int64", shape },
    ];
  }),
  Range: onnx((start, call) => {
    const [from, to, by] = [0, 1, 2].map((i) => scalarOf(call.constant(i)));
    return [
      { type: sameType([start, input(call, 1), input(call, 2)]), shape: [Math.max(0, Math.ceil((to - from) / by))] },
    ];
  }),
};

/** Indices reach along one axis, and no further than the tensor along any other. */
function checkAlong(shape: readonly Dim[], indices: readonly Dim[], axis: number): void {
  const at = normalizeAxis(axis, shape.length);
  const fits = (dim: Dim, i: number) => i === at || dim === shape[i] || Number(dim) < Number(shape[i]);
  if (shape.length === indices.length && indices.every(fits)) return;
  throw new GraphError(
    "shape",
    `indices of [${indices.join(", ")}] do not fit [${shape.join(", ")}] along axis ${axis}`,
  );
}

function indexDepth(rank: number, indices: readonly Dim[]): number {
  const depth = indices.at(-1);
  if (typeof depth === "number" && depth >= 1 && depth <= rank) return depth;
  throw new GraphError("shape", `indices of [${indices.join(", ")}] do not address ${rank} axes`);
}
