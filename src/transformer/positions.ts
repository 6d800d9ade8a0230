// Where tokens stand: what they may attend to, and what tells the model their place.

import { attribute, type GraphBuilder } from "../graph/builder.js";
import type { Dim, Value } from "../graph/graph.js";
import type { Spec } from "../spec.js";
import { headSizes } from "./parameters.js";
import type { Weights } from "./linear.js";

/** Added to scores of later positions; finite, because a softmax over a row of -Infinity is NaN. */
const MASKED = -1e9;

/** Base of the wavelengths of rotary positions, as in Llama. */
export const ROTARY_BASE = 10_000;

/** Positions whose keys and values are known. */
export interface Past {
  /** How many they are: int64 [1]. */
  readonly length: Value;
  /** What they have under the name, with `x` behind it: keys or values of one attention [batch, heads, sequence, head width]. */
  readonly join: (name: string, x: Value) => Value;
}

/** The size of the past and the sequence together. */
export const ALL = "all";

export interface Positions {
  /** [sequence, past and sequence]: 0 for the position itself and those before it, MASKED for later ones. */
  readonly mask: Value;
  /** Added to the embeddings where positions are learned: [sequence, width]. */
  readonly embedding: Value | null;
  /** Queries or keys [batch, heads, sequence, head width], turned by their place where positions are rotary. */
  rotate(x: Value): Value;
  /** Keys or values [batch, heads, sequence, head width] behind those of the past, where there is one. */
  afterPast(name: string, x: Value): Value;
}

/** @param ids [batch, sequence] */
export function positionsOf(b: GraphBuilder, spec: Spec, weights: Weights, ids: Value, past?: Past): Positions {
  const { context, position } = spec.architecture;
  const { own, all } = stretches(b, context, ids, past);
  const mask = causalMask(b, context, own, all);
  const afterPast = past?.join ?? ((_, x) => x);
  if (position === "learned") {
    const embedding = rowsOf(b, weights["transformer.wpe.weight"], own);
    return { mask, embedding, rotate: (x) => x, afterPast };
  }
  const tables = rotaryTables(spec).map((data) => {
    return b.constant({ type: "float32", shape: [context, data.length / context], data });
  });
  const first = past?.length ?? b.integers([0]);
  return { mask, embedding: null, rotate: (x) => b.op("RotaryEmbedding", [x, first, ...tables]), afterPast };
}

/** Consecutive places of the context, or all of them (null). */
type Stretch = { readonly size: Dim; readonly from: Value; readonly to: Value } | null;

/** The places of the ids, and those up to their last. */
function stretches(b: GraphBuilder, context: number, ids: Value, past?: Past): { own: Stretch; all: Stretch } {
  const size = ids.shape[1];
  if (size === context) return { own: null, all: null };
  const [first, length] = [b.integers([0]), b.op("Shape", [ids], { start: attribute.int(1), end: attribute.int(2) })];
  if (!past) {
    const own = { size, from: first, to: length };
    return { own, all: own };
  }
  const end = b.add(past.length, length);
  return { own: { size, from: past.length, to: end }, all: { size: ALL, from: first, to: end } };
}

/**
 * Cosines and sines of place × frequency, [context, head width / 2] each: pair i of a head, its elements i and i + half, turns by
 * ROTARY_BASE^(-i/half) per place (Su et al. 2021, in Llama's order of the elements).
 */
function rotaryTables(spec: Spec): [Float32Array, Float32Array] {
  const half = headSizes(spec).headWidth / 2;
  const angles = Float64Array.from({ length: spec.architecture.context * half }, (_, at) => {
    const [place, pair] = [Math.floor(at / half), at % half];
    return place / ROTARY_BASE ** (pair / half);
  });
  return [Float32Array.from(angles, Math.cos), Float32Array.from(angles, Math.sin)];
}

/** Made of whole numbers, as it is no parameter. */
function causalMask(b: GraphBuilder, context: number, own: Stretch, all: Stretch): Value {
  const data = BigInt64Array.from({ length: context }, (_, i) => BigInt(i));
  const places = b.initializer("positions", { type: "int64", shape: [context], data });
  const [rows, columns] = [rowsOf(b, places, own), rowsOf(b, places, all)];
  const later = b.op("Greater", [b.reshape(columns, [1, ...columns.shape]), b.reshape(rows, [...rows.shape, 1])]);
  return b.scale(b.cast(later, "float32"), MASKED);
}

/** The rows of a table that belong to the places. */
function rowsOf(b: GraphBuilder, table: Value, places: Stretch): Value {
  if (places === null) return table;
  const shape = [places.size, ...table.shape.slice(1)];
  return b.op("Slice", [table, places.from, places.to, b.integers([0])], {}, [{ type: table.type, shape }]);
}
