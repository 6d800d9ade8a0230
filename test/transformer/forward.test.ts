import { describe, expect, test } from "@jest/globals";
import { parseSpec, type Spec } from "../../src/spec.js";
import { GraphBuilder } from "../../src/graph/builder.js";
import { forward } from "../../src/transformer/forward.js";
import { inferenceModel } from "../../src/transformer/model.js";
import { flopsPerToken, initialParameters, parameterCount, parameterLayout } from "../../src/transformer/parameters.js";
import { evaluate, gradientError, values } from "../support/gradient-check.js";

const TINY = parseSpec(
  "architecture: {context: 8, width: 8, layers: 2, heads: 2, feedForward: {ratio: 2}}\ntraining: {batch: 2}",
);
const TIED = parseSpec(
  "architecture: {context: 8, width: 8, layers: 1, heads: 2, tieEmbeddings: true}\ntraining: {batch: 2}",
);

const small = (more: string) => parseSpec(`architecture: {context: 8, width: 8, layers: 1, heads: 4, ${more}}`);
const VARIANTS: readonly (readonly [string, Spec])[] = [
  ["untied", TINY],
  ["tied", TIED],
  ["as Llama", small("normalization: rms-norm, position: rotary, feedForward: {kind: swiglu, ratio: 2}")],
  ["with shared keys and values", small("keyValueHeads: 2, position: rotary")],
  ["with one head of keys for all", small("keyValueHeads: 1, normalization: rms-norm")],
  ["with a cap", small("logitSoftCap: 5")],
  [
    "with normalised queries and keys",
    parseSpec(
      "architecture: {context: 8, width: 16, layers: 1, heads: 2, queryKeyNormalization: true, position: rotary, keyValueHeads: 1}",
    ),
  ],
];

const ids = (batch: number, sequence: number) => ({
  type: "int64" as const,
  shape: [batch, sequence],
  data: BigInt64Array.from({ length: batch * sequence }, (_, i) => BigInt((i * 37 + 11) % 256)),
});

