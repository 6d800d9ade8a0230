import { describe, expect, test } from "@jest/globals";
import { gradients } from "../../src/autodiff/gradients.js";
import { attribute, GraphBuilder } from "../../src/graph/builder.js";
import type { Attribute, Node, Tensor } from "../../src/graph/graph.js";
import { importGraph } from "../../src/import/import-graph.js";
import { node } from "../graph/models.js";
import { bothWays, longs, random, smallModel, tensor, type Small } from "./both-ways.js";

const { int, ints } = attribute;
const number = (value: number): Tensor => tensor("float32", [], [value]);

/** "y = Mul x gain" per line, as nodes. */
function lines(text: string, attributes: Readonly<Record<string, Record<string, Attribute>>> = {}): Node[] {
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [output, opType, ...inputs] = line.trim().replace(" =", "").split(" ");
      return node(opType, inputs, [output], attributes[output] ?? {});
    });
}

const ROOTS = { two: number(2), three: number(3), one: number(1), half: number(0.5), root2: number(Math.SQRT2) };
const TANH = { cubic: number(0.044715), slope: number(Math.sqrt(2 / Math.PI)) };
const initializers = {
  ...ROOTS,
  ...TANH,
  inverse: number(Math.SQRT1_2),
  deep: tensor("float32", [1, 1, 1, 1], [0.5]),
  epsilon: number(1e-3),
  last: longs(-1),
  first: longs(0),
};
const x = random("x", 2, 3, 4);
const feeds = { x, gain: random("gain", 4), bias: random("bias", 4) };
const small = (text: string, attributes: Parameters<typeof lines>[1] = {}, given: Small["feeds"] = feeds): Small => ({
  nodes: lines(text, attributes),
  feeds: given,
  outputs: ["y"],
  initializers,
  opset: 18,
});

const CENTRED = `mean = ReduceMean x last
  d = Sub x mean
  square = Pow d two
  variance = ReduceMean square last
  sum = Add variance epsilon
  root = Sqrt sum
  n = Div d root`;
const ROOT_MEAN_SQUARE = `square = Pow x two
  mean = ReduceMean square last
  sum = Add mean epsilon
  root = Sqrt sum`;
const ERF = `scaled = Div x root2
  e = Erf scaled
  plus = Add e one`;
const CUBE = `cube = Pow x three
  c = Mul cube cubic
  s = Add x c
  u = Mul s slope
  t = Tanh u
  plus = Add t one`;
const products = { a: random("a", 2, 3, 4), b: random("b", 2, 5, 4), w: random("w", 5, 4), c: number(0) };
const swapped = { t: { perm: ints([0, 2, 1]) } };

/** The operators that are left, in the order of the graph. */
const FUSED: readonly (readonly [string, Small, string])[] = [
  ["a layer norm", small(`${CENTRED}\n g = Mul n gain\n y = Add g bias`), "LayerNormalization"],
  ["a layer norm, its sides swapped", small(`${CENTRED}\n g = Mul gain n\n y = Add bias g`), "LayerNormalization"],
  ["a layer norm without bias", small(`${CENTRED}\n y = Mul n gain`), "LayerNormalization"],
  [
    "a layer norm that subtracts twice and multiplies for its square",
    small(`${CENTRED.replace("Pow d two", "Mul d d")}\n g = Mul n gain\n y = Add g bias`),
    "LayerNormalization",
  ],
  [
    "a layer norm that others read the middle of",
    small(`${CENTRED}\n g = Mul n gain\n h = Add g bias\n y = Add h n`),
    "ReduceMean Sub Pow ReduceMean Add Sqrt Div LayerNormalization Add",
  ],
  [
    "a norm by the root mean square",
    small(`${ROOT_MEAN_SQUARE}\n n = Div x root\n y = Mul n gain`),
    "SimplifiedLayerNormalization",
  ],
  [
    "a norm by a reciprocal root",
    small(`${ROOT_MEAN_SQUARE}\n r = Reciprocal root\n n = Mul x r\n y = Mul gain n`),
    "SimplifiedLayerNormalization",
  ],
  [
    "a norm by one over the root",
    small(`${ROOT_MEAN_SQUARE}\n r = Div one root\n n = Mul x r\n y = Mul gain n`),
    "SimplifiedLayerNormalization",
  ],
  [
    "the root mean square of what a mean along another axis was taken from",
    small(`${CENTRED.replace("ReduceMean x last", "ReduceMean x first")}\n y = Mul n gain`),
    "ReduceMean Sub SimplifiedLayerNormalization",
  ],
  [
    "the same where the mean has lost its axis",
    small(`${CENTRED}\n y = Mul n gain`, { mean: { keepdims: int(0) } }, { ...feeds, x: random("x", 4, 4) }),
    "ReduceMean Sub SimplifiedLayerNormalization",
  ],
  ["a GELU", small(`${ERF}\n p = Mul x plus\n y = Mul p half`), "Gelu"],
  ["a GELU, the half first", small(`${ERF}\n h = Mul half x\n y = Mul h plus`), "Gelu"],
  [
    "a GELU, the half inside",
    small(`${ERF.replace("Div x root2", "Mul inverse x")}\n h = Mul plus half\n y = Mul x h`),
    "Gelu",
  ],
  ["a GELU by tanh", small(`${CUBE}\n p = Mul x half\n y = Mul p plus`), "Gelu"],
  [
    "a GELU by tanh, its cube a product",
    small(
      `${CUBE.replace("cube = Pow x three", "square = Mul x x\n cube = Mul square x")}\n p = Mul x half\n y = Mul p plus`,
    ),
    "Gelu",
  ],
  [
    "a product with a transposed matrix",
    small("t = Transpose w\n y = MatMul a t", { t: { perm: ints([1, 0]) } }, products),
    "FusedMatMul",
  ],
  ["a product with transposed matrices", small("t = Transpose b\n y = MatMul a t", swapped, products), "FusedMatMul"],
  [
    "a product of a transposed left side",
    small("t = Transpose a\n y = MatMul t q", swapped, { a: products.a, q: random("q", 2, 3, 5) }),
    "FusedMatMul",
  ],
  ["scores over a root", small("t = Transpose b\n s = MatMul a t\n y = Div s three", swapped, products), "FusedMatMul"],
  [
    "scaled scores",
    small("s = MatMul a q\n y = Mul half s", {}, { a: products.a, q: random("q", 2, 4, 5) }),
    "FusedMatMul",
  ],
];

