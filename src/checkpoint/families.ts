// How a model is written for others: configuration and tensors of the nearest family of Hugging Face's transformers.
// With layer-norm that is GPT-2, with rms-norm Llama. What neither family has keeps the same names, and the configuration names no class.

import type { Spec } from "../spec.js";
import { EPSILON } from "../transformer/linear.js";
import { headSizes, hiddenSize, parameterLayout, VOCABULARY, type Parameter } from "../transformer/parameters.js";
import { ROTARY_BASE } from "../transformer/positions.js";

/** A tensor of model.safetensors, and where its elements lie in the flat buffer. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly parameter: Parameter;
  /** Columns of the parameter whose transpose is stored: PyTorch's Linear is [out, in]. Without them it is stored as it is. */
  readonly columns?: readonly [from: number, to: number];
}

/** In the order of the flat buffer. */
export function storedTensors(spec: Spec): StoredTensor[] {
  const layout = parameterLayout(spec);
  if (spec.architecture.normalization === "rms-norm")
    return layout.flatMap((parameter) => llamaTensors(spec, parameter));
  return layout.map((parameter) => ({ name: parameter.name, shape: parameter.shape, parameter }));
}

/** What of a flat buffer a tensor holds. */
export function stored(flat: Float32Array, { parameter, columns }: StoredTensor): Float32Array {
  const { offset, size, shape } = parameter;
  if (!columns) return flat.subarray(offset, offset + size);
  const [rows, width] = shape as [number, number];
  const [from, to] = columns;
  const out = new Float32Array((to - from) * rows);
  for (let column = from; column < to; column++) {
    for (let row = 0; row < rows; row++) out[(column - from) * rows + row] = flat[offset + row * width + column];
  }
  return out;
}

/** Puts a tensor's elements where they belong in a flat buffer. */
export function restore(flat: Float32Array, { parameter, columns }: StoredTensor, data: Float32Array): void {
  const { offset, shape } = parameter;
  if (!columns) return flat.set(data, offset);
  const [rows, width] = shape as [number, number];
  const [from, to] = columns;
  for (let column = from; column < to; column++) {
    for (let row = 0; row < rows; row++) flat[offset + row * width + column] = data[(column - from) * rows + row];
  }
}

/** The keys that transformers reads. */
export function familyConfig(spec: Spec): Record<string, unknown> {
  const { architecture: a } = spec;
  const common = {
    vocab_size: VOCABULARY,
    tie_word_embeddings: a.tieEmbeddings,
    bos_token_id: null,
    eos_token_id: null,
  };
  const llama = a.normalization === "rms-norm";
  const [className, type] = llama ? ["LlamaForCausalLM", "llama"] : ["GPT2LMHeadModel", "gpt2"];
  const known = llama
    ? a.position === "rotary" && a.feedForward.kind === "swiglu"
    : a.position === "learned" && a.feedForward.kind === "gelu" && headSizes(spec).keyValueHeads === a.heads;
  const pure = known && !a.queryKeyNormalization && a.logitSoftCap === 0;
  return {
    ...(pure ? { architectures: [className], model_type: type } : { model_type: "axon", nearest_model_type: type }),
    ...common,
    ...(llama ? llamaConfig(spec) : gpt2Config(spec)),
  };
}

/** As transformers calls them. */
const ACTIVATIONS: Readonly<Record<Spec["architecture"]["feedForward"]["kind"], string>> = {
  gelu: "gelu_new",
  "relu-squared": "relu2",
  swiglu: "silu",
};

function gpt2Config({ architecture: a, training }: Spec): Record<string, unknown> {
  return {
    n_positions: a.context,
    n_embd: a.width,
    n_layer: a.layers,
    n_head: a.heads,
    n_inner: hiddenSize(a),
    activation_function: ACTIVATIONS[a.feedForward.kind],
    layer_norm_epsilon: EPSILON,
    resid_pdrop: training.dropout,
    embd_pdrop: training.dropout,
    attn_pdrop: 0,
  };
}

function llamaConfig(spec: Spec): Record<string, unknown> {
  const { architecture: a } = spec;
  const { heads, keyValueHeads, headWidth } = headSizes(spec);
  return {
    hidden_size: a.width,
    intermediate_size: hiddenSize(a),
    num_hidden_layers: a.layers,
    num_attention_heads: heads,
    num_key_value_heads: keyValueHeads,
    head_dim: headWidth,
    hidden_act: ACTIVATIONS[a.feedForward.kind],
    max_position_embeddings: a.context,
    rms_norm_eps: EPSILON,
    ...(a.position === "rotary" && { rope_theta: ROTARY_BASE }),
    attention_bias: false,
    attention_dropout: 0,
    mlp_bias: false,
  };
}

/** Llama's names by ours, below the model and below one of its layers. */
const OUTSIDE: Readonly<Record<string, string>> = {
  "transformer.wte.weight": "model.embed_tokens.weight",
  "transformer.wpe.weight": "model.embed_positions.weight",
  "transformer.ln_f.weight": "model.norm.weight",
};
const INSIDE: Readonly<Record<string, string>> = {
  "ln_1.weight": "input_layernorm.weight",
  "ln_2.weight": "post_attention_layernorm.weight",
  "attn.q_norm.weight": "self_attn.q_norm.weight",
  "attn.k_norm.weight": "self_attn.k_norm.weight",
  "attn.c_proj.weight": "self_attn.o_proj.weight",
  "mlp.c_gate.weight": "mlp.gate_proj.weight",
  "mlp.c_fc.weight": "mlp.up_proj.weight",
  "mlp.c_proj.weight": "mlp.down_proj.weight",
};

function llamaTensors(spec: Spec, parameter: Parameter): StoredTensor[] {
  const [, layer, inside] = /^transformer\.h\.(\d+)\.(.+)$/.exec(parameter.name) ?? [];
  if (inside === undefined)
    return [{ name: OUTSIDE[parameter.name] ?? parameter.name, shape: parameter.shape, parameter }];
  const at = `model.layers.${layer}`;
  if (inside === "attn.c_attn.weight") {
    const { heads, keyValueHeads, headWidth } = headSizes(spec);
    const [q, k] = [heads * headWidth, keyValueHeads * headWidth];
    return [
      transposed(parameter, `${at}.self_attn.q_proj.weight`, 0, q),
      transposed(parameter, `${at}.self_attn.k_proj.weight`, q, q + k),
      transposed(parameter, `${at}.self_attn.v_proj.weight`, q + k, q + 2 * k),
    ];
  }
  const name = `${at}.${INSIDE[inside]}`;
  const { shape } = parameter;
  return [shape.length === 1 ? { name, shape, parameter } : transposed(parameter, name, 0, shape[1])];
}

function transposed(parameter: Parameter, name: string, from: number, to: number): StoredTensor {
  return { name, shape: [to - from, parameter.shape[0]], parameter, columns: [from, to] };
}
