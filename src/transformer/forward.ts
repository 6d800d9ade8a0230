// Spec → forward graph: a GPT-2 style decoder over bytes. Shapes may be symbolic, so training and export share this file.

import { attribute, type GraphBuilder } from "../graph/builder.js";
import type { Dim, Value } from "../graph/graph.js";
import type { Spec } from "../spec.js";

/** Parameters by their layout name. */
export type Weights = Readonly<Record<string, Value>>;

/** Added to scores of later positions; finite, because a softmax over a row of -Infinity is NaN. */
const MASKED = -1e9;

/**
 * @param ids [batch, sequence], sequence at most the spec's context
 * @param onBlock told of the residual stream [batch, sequence, width] before each block
 * @returns logits [batch, sequence, vocabulary] over the next byte
 */
export function forward(
  b: GraphBuilder,
  spec: Spec,
  weights: Weights,
  ids: Value,
  onBlock: (x: Value) => void = () => {},
): Value {
  const { layers, context } = spec.architecture;
  const sequence = ids.shape[1];
  const length = sequence === context ? null : b.op("Shape", [ids], { start: attribute.int(1), end: attribute.int(2) });
  const mask = causalMask(b, context, sequence, length);
  const positions = prefix(b, weights["transformer.wpe.weight"], 0, sequence, length);
  let x = b.add(b.op("Gather", [weights["transformer.wte.weight"], ids]), positions);
  for (let layer = 0; layer < layers; layer++) {
    onBlock(x);
    const at = `transformer.h.${layer}`;
    x = b.add(x, attention(b, spec, weights, `${at}.attn`, norm(b, weights, `${at}.ln_1`, x), mask));
    x = b.add(x, feedForward(b, weights, `${at}.mlp`, norm(b, weights, `${at}.ln_2`, x)));
  }
  const head = weights["lm_head.weight"] ?? weights["transformer.wte.weight"];
  return b.matMul(norm(b, weights, "transformer.ln_f", x), head, { transB: true });
}

function norm(b: GraphBuilder, weights: Weights, at: string, x: Value): Value {
  const inputs = [x, weights[`${at}.weight`], weights[`${at}.bias`]];
  return b.op("LayerNormalization", inputs, { axis: attribute.int(-1), epsilon: attribute.float(1e-5) });
}

function linear(b: GraphBuilder, weights: Weights, at: string, x: Value): Value {
  return b.add(b.matMul(x, weights[`${at}.weight`]), weights[`${at}.bias`]);
}

/** (B, T, D) → heads (B, H, T, D/H) → weighted values → (B, T, D). */
function attention(b: GraphBuilder, spec: Spec, weights: Weights, at: string, x: Value, mask: Value): Value {
  const { width, heads } = spec.architecture;
  const [batch, sequence] = x.shape as readonly [Dim, Dim];
  const headWidth = width / heads;
  const projected = b.split(linear(b, weights, `${at}.c_attn`, x), [width, width, width], 2);
  const [q, k, v] = projected.map((part) =>
    b.transpose(b.reshape(part, [batch, sequence, heads, headWidth]), [0, 2, 1, 3]),
  ) as [Value, Value, Value];
  const scores = b.matMul(q, k, { transB: true, alpha: 1 / Math.sqrt(headWidth) });
  const probabilities = b.op("Softmax", [b.add(scores, mask)], { axis: attribute.int(-1) });
  const mixed = b.transpose(b.matMul(probabilities, v), [0, 2, 1, 3]);
  return linear(b, weights, `${at}.c_proj`, b.reshape(mixed, [batch, sequence, width]));
}

function feedForward(b: GraphBuilder, weights: Weights, at: string, x: Value): Value {
  const hidden = b.op("Gelu", [linear(b, weights, `${at}.c_fc`, x)], { approximate: attribute.string("tanh") });
  return linear(b, weights, `${at}.c_proj`, hidden);
}

/** [sequence, sequence]: 0 on and below the diagonal, MASKED above. Made of whole numbers, as it is no parameter. */
function causalMask(b: GraphBuilder, context: number, sequence: Dim, length: Value | null): Value {
  const data = BigInt64Array.from({ length: context }, (_, i) => BigInt(i));
  const positions = prefix(
    b,
    b.initializer("positions", { type: "int64", shape: [context], data }),
    0,
    sequence,
    length,
  );
  const later = b.op("Greater", [b.reshape(positions, [1, sequence]), b.reshape(positions, [sequence, 1])]);
  return b.scale(b.cast(later, "float32"), MASKED);
}

/** The first `sequence` entries along an axis; all of them where the sequence fills the context. */
function prefix(b: GraphBuilder, x: Value, axis: number, sequence: Dim, length: Value | null): Value {
  if (length === null) return x;
  const shape = x.shape.map((dim, i) => (i === axis ? sequence : dim));
  return b.op("Slice", [x, b.integers([0]), length, b.integers([axis])], {}, [{ type: x.type, shape }]);
}
