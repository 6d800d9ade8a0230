// Clipping and AdamW over one flat buffer: a handful of nodes, whatever the number of parameters.

import { attribute, type GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import type { Spec } from "../spec.js";

export interface OptimizerState {
  readonly parameters: Value;
  readonly firstMoment: Value;
  readonly secondMoment: Value;
}

export interface OptimizerInputs {
  readonly learningRate: Value;
  /** 1 − β₁ᵗ and 1 − β₂ᵗ at step t, counted from 1. */
  readonly correction1: Value;
  readonly correction2: Value;
  readonly decay: Value;
}

/** g · min(1, bound / (‖g‖ + 1e-6)), as PyTorch's clip_grad_norm_ does. */
export function clip(b: GraphBuilder, g: Value, bound: number): { clipped: Value; norm: Value } {
  const norm = b.op("ReduceL2", [g, null], { keepdims: attribute.int(0) });
  const factor = b.op("Min", [b.scalar(1, g), b.div(b.scalar(bound, g), b.add(norm, b.scalar(1e-6, g)))]);
  return { clipped: b.mul(g, factor), norm };
}

/** Loshchilov & Hutter, "Decoupled weight decay regularization", in PyTorch's form. */
export function adamW(
  b: GraphBuilder,
  { parameters, firstMoment, secondMoment }: OptimizerState,
  g: Value,
  { learningRate, correction1, correction2, decay }: OptimizerInputs,
  { beta1, beta2, epsilon, weightDecay }: Spec["optimizer"],
): OptimizerState {
  const m = b.add(b.scale(firstMoment, beta1), b.scale(g, 1 - beta1));
  const v = b.add(b.scale(secondMoment, beta2), b.scale(b.mul(g, g), 1 - beta2));
  const rate = b.div(learningRate, correction1);
  const root = b.add(b.op("Sqrt", [b.div(v, correction2)]), b.scalar(epsilon, v));
  const shrink = b.sub(b.scalar(1, decay), b.mul(decay, b.scale(learningRate, weightDecay)));
  const next = b.sub(b.mul(parameters, shrink), b.mul(rate, b.div(m, root)));
  return { parameters: next, firstMoment: m, secondMoment: v };
}