const LEFT: readonly (readonly [string, Small])[] = [
  ["another power", small(`${CENTRED.replace("two", "three").replace("Sqrt sum", "Abs sum")}\n y = Mul n gain`)],
  ["the square of something else", small(`${CENTRED.replace("Pow d two", "Pow x two")}\n y = Mul n gain`)],
  ["a gain of another shape", small(`${CENTRED}\n y = Mul n x`)],
  ["a root of the variance alone", small(`${CENTRED.replace("Sqrt sum", "Sqrt variance")}\n y = Mul n gain`)],
  ["another factor than a half", small(`${ERF}\n p = Mul x plus\n y = Mul p three`)],
  ["another root", small(`${ERF.replace("root2", "two")}\n p = Mul x plus\n y = Mul p half`)],
  ["another addend", small(`${ERF.replace("e one", "e two")}\n p = Mul x plus\n y = Mul p half`)],
  [
    "the error function of something else",
    small(`${ERF.replace("Div x", "Div bias")}\n p = Mul x plus\n y = Mul p half`),
  ],
  ["a square for the cube", small(`${CUBE.replace("x three", "x two")}\n p = Mul x half\n y = Mul p plus`)],
  ["another slope", small(`${CUBE.replace("s slope", "s half")}\n p = Mul x half\n y = Mul p plus`)],
  [
    "axes that move all round",
    small(
      "t = Transpose a\n y = MatMul t q",
      { t: { perm: ints([2, 0, 1]) } },
      { a: products.a, q: random("q", 3, 5) },
    ),
  ],
  ["a half of a higher rank", small(`${ERF}\n p = Mul x plus\n y = Mul p deep`)],
  ["a number over a product", small("s = MatMul a q\n y = Div half s", {}, { a: products.a, q: random("q", 2, 4, 5) })],
];

async function compare(one: Small): Promise<string> {
  const { native, imported, graph } = await bothWays(one);
  expect(imported[0].shape).toEqual(native[0].shape);
  imported[0].data.forEach((element, i) => expect(Number(element)).toBeCloseTo(Number(native[0].data[i]), 4));
  return graph.nodes.map(({ opType }) => opType).join(" ");
}

describe("what an exporter took apart becomes one operator", () => {
  test.each(FUSED)("%s", async (_, one, operators) => {
    expect(await compare(one)).toBe(operators);
  });
});

test("no pattern reaches beyond what is bound, or across an output", () => {
  const b = new GraphBuilder("bound");
  const stored = b.input("stored", "float32", [4, 5]);
  const w = b.transpose(stored, [1, 0]);
  const model = smallModel(
    small("t = Transpose w\n s = MatMul a t\n y = Mul s half", { t: { perm: ints([1, 0]) } }, products),
  );
  const outputs = ["s", "y"].map((name) => ({ ...model.graph.outputs[0], name }));
  const a = b.input("a", "float32", [2, 3, 4]);
  const c = b.input("c", "float32", []);
  const bound = { a, w, b: b.input("b", "float32", [2, 5, 4]), c };
  const { s, y } = importGraph(b, { ...model, graph: { ...model.graph, outputs } }, bound);
  expect(b.nodes.map(({ opType }) => opType)).toEqual(["Transpose", "Transpose", "FusedMatMul", "Mul"]);
  expect(gradients(b, b.reduceSum(y, [], false), [w, s]).map(({ shape }) => shape)).toEqual([
    [5, 4],
    [2, 3, 5],
  ]);
});

describe("what only looks like it is left as it is", () => {
  test.each(LEFT)("%s", async (_, one) => {
    expect(await compare(one)).not.toMatch(/Gelu|Normalization|Fused/);
  });
});
