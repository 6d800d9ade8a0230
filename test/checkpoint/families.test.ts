import { describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readCheckpoint, readParameters, writeCheckpoint } from "../../src/checkpoint/checkpoint.js";
import { readSafetensors } from "../../src/checkpoint/safetensors.js";
import { initialState } from "../../src/optimizer/state.js";
import { planOf } from "../../src/optimizer/sections.js";
import { parseSpec, type Spec } from "../../src/spec.js";
import { initialParameters, parameterLayout } from "../../src/transformer/parameters.js";
import { temporaryDirectories } from "../support/temporary.js";

const directory = temporaryDirectories();

const stateOf = (spec: Spec) => initialState(initialParameters(spec, 5), parameterLayout(spec), planOf(spec));
const identityOf = (spec: Spec) => ({ spec, seed: 3, steps: 40, corpusSha256: "ab" });

async function written(spec: Spec): Promise<string> {
  const path = directory();
  await writeCheckpoint(path, identityOf(spec), stateOf(spec));
  return path;
}

describe("a checkpoint in the layout of transformers", () => {
  const gpt2 = parseSpec("architecture: {context: 8, width: 8, layers: 1, heads: 2}");
  const shape = "context: 8, width: 8, layers: 1, heads: 4, keyValueHeads: 2, normalization: rms-norm";
  const llama = parseSpec(`architecture: {${shape}, position: rotary, feedForward: {kind: swiglu, ratio: 2}}`);
  const mixed = parseSpec(
    `architecture: {${shape}, position: learned, queryKeyNormalization: true, tieEmbeddings: true}`,
  );
  const files = (path: string) => ({
    config: JSON.parse(readFileSync(join(path, "config.json"), "utf8")) as Record<string, unknown>,
    tensors: readSafetensors(readFileSync(join(path, "model.safetensors")), "model.safetensors").tensors,
  });

  test("has GPT-2's configuration", async () => {
    const { config } = files(await written(gpt2));
    expect(config).toMatchObject({ architectures: ["GPT2LMHeadModel"], model_type: "gpt2", n_positions: 8, n_embd: 8 });
    expect(config).toMatchObject({
      n_layer: 1,
      n_head: 2,
      n_inner: 32,
      activation_function: "gelu_new",
      vocab_size: 256,
    });
  });

  test("has Llama's configuration, names and shapes", async () => {
    const { config, tensors } = files(await written(llama));
    expect(config).toMatchObject({
      architectures: ["LlamaForCausalLM"],
      model_type: "llama",
      hidden_size: 8,
      head_dim: 2,
    });
    expect(config).toMatchObject({
      num_attention_heads: 4,
      num_key_value_heads: 2,
      intermediate_size: 16,
      rope_theta: 10_000,
    });
    expect([...tensors].map(([name, tensor]) => `${name} ${tensor.shape.join("x")}`).toSorted()).toEqual([
      "lm_head.weight 256x8",
      "model.embed_tokens.weight 256x8",
      "model.layers.0.input_layernorm.weight 8",
      "model.layers.0.mlp.down_proj.weight 8x16",
      "model.layers.0.mlp.gate_proj.weight 16x8",
      "model.layers.0.mlp.up_proj.weight 16x8",
      "model.layers.0.post_attention_layernorm.weight 8",
      "model.layers.0.self_attn.k_proj.weight 4x8",
      "model.layers.0.self_attn.o_proj.weight 8x8",
      "model.layers.0.self_attn.q_proj.weight 8x8",
      "model.layers.0.self_attn.v_proj.weight 4x8",
      "model.norm.weight 8",
    ]);
  });

  test("names no class where a model is a mix of both, and keeps the names", async () => {
    const { config, tensors } = files(await written(mixed));
    expect(config).toMatchObject({ model_type: "axon", nearest_model_type: "llama" });
    expect(config).not.toHaveProperty("architectures");
    expect(config).not.toHaveProperty("rope_theta");
    expect(config["hidden_act"]).toBe("gelu_new");
    expect([...tensors.keys()]).toEqual(
      expect.arrayContaining(["model.embed_positions.weight", "model.layers.0.self_attn.q_norm.weight"]),
    );
    expect(tensors.has("lm_head.weight")).toBe(false);
  });

  test.each([
    ["Llama", llama],
    ["a mix", mixed],
  ])("is read back to the last bit: %s", async (_, of) => {
    const path = await written(of);
    expect(await readCheckpoint(path)).toEqual({ identity: identityOf(of), state: stateOf(of) });
    expect(await readParameters(path, of)).toEqual(initialParameters(of, 5));
  });
});
