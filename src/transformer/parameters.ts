// The parameters of a decoder: names and shapes as in Hugging Face's GPT-2, in one flat buffer.

import { generator } from "../random.js";
import { place, totalSize, type Placed, type Row as LayoutRow } from "../layout.js";
import type { Spec } from "../spec.js";

export const VOCABULARY = 256;

interface Row extends LayoutRow {
  /** Standard deviation of the normal initial values; without one they are all `constant`. */
  readonly deviation?: number;
  readonly constant?: number;
}

export type Parameter = Row & Placed;

/** All parameters in the order of the flat buffer. Linear weights are [in, out], as GPT-2's Conv1D has them. */
export function parameterLayout({ architecture: a }: Spec): Parameter[] {
  const hidden = hiddenSize(a);
  const residual = DEVIATION / Math.sqrt(2 * a.layers); // 2 × layers writes into the residual stream keep its variance
  const rows: Row[] = [
    embedding("transformer.wte.weight", VOCABULARY, a.width),
    embedding("transformer.wpe.weight", a.context, a.width),
  ];
  for (let layer = 0; layer < a.layers; layer++) {
    const at = `transformer.h.${layer}`;
    rows.push(
      ...norm(`${at}.ln_1`, a.width),
      ...linear(`${at}.attn.c_attn`, a.width, 3 * a.width, DEVIATION),
      ...linear(`${at}.attn.c_proj`, a.width, a.width, residual),
      ...norm(`${at}.ln_2`, a.width),
      ...linear(`${at}.mlp.c_fc`, a.width, hidden, DEVIATION),
      ...linear(`${at}.mlp.c_proj`, hidden, a.width, residual),
    );
  }
  rows.push(...norm("transformer.ln_f", a.width));
  if (!a.tieEmbeddings) {
    rows.push({ name: "lm_head.weight", shape: [VOCABULARY, a.width], deviation: DEVIATION, group: "head" });
  }
  return place(rows);
}

/** GPT-2's. */
const DEVIATION = 0.02;

export function hiddenSize({ width, feedForward }: Spec["architecture"]): number {
  return Math.max(1, Math.round(feedForward.ratio * width));
}

export function parameterCount(spec: Spec): number {
  return totalSize(parameterLayout(spec));
}

/** Training FLOPs per token: forward and backward of all products, attention's full square included. */
export function flopsPerToken(spec: Spec): number {
  const { layers, width, context } = spec.architecture;
  return 6 * parameterCount(spec) + 12 * layers * width * context;
}

/**
 * Fresh parameters. Each one draws from a stream of its own name, so that two specs start alike wherever they agree:
 * that keeps paired trainings paired.
 */
export function initialParameters(spec: Spec, seed: number): Float32Array {
  const layout = parameterLayout(spec);
  const flat = new Float32Array(parameterCount(spec));
  for (const { name, offset, size, deviation, constant } of layout) {
    if (deviation === undefined) {
      flat.fill(constant ?? 0, offset, offset + size);
      continue;
    }
    const stream = generator("initialisation", seed, name);
    for (let i = 0; i < size; i++) flat[offset + i] = deviation * stream.normal(i);
  }
  return flat;
}

function embedding(name: string, rows: number, width: number): Row {
  return { name, shape: [rows, width], deviation: DEVIATION, group: "embedding" };
}

function norm(name: string, width: number): Row[] {
  return [
    { name: `${name}.weight`, shape: [width], constant: 1, group: "vector" },
    { name: `${name}.bias`, shape: [width], constant: 0, group: "vector" },
  ];
}

function linear(name: string, from: number, to: number, deviation: number): Row[] {
  return [
    { name: `${name}.weight`, shape: [from, to], deviation, group: "matrix" },
    { name: `${name}.bias`, shape: [to], constant: 0, group: "vector" },
  ];
}
