// Spec → forward graph: a decoder over bytes. Shapes may be symbolic, so training and export share this file.

import { attribute, type GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import type { Spec } from "../spec.js";
import { attention } from "./attention.js";
import { linear, normalized, type Weights } from "./linear.js";
import { positionsOf, type Past } from "./positions.js";

/** What a training or a generation does on the way. */
export interface ForwardHooks {
  /** Told of the residual stream [batch, sequence, width] before each block. */
  readonly onBlock?: (x: Value) => void;
  /** Given the values of dropout site `site` [batch, sequence, width], counted from 0; returns those that stay. */
  readonly drop?: ((x: Value, site: number) => Value) | undefined;
  /** Positions before the ids. */
  readonly past?: Past;
}

/** Places where dropout acts, as in GPT-2 but for the attention's own weights: the embedding, and each of a block's two branches. */
export function dropoutSites({ architecture }: Spec): number {
  return 1 + 2 * architecture.layers;
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
  { onBlock = () => {}, drop = (x) => x, past }: ForwardHooks = {},
): Value {
  const positions = positionsOf(b, spec, weights, ids, past);
  const embedded = b.op("Gather", [weights["transformer.wte.weight"], ids]);
  let x = drop(positions.embedding ? b.add(embedded, positions.embedding) : embedded, 0);
  for (let layer = 0; layer < spec.architecture.layers; layer++) {
    onBlock(x);
    const at = `transformer.h.${layer}`;
    const attended = attention(
      b,
      spec,
      weights,
      `${at}.attn`,
      normalized(b, spec, weights, `${at}.ln_1`, x),
      positions,
    );
    x = b.add(x, drop(attended, 2 * layer + 1));
    const fed = feedForward(b, spec, weights, `${at}.mlp`, normalized(b, spec, weights, `${at}.ln_2`, x));
    x = b.add(x, drop(fed, 2 * layer + 2));
  }
  const head = weights["lm_head.weight"] ?? weights["transformer.wte.weight"];
  return capped(b, spec, b.matMul(normalized(b, spec, weights, "transformer.ln_f", x), head, { transB: true }));
}

function feedForward(b: GraphBuilder, spec: Spec, weights: Weights, at: string, x: Value): Value {
  const { kind } = spec.architecture.feedForward;
  const up = linear(b, weights, `${at}.c_fc`, x);
  const gate = () => linear(b, weights, `${at}.c_gate`, x);
  return linear(b, weights, `${at}.c_proj`, hidden[kind](b, up, gate));
}

type FeedForward = Spec["architecture"]["feedForward"]["kind"];

/** The hidden layer from its input: `up` is the linear map of x, `gate` a second one. */
const hidden: Readonly<Record<FeedForward, (b: GraphBuilder, up: Value, gate: () => Value) => Value>> = {
  gelu: (b, up) => b.op("Gelu", [up], { approximate: attribute.string("tanh") }),
  "relu-squared": (b, up) => {
    const positive = b.op("Relu", [up]);
    return b.mul(positive, positive);
  },
  swiglu: (b, up, gate) => b.mul(b.op("QuickGelu", [gate()], { alpha: attribute.float(1) }), up), // x·σ(x), the SiLU
};

/** cap · tanh(logits / cap): never beyond the cap (Gemma 2). */
function capped(b: GraphBuilder, { architecture: { logitSoftCap: cap } }: Spec, logits: Value): Value {
  return cap === 0 ? logits : b.scale(b.op("Tanh", [b.scale(logits, 1 / cap)]), cap);
}
