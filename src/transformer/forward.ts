// Spec → forward graph: a GPT-2 style decoder over bytes. Shapes may be symbolic, so training and export share this file.

import { attribute, type GraphBuilder } from "../graph/builder.js";
import type { Dim, Value } from "../graph/graph.js";
import type { Spec } from "../spec.js";

/** Parameters by their layout name. */
export type Weights = Readonly<Record<string, Value>>;

/** The size of the past and the ids together. */
export const ALL = "all";

/** Added to scores of later positions; finite, because a softmax over a row of -Infinity is NaN. */
const MASKED = -1e9;

/** Positions before the ids, whose keys and values are known. */
export interface Past {
  /** How many they are: int64 [1]. */
  readonly length: Value;
  /** A layer's keys and values [batch, sequence, heads, headWidth], behind those of the positions before. */
  readonly extend: (layer: number, keys: Value, values: Value) => readonly [keys: Value, values: Value];
}

interface Options {
  /** Told of the residual stream [batch, sequence, width] before each block. */
  readonly onBlock?: (x: Value) => void;
  readonly past?: Past;
}

/**
 * @param ids [batch, sequence], with the past at most the spec's context
 * @returns logits [batch, sequence, vocabulary] over the next byte
 */
export function forward(
  b: GraphBuilder,
  spec: Spec,
  weights: Weights,
  ids: Value,
  { onBlock = () => {}, past }: Options = {},
): Value {
  const { layers, context } = spec.architecture;
  const { own, all } = stretches(b, context, ids, past);
  const mask = causalMask(b, context, own, all);
  const positions = rowsOf(b, weights["transformer.wpe.weight"], own);
  let x = b.add(b.op("Gather", [weights["transformer.wte.weight"], ids]), positions);
  for (let layer = 0; layer < layers; layer++) {
    onBlock(x);
    const at = `transformer.h.${layer}`;
    const extend: Extend = (keys, values) => past?.extend(layer, keys, values) ?? [keys, values];
    x = b.add(x, attention(b, spec, weights, `${at}.attn`, norm(b, weights, `${at}.ln_1`, x), mask, extend));
    x = b.add(x, feedForward(b, weights, `${at}.mlp`, norm(b, weights, `${at}.ln_2`, x)));
  }
  const head = weights["lm_head.weight"] ?? weights["transformer.wte.weight"];
  return b.matMul(norm(b, weights, "transformer.ln_f", x), head, { transB: true });
}

type Extend = (keys: Value, values: Value) => readonly [keys: Value, values: Value];

function norm(b: GraphBuilder, weights: Weights, at: string, x: Value): Value {
  const inputs = [x, weights[`${at}.weight`], weights[`${at}.bias`]];
  return b.op("LayerNormalization", inputs, { axis: attribute.int(-1), epsilon: attribute.float(1e-5) });
}

function linear(b: GraphBuilder, weights: Weights, at: string, x: Value): Value {
  return b.add(b.matMul(x, weights[`${at}.weight`]), weights[`${at}.bias`]);
}

/** (B, T, D) → heads (B, H, T, D/H) → weighted values → (B, T, D). */
function attention(
  b: GraphBuilder,
  spec: Spec,
  weights: Weights,
  at: string,
  x: Value,
  mask: Value,
  extend: Extend,
): Value {
  const { width, heads } = spec.architecture;
  const [batch, sequence] = x.shape as readonly [Dim, Dim];
  const headWidth = width / heads;
  const [queries, ...own] = b
    .split(linear(b, weights, `${at}.c_attn`, x), [width, width, width], 2)
    .map((part) => b.reshape(part, [batch, sequence, heads, headWidth])) as [Value, Value, Value];
  const [q, k, v] = [queries, ...extend(...own)].map((part) => b.transpose(part, [0, 2, 1, 3])) as [
    Value,
    Value,
    Value,
  ];
  const scores = b.matMul(q, k, { transB: true, alpha: 1 / Math.sqrt(headWidth) });
  const probabilities = b.op("Softmax", [b.add(scores, mask)], { axis: attribute.int(-1) });
  const mixed = b.transpose(b.matMul(probabilities, v), [0, 2, 1, 3]);
  return linear(b, weights, `${at}.c_proj`, b.reshape(mixed, [batch, sequence, width]));
}

function feedForward(b: GraphBuilder, weights: Weights, at: string, x: Value): Value {
  const hidden = b.op("Gelu", [linear(b, weights, `${at}.c_fc`, x)], { approximate: attribute.string("tanh") });
  return linear(b, weights, `${at}.c_proj`, hidden);
}

/** Some of the context's positions, or all of them (null). */
type Stretch = { readonly size: Dim; readonly from: Value; readonly to: Value } | null;

/** The positions of the ids, and those with the past before them. */
function stretches(
  b: GraphBuilder,
  context: number,
  ids: Value,
  past: Past | undefined,
): { own: Stretch; all: Stretch } {
  const size = ids.shape[1];
  if (size === context) return { own: null, all: null };
  const length = b.op("Shape", [ids], { start: attribute.int(1), end: attribute.int(2) });
  const start = b.integers([0]);
  if (!past) {
    const own = { size, from: start, to: length };
    return { own, all: own };
  }
  const end = b.add(past.length, length);
  return { own: { size, from: past.length, to: end }, all: { size: ALL, from: start, to: end } };
}

/** [own, all]: 0 where a position comes no later, MASKED above. Made of whole numbers, as it is no parameter. */
function causalMask(b: GraphBuilder, context: number, own: Stretch, all: Stretch): Value {
  const data = BigInt64Array.from({ length: context }, (_, i) => BigInt(i));
  const positions = b.initializer("positions", { type: "int64", shape: [context], data });
  const [rows, columns] = [own, all].map((stretch) => rowsOf(b, positions, stretch));
  const later = b.op("Greater", [b.reshape(columns, [1, columns.shape[0]]), b.reshape(rows, [rows.shape[0], 1])]);
  return b.scale(b.cast(later, "float32"), MASKED);
}

/** The rows of a table that belong to the positions. */
function rowsOf(b: GraphBuilder, table: Value, stretch: Stretch): Value {
  if (stretch === null) return table;
  const shape = [stretch.size, ...table.shape.slice(1)];
  return b.op("Slice", [table, stretch.from, stretch.to, b.integers([0])], {}, [{ type: table.type, shape }]);
}
