import { describe, expect, test } from "@jest/globals";
import { CachedDecoder } from "../../src/generation/cached-decoder.js";
import { generate, type Decoder } from "../../src/generation/generate.js";
import { writeOnnx } from "../../src/graph/write-onnx.js";
import { generator } from "../../src/random.js";
import { createSession } from "../../src/runtime/session.js";
import { parseSpec, type Spec } from "../../src/spec.js";
import { inferenceModel } from "../../src/transformer/model.js";
import { parameterCount } from "../../src/transformer/parameters.js";

const SPECS = (
  [
    ["like GPT-2", ""],
    ["with tied embeddings", "tieEmbeddings: true"],
    ["like Llama", "normalization: rms-norm, position: rotary, feedForward: {kind: swiglu, ratio: 2}"],
    ["with shared keys and values", "keyValueHeads: 2, position: rotary"],
    ["with one head of keys for all", "keyValueHeads: 1, normalization: rms-norm"],
    ["with squared ReLU and capped logits", "feedForward: {kind: relu-squared}, logitSoftCap: 5"],
    ["with normalised queries and keys", "queryKeyNormalization: true, position: rotary, keyValueHeads: 2"],
  ] as const
).map(
  ([name, more]) => [name, parseSpec(`architecture: {context: 24, width: 16, layers: 2, heads: 4, ${more}}`)] as const,
);

/** Far from a fresh model's, whose logits are nearly flat. */
function someParameters(spec: Spec): Float32Array {
  const stream = generator("parameters");
  return Float32Array.from({ length: parameterCount(spec) }, (_, i) => 0.3 * stream.normal(i));
}

const bytesOf = (length: number) => {
  const stream = generator("bytes");
  return Array.from({ length }, (_, i) => stream.uint32(i) & 255);
};

/** Runs the exported model over everything read so far, every time. */
async function uncached(spec: Spec, parameters: Float32Array): Promise<Decoder> {
  const session = await createSession(writeOnnx(inferenceModel(spec, parameters)), { threads: 1 });
  let all: number[] = [];
  return {
    context: spec.architecture.context,
    read: async (bytes) => {
      all.push(...bytes);
      const ids = { type: "int64", shape: [1, all.length], data: BigInt64Array.from(all, BigInt) } as const;
      const { logits } = await session.run({ input_ids: ids });
      return (logits.data as Float32Array).slice(-256);
    },
    clear: () => void (all = []),
  };
}

/** What two decoders make of the same reads: the largest difference of their logits, and how large logits are. */
async function compare(spec: Spec, reads: readonly number[][]): Promise<{ apart: number; size: number }> {
  const parameters = someParameters(spec);
  const [cached, plain] = [await CachedDecoder.open(spec, parameters, 1), await uncached(spec, parameters)];
  let [apart, size] = [0, 0];
  for (const bytes of reads) {
    const [found, expected] = [await cached.read(bytes), await plain.read(bytes)];
    expect(found).toHaveLength(256);
    apart = Math.max(apart, ...found.map((logit, i) => Math.abs(logit - expected[i])));
    size = Math.max(size, ...expected.map(Math.abs));
  }
  await cached.close();
  return { apart, size };
}

describe.each(SPECS)("a decoder with a cache, %s", (_, spec) => {
  const { context } = spec.architecture;

  test("has the exported model's logits at every position, byte by byte", async () => {
    const { apart, size } = await compare(
      spec,
      bytesOf(context).map((byte) => [byte]),
    );
    expect(size).toBeGreaterThan(1);
    expect(apart).toBeLessThan(1e-5);
  });

  test("has them whatever is read at once", async () => {
    const bytes = bytesOf(context);
    const { apart } = await compare(spec, [bytes.slice(0, 7), bytes.slice(7, 8), bytes.slice(8, 20), bytes.slice(20)]);
    expect(apart).toBeLessThan(1e-5);
  });

  test("generates the text of the exported model far beyond the context", async () => {
    const parameters = someParameters(spec);
    const request = { prompt: Uint8Array.from(bytesOf(5)), tokens: 4 * context, seed: 3, temperature: 0.7 };
    const textOf = async (decoder: Decoder) => {
      const text: number[] = [];
      for await (const byte of generate(decoder, request)) text.push(byte);
      return text;
    };
    const cached = await CachedDecoder.open(spec, parameters, 1);
    const text = await textOf(cached);
    expect(text).toEqual(await textOf(await uncached(spec, parameters)));
    expect(new Set(text).size).toBeGreaterThan(10);
    cached.clear();
    expect(await textOf(cached)).toEqual(text);
    await cached.close();
  });
});
