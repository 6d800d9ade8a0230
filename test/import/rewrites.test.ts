import { describe, expect, test } from "@jest/globals";
import { attribute } from "../../src/graph/builder.js";
import type { Attribute, Node } from "../../src/graph/graph.js";
import { node as named } from "../graph/models.js";
import { bothWays, long, longs, random, tensor, type Small } from "./both-ways.js";

const { int, ints, float: real, string } = attribute;
const microsoft = (node: Node): Node => ({ ...node, domain: "com.microsoft" });
const one = (opType: string, inputs: string[], attributes: Record<string, Attribute> = {}, outputs = ["y"]): Node =>
  named(opType, inputs, outputs, attributes);

/** One node over `feeds`, whose outputs are all compared. */
const single = (title: string, node: Node, small: Omit<Small, "nodes" | "outputs">): readonly [string, Small] => [
  `${title}, operator set ${small.opset ?? 22}`,
  { nodes: [node], outputs: node.outputs.filter((name) => name !== ""), ...small },
];

const x = random("x", 2, 3, 4);
const REDUCTIONS = ["Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "SumSquare", "LogSumExp"] as const;

/** The same computation in older operator sets. */
const OLDER: readonly (readonly [string, Small])[] = [
  single("Squeeze", one("Squeeze", ["x"], { axes: ints([0, -1]) }), { feeds: { x: random("x", 1, 3, 1) }, opset: 11 }),
  single("Squeeze of all", one("Squeeze", ["x"]), { feeds: { x: random("x", 1, 3, 1) }, opset: 11 }),
  single("Squeeze", one("Squeeze", ["x", "axes"]), {
    feeds: { x: random("x", 1, 3, 1) },
    initializers: { axes: longs(0) },
    opset: 13,
  }),
  single("Unsqueeze", one("Unsqueeze", ["x"], { axes: ints([0, -1]) }), { feeds: { x }, opset: 11 }),
  single("Unsqueeze", one("Unsqueeze", ["x", "axes"]), { feeds: { x }, initializers: { axes: longs(1, -1) } }),
  ...REDUCTIONS.flatMap((name) => [
    single(`Reduce${name}`, one(`Reduce${name}`, ["x"], { axes: ints([1, -1]) }), { feeds: { x }, opset: 11 }),
    single(`Reduce${name}`, one(`Reduce${name}`, ["x", "axes"], { keepdims: int(0) }), {
      feeds: { x },
      initializers: { axes: longs(-1) },
      opset: 18,
    }),
    single(`Reduce${name} of all`, one(`Reduce${name}`, ["x"], { keepdims: int(0) }), { feeds: { x } }),
  ]),
  single("ReduceSum", one("ReduceSum", ["x", "axes"]), { feeds: { x }, initializers: { axes: longs(0) }, opset: 13 }),
  single("ReduceMean of nothing", one("ReduceMean", ["x"], { noop_with_empty_axes: int(1) }), { feeds: { x } }),
  ...["Softmax", "LogSoftmax"].flatMap((op) => [
    single(`${op} over the rest`, one(op, ["x"]), { feeds: { x }, opset: 11 }),
    single(`${op} over everything`, one(op, ["x"], { axis: int(0) }), { feeds: { x }, opset: 12 }),
    single(`${op} over the last`, one(op, ["x"], { axis: int(-1) }), { feeds: { x }, opset: 11 }),
    single(`${op} over the last`, one(op, ["x"]), { feeds: { x }, opset: 13 }),
    single(`${op} over the middle`, one(op, ["x"], { axis: int(1) }), { feeds: { x } }),
  ]),
  single("Split", one("Split", ["x"], { axis: int(-1), split: ints([1, 3]) }, ["y", "z"]), { feeds: { x }, opset: 11 }),
  single("Split, equally", one("Split", ["x"], { axis: int(2) }, ["y", "z"]), { feeds: { x }, opset: 13 }),
  single("Split, nearly equally", one("Split", ["x"], { axis: int(2), num_outputs: int(3) }, ["a", "b", "c"]), {
    feeds: { x: random("x", 2, 3, 5) },
  }),
  single("Split by sizes", one("Split", ["x", "sizes"], { axis: int(1) }, ["y", "z"]), {
    feeds: { x },
    initializers: { sizes: longs(2, 1) },
  }),
  single("Dropout", one("Dropout", ["x"], { ratio: real(0.3) }), { feeds: { x }, opset: 11 }),
  single("Dropout", one("Dropout", ["x", "ratio"], {}, ["y", "mask"]), {
    feeds: { x },
    initializers: { ratio: tensor("float32", [], [0.5]) },
  }),
  single("Dropout", one("Dropout", ["x", "", "training"]), {
    feeds: { x },
    initializers: { training: tensor("bool", [], [0]) },
  }),
  single("Clip", one("Clip", ["x", "", "max"]), {
    feeds: { x },
    initializers: { max: tensor("float32", [], [0.2]) },
    opset: 11,
  }),
  single("Pad", one("Pad", ["x", "pads"]), {
    feeds: { x },
    initializers: { pads: longs(0, 1, 0, 0, 0, 2) },
    opset: 11,
  }),
];

/** Forms that are written out, and operators of newer sets and of com.microsoft. */
const FORMS: readonly (readonly [string, Small])[] = [
  single("MatMul, vector by matrix", one("MatMul", ["v", "m"]), {
    feeds: { v: random("v", 3), m: random("m", 2, 3, 4) },
  }),
  single("MatMul, matrix by vector", one("MatMul", ["m", "v"]), {
    feeds: { m: random("m", 2, 3, 4), v: random("v", 4) },
  }),
  single("MatMul, vector by vector", one("MatMul", ["v", "w"]), { feeds: { v: random("v", 3), w: random("w", 3) } }),
  single("LayerNormalization", one("LayerNormalization", ["x", "gain"], { axis: int(-1) }), {
    feeds: { x, gain: random("gain", 4) },
  }),
  single(
    "LayerNormalization of planes",
    one("LayerNormalization", ["x", "gain", "bias"], { axis: int(1) }, ["y", "m", "r"]),
    {
      feeds: { x, gain: random("gain", 3, 4), bias: random("bias", 1, 4) },
    },
  ),
  single(
    "SimplifiedLayerNormalization of planes",
    one("SimplifiedLayerNormalization", ["x", "gain"], { axis: int(1) }, ["y", "r"]),
    {
      feeds: { x, gain: random("gain", 3, 4) },
    },
  ),
  single("RMSNormalization", one("RMSNormalization", ["x", "gain"], { epsilon: real(0.1) }), {
    feeds: { x, gain: random("gain", 4) },
    opset: 23,
  }),
  single("Swish", one("Swish", ["x"], { alpha: real(2) }), { feeds: { x }, opset: 24 }),
  single("RotaryEmbedding", one("RotaryEmbedding", ["x", "cos", "sin", "at"]), {
    feeds: {
      x: random("x", 1, 2, 3, 4),
      cos: random("cos", 5, 2),
      sin: random("sin", 5, 2),
      at: tensor("int64", [1, 3], [0, 4, 2]),
    },
    opset: 23,
  }),
  single(
    "RotaryEmbedding of rows",
    one("RotaryEmbedding", ["x", "cos", "sin", "at"], { num_heads: int(2), interleaved: int(1) }),
    {
      feeds: {
        x: random("x", 1, 3, 8),
        cos: random("cos", 5, 2),
        sin: random("sin", 5, 2),
        at: tensor("int64", [1, 3], [0, 4, 2]),
      },
      opset: 23,
    },
  ),
  ...(["none", "add", "mul", "max"] as const).map((reduction) =>
    single(`ScatterND, ${reduction}`, one("ScatterND", ["x", "at", "z"], { reduction: string(reduction) }), {
      feeds: { x, z: random("z", 2, 4) },
      initializers: { at: tensor("int64", [2, 2], [0, -1, 1, 0]) },
    }),
  ),
  single("ScatterND, adding twice", one("ScatterND", ["x", "at", "z"], { reduction: string("add") }), {
    feeds: { x, z: random("z", 2, 3, 4) },
    initializers: { at: tensor("int64", [2, 1], [1, 1]) },
  }),
  ...["Gelu", "FastGelu", "QuickGelu"].map((op) => single(op, microsoft(one(op, ["x"])), { feeds: { x } })),
  ...["BiasGelu", "FastGelu"].map((op) =>
    single(`${op} with a bias`, microsoft(one(op, ["x", "bias"])), { feeds: { x, bias: random("bias", 4) } }),
  ),
  single("TransposeMatMul", microsoft(one("TransposeMatMul", ["x", "z"], { transB: int(1) })), {
    feeds: { x, z: random("z", 5, 4) },
  }),
  single(
    "SkipLayerNormalization",
    microsoft(
      one("SkipLayerNormalization", ["x", "skip", "gain", "beta", "bias"], { epsilon: real(0.1) }, [
        "y",
        "",
        "",
        "sum",
      ]),
    ),
    {
      feeds: {
        x,
        skip: random("skip", 2, 3, 4),
        gain: random("gain", 4),
        beta: random("beta", 4),
        bias: random("bias", 4),
      },
    },
  ),
  single("SkipLayerNormalization, no biases", microsoft(one("SkipLayerNormalization", ["x", "skip", "gain"])), {
    feeds: { x, skip: random("skip", 2, 3, 4), gain: random("gain", 4) },
  }),
  single(
    "SkipSimplifiedLayerNormalization",
    microsoft(one("SkipSimplifiedLayerNormalization", ["x", "skip", "gain", "bias"], {}, ["y", "", "r", "sum"])),
    { feeds: { x, skip: random("skip", 2, 3, 4), gain: random("gain", 4), bias: random("bias", 4) } },
  ),
  single("CastLike", one("CastLike", ["x", "z"]), { feeds: { x, z: long(1) } }),
];

describe("an imported model computes what its file says", () => {
  test.each([...OLDER, ...FORMS])("%s", async (_, small) => {
    const { native, imported } = await bothWays(small);
    expect(imported.map(({ type, shape }) => ({ type, shape }))).toEqual(
      native.map(({ type, shape }) => ({ type, shape })),
    );
    imported.forEach(({ data }, i) => {
      data.forEach((element: number | bigint, at: number) =>
        expect(Number(element)).toBeCloseTo(Number(native[i].data[at]), 5),
      );
    });
  });
});