describe("the decoder", () => {
  test.each(VARIANTS)("has the gradient that finite differences give, %s", async (_, spec) => {
    const layout = parameterLayout(spec).filter(
      ({ name }) => !name.endsWith("wte.weight") && !name.startsWith("lm_head"),
    );
    const start = initialParameters(spec, 3);
    const table = parameterLayout(spec)[0];
    const error = await gradientError({
      type: "float32",
      inputs: layout.map(({ name, shape, offset, size }) => ({
        shape,
        data: values(size, name).map((x, i) => start[offset + i] + 0.3 * x), // far from the flat start
      })),
      build: (b, inputs) => {
        const weights = Object.fromEntries(layout.map(({ name }, i) => [name, inputs[i]]));
        const data = Float32Array.from(values(table.size, "table"));
        weights["transformer.wte.weight"] = b.constant({ type: "float32", shape: table.shape, data });
        const tokens = b.initializer("tokens", ids(2, 8));
        const logits = forward(b, spec, weights, tokens);
        return logits;
      },
    });
    expect(error).toBeLessThan(1e-2);
  });

  test("counts its parameters and FLOPs as the definition says", () => {
    const spec = parseSpec("architecture: {context: 128, width: 128, layers: 4, heads: 4}");
    const [v, t, d, layers] = [256, 128, 128, 4];
    const block = 2 * d + (3 * d * d + 3 * d) + (d * d + d) + 2 * d + (4 * d * d + 4 * d) + (4 * d * d + d);
    const total = v * d + t * d + layers * block + 2 * d + v * d;
    expect(parameterCount(spec)).toBe(total);
    expect(flopsPerToken(spec)).toBe(6 * total + 12 * layers * d * t);
  });

  test.each(VARIANTS)(
    "gives the same logits for a prefix as for the whole sequence, at any batch, %s",
    async (_, spec) => {
      const model = inferenceModel(spec, initialParameters(spec, 1));
      const whole = await evaluate(model.graph, { input_ids: ids(1, 8) });
      const prefix = await evaluate(model.graph, { input_ids: { ...ids(1, 5), data: ids(1, 8).data.slice(0, 5) } });
      const twice = await evaluate(model.graph, {
        input_ids: { ...ids(2, 8), data: BigInt64Array.from([...ids(1, 8).data, ...ids(1, 8).data]) },
      });
      expect(whole.logits.shape).toEqual([1, 8, 256]);
      const close = (a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>) =>
        Math.max(...Array.from({ length: a.length }, (_x, i) => Math.abs(Number(a[i]) - Number(b[i]))));
      expect(close(prefix.logits.data, whole.logits.data)).toBeLessThan(1e-6);
      expect(close(whole.logits.data, twice.logits.data.subarray(0, 8 * 256))).toBeLessThan(1e-6);
    },
  );

  test("has no biases, no table of positions and a third matrix where it is as Llama", () => {
    const names = parameterLayout(VARIANTS[2][1]).map(({ name, shape }) => `${name} ${shape.join("x")}`);
    expect(names).toEqual([
      "transformer.wte.weight 256x8",
      "transformer.h.0.ln_1.weight 8",
      "transformer.h.0.ln_2.weight 8",
      "transformer.ln_f.weight 8",
      "transformer.h.0.attn.c_attn.weight 8x24",
      "transformer.h.0.attn.c_proj.weight 8x8",
      "transformer.h.0.mlp.c_gate.weight 8x16",
      "transformer.h.0.mlp.c_fc.weight 8x16",
      "transformer.h.0.mlp.c_proj.weight 16x8",
      "lm_head.weight 256x8",
    ]);
  });

  test("takes queries in blocks, of any length, and in no more than 16 of them", () => {
    const blocks = (more: string) => {
      const spec = parseSpec(`architecture: {width: 64, layers: 1, ${more}}`);
      const { context } = spec.architecture;
      const b = new GraphBuilder("blocks");
      const weights = Object.fromEntries(
        parameterLayout(spec).map(({ name, shape }) => [name, b.input(name, "float32", shape)]),
      );
      forward(b, spec, weights, b.input("ids", "int64", [1, context]));
      return b.nodes.filter(({ opType }) => opType === "Softmax").length;
    };
    expect(blocks("context: 64, heads: 2")).toBe(1);
    expect(blocks("context: 200, heads: 2")).toBe(4);
    expect(blocks("context: 256, heads: 64, keyValueHeads: 1")).toBe(8);
    expect(blocks("context: 4096, heads: 2")).toBe(16);
  });

  test("gives the same logits in blocks, the last one shorter, as the exported model in one", async () => {
    const spec = parseSpec(
      "architecture: {context: 70, width: 8, layers: 2, heads: 4, keyValueHeads: 2, position: rotary}",
    );
    const parameters = initialParameters(spec, 1).map((x) => 10 * x);
    const b = new GraphBuilder("blocks");
    const weights = Object.fromEntries(
      parameterLayout(spec).map(({ name, shape, offset, size }) => [
        name,
        b.initializer(name, { type: "float32", shape, data: parameters.subarray(offset, offset + size) }),
      ]),
    );
    const logits = forward(b, spec, weights, b.input("input_ids", "int64", [2, 70]));
    const feeds = { input_ids: ids(2, 70) };
    const inBlocks = (await evaluate(b.build({ logits }), feeds)).logits.data as Float32Array;
    const inOne = (await evaluate(inferenceModel(spec, parameters).graph, feeds)).logits.data as Float32Array;
    expect(Math.max(...inOne.map(Math.abs))).toBeGreaterThan(0.5);
    expect(inBlocks.reduce((most, x, i) => Math.max(most, Math.abs(x - inOne[i])), 0)).toBeLessThan(1e-5);
  });

  test("has logits within their cap", async () => {
    const capped = VARIANTS[5][1];
    const loud = initialParameters(capped, 1).map((x) => 50 * x);
    const { logits } = await evaluate(inferenceModel(capped, loud).graph, { input_ids: ids(1, 8) });
    const largest = Math.max(...Array.from(logits.data as Float32Array, Math.abs));
    expect(largest).toBeGreaterThan(4);
    expect(largest).toBeLessThan(5.00001);
  });

  test("starts alike wherever two specs agree, whatever else differs", () => {
    const deeper = parseSpec("architecture: {context: 8, width: 8, layers: 3, heads: 2, feedForward: {ratio: 2}}");
    const part = (spec: typeof TINY, name: string) => {
      const { offset, size } = parameterLayout(spec).find((parameter) => parameter.name === name)!;
      return initialParameters(spec, 5).subarray(offset, offset + size);
    };
    for (const name of ["transformer.wte.weight", "transformer.h.1.attn.c_attn.weight", "lm_head.weight"]) {
      expect(part(deeper, name)).toEqual(part(TINY, name));
    }
    expect(initialParameters(TINY, 6)).not.toEqual(initialParameters(TINY, 5));
  });
});
