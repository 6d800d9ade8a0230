// Clipping and AdamW over one flat buffer: a handful of nodes, whatever the number of parameters, in few passes over memory.

import { attribute, type GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import type { Spec } from "../spec.js";

export interface OptimizerState {
  readonly parameters: Value;
  /** Sums, not means: mₜ / (1 − β₁) and vₜ / (1 − β₂), which take a pass less each to update. */
  readonly firstMoment: Value;
  readonly secondMoment: Value;
}

/** g · min(1, bound / (‖g‖ + 1e-6)), as PyTorch's clip_grad_norm_ does. */
export function clip(b: GraphBuilder, g: Value, bound: number): { clipped: Value; norm: Value } {
  const norm = b.op("ReduceL2", [g, null], { keepdims: attribute.int(0) });
  const factor = b.op("Min", [b.scalar(1, g), b.div(b.scalar(bound, g), b.add(norm, b.scalar(1e-6, g)))]);
  return { clipped: b.mul(g, factor), norm };
}

/**
 * The numbers that change from step to step (t counted from 1), computed in double precision outside the graph:
 * rate · (1 − β₁)/(1 − β₁ᵗ) ÷ √((1 − β₂)/(1 − β₂ᵗ)), the ε that belongs to unscaled √v, and the learning rate itself.
 */
export function stepScalars(
  step: number,
  learningRate: number,
  { beta1, beta2, epsilon }: Spec["optimizer"],
): readonly [number, number, number] {
  const first = (1 - beta1) / (1 - beta1 ** step);
  const root = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
  return [(learningRate * first) / root, epsilon / root, learningRate];
}

/**
 * Loshchilov & Hutter, "Decoupled weight decay regularization", in PyTorch's form:
 * p − rate · m̂/(√v̂ + ε) − rate · decay · p.
 */
export function adamW(
  b: GraphBuilder,
  { parameters, firstMoment, secondMoment }: OptimizerState,
  g: Value,
  [scaledRate, scaledEpsilon, learningRate]: readonly Value[],
  decay: Value,
  { beta1, beta2 }: Spec["optimizer"],
): OptimizerState {
  const m = b.add(b.scale(firstMoment, beta1), g);
  const v = b.add(b.scale(secondMoment, beta2), b.mul(g, g));
  const update = b.mul(b.div(m, b.add(b.op("Sqrt", [v]), scaledEpsilon)), scaledRate);
  const shrink = b.sub(b.scalar(1, decay), b.mul(decay, learningRate));
  const next = b.sub(b.mul(parameters, shrink), update);
  return { parameters: next, firstMoment: m, secondMoment: v };
}
