// Linear maps and normalisations by the names of their parameters.

import { attribute, type GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import type { Spec } from "../spec.js";

/** Parameters by their layout name. */
export type Weights = Readonly<Record<string, Value>>;

/** Of both normalisations, as Hugging Face's configurations name it. */
export const EPSILON = 1e-5;

/** x·W, plus a bias where the layout has one. */
export function linear(b: GraphBuilder, weights: Weights, at: string, x: Value): Value {
  const product = b.matMul(x, weights[`${at}.weight`]);
  const bias = weights[`${at}.bias`];
  return bias ? b.add(product, bias) : product;
}

/** The spec's normalisation over the last axis. */
export function normalized(b: GraphBuilder, { architecture }: Spec, weights: Weights, at: string, x: Value): Value {
  if (architecture.normalization === "rms-norm") return rmsNormalized(b, weights, at, x);
  const inputs = [x, weights[`${at}.weight`], weights[`${at}.bias`]];
  return b.op("LayerNormalization", inputs, { axis: attribute.int(-1), epsilon: attribute.float(EPSILON) });
}

/** x / √(mean(x²) + ε) · gain over the last axis (Zhang & Sennrich 2019). */
export function rmsNormalized(b: GraphBuilder, weights: Weights, at: string, x: Value): Value {
  const attributes = { axis: attribute.int(-1), epsilon: attribute.float(EPSILON) };
  return b.op("SimplifiedLayerNormalization", [x, weights[`${at}.weight`]], attributes);
}
