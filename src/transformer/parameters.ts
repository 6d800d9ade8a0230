// The parameters of a decoder: names and shapes as in Hugging Face's GPT-2 as far as it has them, in one flat buffer.

import { generator } from "../random.js";
import { place, totalSize, type Placed, type Row as LayoutRow } from "../layout.js";
import type { Spec } from "../spec.js";

export const VOCABULARY = 256;

type Architecture = Spec["architecture"];

interface Row extends LayoutRow {
  /** Standard deviation of the normal initial values; without one they are all `constant`. */
  readonly deviation?: number;
  readonly constant?: number;
}

export type Parameter = Row & Placed;

/**
 * All parameters in the order of the flat buffer. Linear weights are [in, out], as GPT-2's Conv1D has them; linear maps have biases with
 * layer-norm and none with rms-norm, as in GPT-2 and Llama.
 */
export function parameterLayout(spec: Spec): Parameter[] {
  const { architecture: a } = spec;
  const rows: Row[] = [embedding("transformer.wte.weight", VOCABULARY, a.width)];
  if (a.position === "learned") rows.push(embedding("transformer.wpe.weight", a.context, a.width));
  for (let layer = 0; layer < a.layers; layer++) rows.push(...block(spec, `transformer.h.${layer}`));
  rows.push(...norm("transformer.ln_f", a));
  if (!a.tieEmbeddings) {
    rows.push({ name: "lm_head.weight", shape: [VOCABULARY, a.width], deviation: DEVIATION, group: "head" });
  }
  return place(rows);
}

function block(spec: Spec, at: string): Row[] {
  const { architecture: a } = spec;
  const { heads, keyValueHeads, headWidth } = headSizes(spec);
  const hidden = hiddenSize(a);
  const residual = DEVIATION / Math.sqrt(2 * a.layers); // 2 × layers writes into the residual stream keep its variance
  const gains = a.queryKeyNormalization ? ["q_norm", "k_norm"] : [];
  return [
    ...norm(`${at}.ln_1`, a),
    ...linear(`${at}.attn.c_attn`, a, a.width, (heads + 2 * keyValueHeads) * headWidth, DEVIATION),
    ...gains.map((name) => gain(`${at}.attn.${name}.weight`, headWidth)),
    ...linear(`${at}.attn.c_proj`, a, a.width, a.width, residual),
    ...norm(`${at}.ln_2`, a),
    ...(a.feedForward.kind === "swiglu" ? linear(`${at}.mlp.c_gate`, a, a.width, hidden, DEVIATION) : []),
    ...linear(`${at}.mlp.c_fc`, a, a.width, hidden, DEVIATION),
    ...linear(`${at}.mlp.c_proj`, a, hidden, a.width, residual),
  ];
}

/** GPT-2's. */
const DEVIATION = 0.02;

export function hiddenSize({ width, feedForward }: Architecture): number {
  return Math.max(1, Math.round(feedForward.ratio * width));
}

/** Heads of queries, heads of keys and values that they share, and the width of each. */
export function headSizes({ architecture: { width, heads, keyValueHeads = heads } }: Spec) {
  return { heads, keyValueHeads, headWidth: width / heads };
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
  const { initialization } = spec.training.streams;
  const variant = initialization === 0 ? [] : [initialization];
  for (const { name, offset, size, deviation, constant } of layout) {
    if (deviation === undefined) {
      flat.fill(constant ?? 0, offset, offset + size);
      continue;
    }
    const stream = generator("initialisation", seed, name, ...variant);
    for (let i = 0; i < size; i++) flat[offset + i] = deviation * stream.normal(i);
  }
  return flat;
}

function embedding(name: string, rows: number, width: number): Row {
  return { name, shape: [rows, width], deviation: DEVIATION, group: "embedding" };
}

function norm(name: string, { normalization, width }: Architecture): Row[] {
  const bias: Row = { name: `${name}.bias`, shape: [width], constant: 0, group: "vector" };
  return [gain(`${name}.weight`, width), ...(normalization === "layer-norm" ? [bias] : [])];
}

function gain(name: string, width: number): Row {
  return { name, shape: [width], constant: 1, group: "vector" };
}

function linear(name: string, { normalization }: Architecture, from: number, to: number, deviation: number): Row[] {
  const bias: Row = { name: `${name}.bias`, shape: [to], constant: 0, group: "vector" };
  return [
    { name: `${name}.weight`, shape: [from, to], deviation, group: "matrix" },
    ...(normalization === "layer-norm" ? [bias] : []),
  ];
}
