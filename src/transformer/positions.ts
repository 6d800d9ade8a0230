// Where tokens stand: what they may attend to, and what tells the model their place.

import type { GraphBuilder } from "../graph/builder.js";
import { attribute } from "../graph/builder.js";
import type { Dim, Value } from "../graph/graph.js";
import type { Spec } from "../spec.js";
import { headSizes } from "./parameters.js";
import type { Weights } from "./linear.js";

/** Added to scores of later positions; finite, because a softmax over a row of -Infinity is NaN. */
const MASKED = -1e9;

/** Base of the wavelengths of rotary positions, as in Llama. */
export const ROTARY_BASE = 10_000;

export interface Positions {
  /** [sequence, sequence]: 0 on and below the diagonal, MASKED above. */
  readonly mask: Value;
  /** Added to the embeddings where positions are learned: [sequence, width]. */
  readonly embedding: Value | null;
  /** Queries or keys [batch, heads, sequence, head width], turned by their place where positions are rotary. */
  rotate(x: Value): Value;
}

/** @param ids [batch, sequence] */
export function positionsOf(b: GraphBuilder, spec: Spec, weights: Weights, ids: Value): Positions {
  const { context, position } = spec.architecture;
  const sequence = ids.shape[1];
  const length = sequence === context ? null : b.op("Shape", [ids], { start: attribute.int(1), end: attribute.int(2) });
  const mask = causalMask(b, context, sequence, length);
  if (position === "learned") {
    return { mask, embedding: prefix(b, weights["transformer.wpe.weight"], sequence, length), rotate: (x) => x };
  }
  const tables = rotaryTables(spec).map((data) => {
    return b.constant({ type: "float32", shape: [context, data.length / context], data });
  });
  const first = b.integers([0]);
  return { mask, embedding: null, rotate: (x) => b.op("RotaryEmbedding", [x, first, ...tables]) };
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
function causalMask(b: GraphBuilder, context: number, sequence: Dim, length: Value | null): Value {
  const data = BigInt64Array.from({ length: context }, (_, i) => BigInt(i));
  const places = prefix(b, b.initializer("positions", { type: "int64", shape: [context], data }), sequence, length);
  const later = b.op("Greater", [b.reshape(places, [1, sequence]), b.reshape(places, [sequence, 1])]);
  return b.scale(b.cast(later, "float32"), MASKED);
}

/** The first `sequence` entries along the first axis; all of them where the sequence fills the context. */
function prefix(b: GraphBuilder, x: Value, sequence: Dim, length: Value | null): Value {
  if (length === null) return x;
  const shape = [sequence, ...x.shape.slice(1)];
  return b.op("Slice", [x, b.integers([0]), length, b.integers([0])], {}, [{ type: x.type, shape }]);
}
