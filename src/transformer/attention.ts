// Causal attention: heads that may share keys and values, each query with the positions up to its own.

import { attribute, type GraphBuilder } from "../graph/builder.js";
import type { Dim, Value } from "../graph/graph.js";
import type { Spec } from "../spec.js";
import { linear, rmsNormalized, type Weights } from "./linear.js";
import { headSizes } from "./parameters.js";
import type { Positions } from "./positions.js";

/** @param x [batch, sequence, width] */
export function attention(
  b: GraphBuilder,
  spec: Spec,
  weights: Weights,
  at: string,
  x: Value,
  positions: Positions,
): Value {
  const { width } = spec.architecture;
  const { heads, keyValueHeads, headWidth } = headSizes(spec);
  const [batch, sequence] = x.shape as readonly [Dim, Dim];
  const counts = [heads, keyValueHeads, keyValueHeads];
  const all = b.reshape(linear(b, weights, `${at}.c_attn`, x), [batch, sequence, heads + 2 * keyValueHeads, headWidth]);
  const [q, k, v] = b.split(b.transpose(all, [0, 2, 1, 3]), counts, 1); // transposed together, parts are contiguous
  const placed = (part: Value, name: string) => {
    const scaled = spec.architecture.queryKeyNormalization ? rmsNormalized(b, weights, `${at}.${name}`, part) : part;
    return positions.rotate(scaled);
  };
  const keys = positions.afterPast(`${at}.keys`, placed(k, "k_norm"));
  const values = positions.afterPast(`${at}.values`, v);
  const mixed = mixture(b, placed(q, "q_norm"), keys, values, positions);
  return linear(b, weights, `${at}.c_proj`, b.reshape(b.transpose(mixed, [0, 2, 1, 3]), [batch, sequence, width]));
}

/**
 * Queries taken at once: enough for fast products, few enough to leave out most of the keys that come later. With the heads that share keys they
 * make twice as many rows as a head is wide, so that the copies of keys and values stay smaller than the scores; and there are 16 blocks at most.
 */
function blockOf(queries: number, headWidth: number, group: number): number {
  return Math.max(32, Math.ceil(Math.max(64, 2 * headWidth) / group), Math.ceil(queries / 16));
}

/**
 * softmax(q·kᵀ/√(head width) + mask)·v. Of a training's whole windows, blocks of queries see the keys up to their last alone.
 * @param q [batch, heads, queries, head width]
 * @param k as v [batch, shared heads, keys, head width]
 * @returns [batch, heads, queries, head width]
 */
function mixture(b: GraphBuilder, q: Value, k: Value, v: Value, { mask }: Positions): Value {
  const [, heads, queries, headWidth] = q.shape;
  const [, shared, keys] = k.shape;
  if (typeof queries !== "number" || queries !== keys) return mixtureOf(b, q, k, v, mask);
  const size = blockOf(queries, headWidth as number, (heads as number) / (shared as number));
  if (queries <= size) return mixtureOf(b, q, k, v, mask);
  const starts = Array.from({ length: Math.ceil(queries / size) }, (_, i) => i * size);
  const ends = starts.map((start) => Math.min(start + size, queries));
  const parts = b.split(
    q,
    ends.map((end, i) => end - starts[i]),
    2,
  );
  const upTo = (x: Value, end: number, axis: number) => slice(b, x, 0, end, axis);
  const mixtures = parts.map((part, i) => {
    const seen = upTo(slice(b, mask, starts[i], ends[i], 0), ends[i], 1);
    return mixtureOf(b, part, upTo(k, ends[i], 2), upTo(v, ends[i], 2), seen);
  });
  return b.concat(mixtures, 2);
}

/** Queries whose heads share keys are stacked along the sequence, so that one product serves them all. */
function mixtureOf(b: GraphBuilder, q: Value, k: Value, v: Value, mask: Value): Value {
  const [batch, heads, queries, headWidth] = q.shape;
  const shared = k.shape[1] as number;
  const group = (heads as number) / shared;
  const rows = typeof queries === "number" ? group * queries : `${group}*${queries}`;
  const stacked = group === 1 ? q : b.reshape(q, [batch, shared, rows, headWidth]);
  const scores = b.matMul(stacked, k, { transB: true, alpha: 1 / Math.sqrt(headWidth as number) });
  const masks = b.concat(Array<Value>(group).fill(mask), 0);
  const probabilities = b.op("Softmax", [b.add(scores, masks)], { axis: attribute.int(-1) });
  return b.reshape(b.matMul(probabilities, v), [batch, heads, queries, headWidth]);
}

function slice(b: GraphBuilder, x: Value, start: number, end: number, axis: number): Value {
  if (start === 0 && end === x.shape[axis]) return x;
  return b.op("Slice", [x, b.integers([start]), b.integers([end]), b.integers([axis])]);
}
