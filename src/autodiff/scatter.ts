// Adds up gradients where their elements were gathered from. ScatterND would race over repeated indices; nothing here uses it.

import { attribute, type GraphBuilder } from "../graph/builder.js";
import { elementCount, type Value } from "../graph/graph.js";
import { flatPlaces } from "../graph/places.js";
import { staticShape } from "../graph/shapes.js";
import { zeros } from "./rule.js";

/** Tables up to this long get a one-hot product (parallel), longer ones a scatter (serial, but no N × length matrix). */
const ONE_HOT_LENGTH = 1024;

interface Source {
  readonly shape: readonly number[];
  readonly axis: number;
  /** Of any shape; negative ones count from the end. */
  readonly indices: Value;
}

/** `g` is [before…, indices…, behind…] for a source of [before…, length, behind…]. */
export function scatterAlong(b: GraphBuilder, g: Value, { shape, axis, indices }: Source): Value {
  const [before, length, behind] = [shape.slice(0, axis), shape[axis], shape.slice(axis + 1)];
  const n = elementCount(staticShape(indices.shape));
  const known = n === 1 ? b.contents(indices) : undefined;
  if (known) return padAround(b, b.reshape(g, shape.with(axis, 1)), axis, length, Number(known.data[0]));
  const width = elementCount(behind);
  const parts = before.length === 0 ? [] : [elementCount(before)];
  const rows = b.reshape(g, [...parts, n, width]);
  const places = wrapped(b, b.reshape(indices, [n, 1]), length);
  const sum = length <= ONE_HOT_LENGTH ? byProduct(b, rows, places, length) : byScatter(b, rows, places, length);
  return b.reshape(sum, shape);
}

/** Σ over the n rows that came from each place, as one-hotᵀ · rows. */
function byProduct(b: GraphBuilder, rows: Value, places: Value, length: number): Value {
  const iota = Array.from({ length }, (_, i) => i);
  const data = places.type === "int64" ? BigInt64Array.from(iota, BigInt) : Int32Array.from(iota);
  const numbers = b.constant({ type: places.type, shape: [1, length], data });
  return b.matMul(b.cast(b.op("Equal", [places, numbers]), rows.type), rows, { transA: true });
}

function byScatter(b: GraphBuilder, rows: Value, places: Value, length: number): Value {
  const shape = staticShape(rows.shape);
  const axis = shape.length - 2;
  const spread = b.op("Expand", [b.cast(places, "int64"), b.integers(shape)]);
  return b.op("ScatterElements", [zeros(b, rows, shape.with(axis, length)), spread, rows], {
    axis: attribute.int(axis),
    reduction: attribute.string("add"),
  });
}

/** One slice of known place: everything beside it is zero. */
function padAround(b: GraphBuilder, slice: Value, axis: number, length: number, index: number): Value {
  const at = index < 0 ? index + length : index;
  const pads = (size: number) => slice.shape.map((_, i) => (i === axis ? size : 0));
  return b.op("Pad", [slice, b.integers([...pads(at), ...pads(length - 1 - at)])]);
}

/** Indices into an axis, brought into 0..length-1. */
function wrapped(b: GraphBuilder, indices: Value, length: number): Value {
  return b.op("Mod", [indices, b.scalar(length, indices)]);
}

/**
 * The gradient of a GatherND: indices [batch…, points…, depth] become places in the source with its first axes made one.
 * `batch` counts the leading axes that source and indices share.
 */
export function scatterPoints(
  b: GraphBuilder,
  g: Value,
  shape: readonly number[],
  indices: Value,
  batch: number,
): Value {
  const size = staticShape(indices.shape);
  const depth = size.at(-1)!;
  const addressed = shape.slice(batch, batch + depth);
  const places = flatPlaces(b, indices, addressed);
  const length = elementCount(addressed);
  const batches = elementCount(shape.slice(0, batch));
  const offsets = b.integers(Array.from({ length: batches }, (_, i) => i * length));
  const flat = b.add(
    b.reshape(places, [batches, elementCount(size.slice(batch, -1))]),
    b.reshape(offsets, [batches, 1]),
  );
  const behind = shape.slice(batch + depth);
  const sum = scatterAlong(b, g, { shape: [batches * length, ...behind], axis: 0, indices: flat });
  return b.reshape(sum, shape);
}
