import { describe, expect, test } from "@jest/globals";
import { execFileSync, spawnSync } from "node:child_process";
import { writeCheckpoint } from "../../src/checkpoint/checkpoint.js";
import { planOf } from "../../src/optimizer/sections.js";
import { initialState } from "../../src/optimizer/state.js";
import { parseSpec } from "../../src/spec.js";
import { inferenceModel } from "../../src/transformer/model.js";
import { initialParameters, parameterLayout } from "../../src/transformer/parameters.js";
import { evaluate } from "../support/gradient-check.js";
import { temporaryDirectories } from "../support/temporary.js";

const directory = temporaryDirectories();
const transformers = spawnSync("python3", ["-c", "import transformers, torch"]).status === 0;
const IDS = [Array.from({ length: 16 }, (_, i) => (37 * i + 11) % 256)];
const LLAMA = "normalization: rms-norm, position: rotary, keyValueHeads: 2, feedForward: {kind: swiglu, ratio: 2.5}";

describe("a checkpoint", () => {
  (transformers ? test : test.skip).each([
    ["GPT2LMHeadModel", ""],
    ["GPT2LMHeadModel", "tieEmbeddings: true"],
    ["LlamaForCausalLM", LLAMA],
  ])("is loaded by transformers unchanged, with the same logits: %s {%s} [needs transformers]", async (name, more) => {
    const spec = parseSpec(`architecture: {context: 16, width: 32, layers: 2, heads: 4, ${more}}`);
    const parameters = initialParameters(spec, 3).map((x) => 5 * x);
    const input = { type: "int64" as const, shape: [1, 16], data: BigInt64Array.from(IDS[0], BigInt) };
    const { logits } = await evaluate(inferenceModel(spec, parameters).graph, { input_ids: input });
    const path = directory();
    const state = initialState(parameters, parameterLayout(spec), planOf(spec));
    await writeCheckpoint(path, { spec, seed: 1, steps: 1, corpusSha256: "" }, state);
    const answer = execFileSync("python3", ["test/fixtures/transformers_logits.py", path, JSON.stringify(IDS)], {
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    const found = JSON.parse(answer) as { readonly class: string; readonly logits: readonly number[] };
    expect(found.class).toBe(name);
    const apart = found.logits.map((x, i) => Math.abs(x - (logits.data as Float32Array)[i]));
    expect(Math.max(...apart)).toBeLessThan(1e-3);
  });
});
