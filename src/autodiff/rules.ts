// The gradient table: one row per operator, its formula beside it. G is the gradient of the first output Y.
// Formulas follow from the definitions of the ONNX operators; every row is checked against finite differences.

import { GraphError } from "../errors.js";
import type { GraphBuilder } from "../graph/builder.js";
import { attribute } from "../graph/builder.js";
import type { Dim, Value } from "../graph/graph.js";
import { flag, float, int, integers, string, type OpType } from "../graph/operators.js";
import { normalizeAxes, normalizeAxis, staticShape } from "../graph/shapes.js";
import { elementwise, require, zero, type Rule } from "./rule.js";
import { geluGradient, geluTanhGradient } from "./gelu.js";

const pass: Rule = (_, { g }) => [g];

export const rules: Readonly<Record<OpType, Rule>> = {
  // ----- Elementwise -----
  Identity: pass,
  Neg: (b, { g }) => [b.neg(g)],
  Abs: elementwise((b, x) => b.op("Sign", [x])), // 0 at 0
  Sign: zero,
  Exp: elementwise((_, _x, y) => y),
  Log: (b, { g, inputs: [x] }) => [b.div(g, x)],
  Sqrt: (b, { g, outputs: [y] }) => [b.div(b.scale(g, 0.5), y)], // 1 / (2√x)
  Reciprocal: elementwise((b, _, y) => b.neg(b.mul(y, y))), // -1/x²
  Tanh: elementwise((b, _, y) => b.sub(b.scalar(1, y), b.mul(y, y))), // 1 - y²
  Sigmoid: elementwise((b, _, y) => b.sub(y, b.mul(y, y))), // y(1 - y)
  Erf: elementwise((b, x) => b.scale(b.op("Exp", [b.neg(b.mul(x, x))]), 2 / Math.sqrt(Math.PI))), // 2/√π · exp(-x²)
  Relu: elementwise((b, x) => b.cast(b.op("Greater", [x, b.scalar(0, x)]), x.type)), // 0 at 0
  Gelu: (b, { g, inputs: [x], outputs: [y], attributes }) => [
    string(attributes, "approximate", "none") === "tanh" ? geluTanhGradient(b, g, x, y) : geluGradient(b, g, x),
  ],
  Cast: (b, { g, inputs: [x] }) => [x.type.startsWith("float") ? b.cast(g, x.type) : null],

  // ----- Binary, with broadcasting -----
  Add: (_, { g }) => [g, g],
  Sub: (b, { g }) => [g, b.neg(g)],
  Mul: (b, { g, inputs: [x, y] }) => [b.mul(g, y), b.mul(g, x)], // d(xy) = y·dx + x·dy
  Div: (b, { g, inputs: [, y], outputs: [q] }) => [b.div(g, y), b.neg(b.div(b.mul(g, q), y))], // 1/y, -x/y²
  Pow: (b, { g, inputs: [x, p] }) => {
    const exponent = b.contents(p);
    require(exponent?.data.length === 1, "the exponent of Pow must be one constant");
    const n = Number(exponent!.data[0]);
    const power = n === 2 ? x : b.op("Pow", [x, b.scalar(n - 1, x)]);
    return [b.mul(g, b.scale(power, n)), null]; // n·x^(n-1)
  },
  Min: extremum,
  Max: extremum,
  Equal: zero,
  Greater: zero,
  Where: (b, { g, inputs: [condition] }) => {
    const nothing = b.scalar(0, g);
    return [null, b.op("Where", [condition, g, nothing]), b.op("Where", [condition, nothing, g])];
  },

  // ----- Matrix products -----
  MatMul: (b, node) => productGradients(b, node.g, node.inputs, false, false, 1),
  FusedMatMul: (b, { g, inputs, attributes }) => {
    require(!flag(attributes, "transBatchA") &&
      !flag(attributes, "transBatchB"), "FusedMatMul with transposed batches");
    const [transA, transB] = [flag(attributes, "transA"), flag(attributes, "transB")];
    return productGradients(b, g, inputs, transA, transB, float(attributes, "alpha", 1));
  },
  Gemm: (b, { g, inputs, attributes }) => {
    const [transA, transB] = [flag(attributes, "transA"), flag(attributes, "transB")];
    const products = productGradients(b, g, inputs, transA, transB, float(attributes, "alpha", 1));
    return inputs.length < 3 ? products : [...products, b.scale(g, float(attributes, "beta", 1))];
  },

  // ----- Reductions -----
  ReduceSum: (b, node) => [b.op("Expand", [kept(b, node), b.integers(staticShape(node.inputs[0].shape))])],
  ReduceMean: (b, node) => {
    const share = count(node.outputs[0].shape) / count(node.inputs[0].shape);
    return [b.op("Expand", [b.scale(kept(b, node), share), b.integers(staticShape(node.inputs[0].shape))])];
  },
  ReduceMax: (b, node) => {
    const [x] = node.inputs;
    const winners = b.cast(b.op("Equal", [x, kept(b, node, node.outputs[0])]), x.type);
    const share = b.div(winners, b.reduceSum(winners, reducedAxes(b, node), true)); // ties share G
    return [b.mul(share, kept(b, node))];
  },
  ReduceL2: (b, node) => {
    const [g, y] = [kept(b, node), kept(b, node, node.outputs[0])];
    const safe = b.op("Max", [y, b.scalar(1e-30, y)]); // x = 0 gives 0, not 0/0
    return [b.mul(node.inputs[0], b.div(g, safe))]; // x/‖x‖
  },
  ReduceSumSquare: (b, node) => [b.mul(b.scale(node.inputs[0], 2), kept(b, node))],

  // ----- Normalisation and loss -----
  Softmax: (b, { g, outputs: [y], attributes }) => {
    const gy = b.mul(g, y);
    return [b.sub(gy, b.mul(y, b.reduceSum(gy, [int(attributes, "axis", -1)], true)))]; // y(G - Σ G·y)
  },
  LogSoftmax: (b, { g, outputs: [y], attributes }) => {
    const total = b.reduceSum(g, [int(attributes, "axis", -1)], true);
    return [b.sub(g, b.mul(b.op("Exp", [y]), total))]; // G - softmax · Σ G
  },
  LayerNormalization: (b, { g, gradients, inputs: [x, gain, bias], outputs: [, mean, inverse], attributes }) => {
    require(normalizeAxis(int(attributes, "axis", -1), x.shape.length) === x.shape.length - 1, "axis must be the last");
    require(!gradients[1] && !gradients[2], "LayerNormalization's statistics are not differentiable");
    const normal = b.mul(b.sub(x, mean), inverse);
    const scaled = b.mul(g, gain);
    const along = b.mul(normal, b.rowMean(b.mul(scaled, normal)));
    const dx = b.mul(b.sub(b.sub(scaled, b.rowMean(scaled)), along), inverse); // (B - mean B - x̂ · mean(B·x̂)) / σ
    return [dx, b.mul(g, normal), ...(bias ? [g] : [])];
  },
  SoftmaxCrossEntropyLoss: (
    b,
    { g, gradients, inputs: [scores, labels, ...weights], outputs: [, logs], attributes },
  ) => {
    require(string(attributes, "reduction", "mean") === "mean", "only the mean reduction has a gradient");
    require(weights.length === 0 && attributes["ignore_index"] === undefined, "class weights and ignore_index");
    require(scores.shape.length === 2 && !gradients[1], "scores must be [rows, classes], and log_prob unused");
    const rows = b.reshape(b.cast(labels, "int64"), [...labels.shape, 1]);
    const minusOne = b.op("Expand", [b.scalar(-1, g), b.integers(staticShape(rows.shape))]);
    const add = { axis: attribute.int(1), reduction: attribute.string("add") };
    const residual = b.op("ScatterElements", [b.op("Exp", [logs]), rows, minusOne], add); // softmax - one-hot
    return [b.mul(residual, b.scale(g, 1 / count(labels.shape))), null];
  },

  // ----- Moving data -----
  Reshape: (b, { g, inputs: [x] }) => [b.reshape(g, x.shape), null],
  Transpose: (b, { g, inputs: [x], attributes }) => {
    const { perm } = attributes;
    const order = perm?.kind === "ints" ? perm.value : x.shape.map((_, i) => x.shape.length - 1 - i);
    const inverse = order.map((_, i) => order.indexOf(i));
    return [b.transpose(g, inverse)];
  },
  Expand: (_, { g }) => [g, null],
  Shape: zero,
  Slice: (b, { g, inputs: [x, starts, , axes] }) => {
    const axis = normalizeAxis(integers(b.contents(axes)!)[0], x.shape.length);
    const [whole, part] = [staticShape(x.shape)[axis], staticShape(g.shape)[axis]];
    const start = integers(b.contents(starts)!)[0];
    const before = start < 0 ? start + whole : start;
    const zeros = (size: number) => {
      const shape = staticShape(x.shape).map((dim, i) => (i === axis ? size : dim));
      return size === 0 ? [] : [b.op("Expand", [b.scalar(0, g), b.integers(shape)])];
    };
    return [b.concat([...zeros(before), g, ...zeros(whole - part - before)], axis), null, null, null];
  },
  Split: (b, { gradients, outputs, attributes }) => {
    const parts = outputs.map((output, i) => {
      const shape = staticShape(output.shape);
      return gradients[i] ?? b.op("Expand", [b.scalar(0, output), b.integers(shape)]);
    });
    return [b.concat(parts, int(attributes, "axis", 0)), null];
  },
  Concat: (b, { g, inputs, attributes }) => {
    const axis = normalizeAxis(int(attributes, "axis", 0), g.shape.length);
    const sizes = inputs.map((input) => staticShape(input.shape)[axis]);
    return b.split(g, sizes, axis);
  },
  Gather: (b, { g, inputs: [table, indices], attributes }) => {
    require(int(attributes, "axis", 0) === 0 && table.shape.length === 2, "Gather only of the rows of a matrix");
    return [scatterRows(b, g, table, indices), null];
  },
  GatherElements: (b, { g, inputs: [x, indices], attributes }) => {
    const zeros = b.op("Expand", [b.scalar(0, g), b.integers(staticShape(x.shape))]);
    const add = { axis: attribute.int(int(attributes, "axis", 0)), reduction: attribute.string("add") };
    return [b.op("ScatterElements", [zeros, indices, g], add), null];
  },
  Loop: () => {
    throw new GraphError("no-gradient", "a Loop is not differentiated: take gradients inside its body");
  },
  ScatterElements: (b, { g, inputs: [, indices], attributes }) => {
    require(string(attributes, "reduction", "none") === "add", "ScatterElements only with reduction add");
    return [g, null, b.op("GatherElements", [g, indices], { axis: attribute.int(int(attributes, "axis", 0)) })];
  },
};

/** Min and Max of two: G goes to the winner, ties share it. */
function extremum(b: GraphBuilder, { g, inputs, outputs: [y] }: Parameters<Rule>[1]): readonly Value[] {
  const wins = inputs.map((x) => b.cast(b.op("Equal", [x, y]), g.type));
  const total = wins.slice(1).reduce((sum, win) => b.add(sum, win), wins[0]);
  return wins.map((win) => b.mul(g, b.div(win, total)));
}

/** Y = α·op(A)·op(B): dA = α·G·op(B)ᵀ and dB = α·op(A)ᵀ·G, transposed back where A or B came in transposed. */
function productGradients(
  b: GraphBuilder,
  g: Value,
  [x, y]: readonly Value[],
  transA: boolean,
  transB: boolean,
  alpha: number,
): readonly Value[] {
  const dx = transA
    ? b.matMul(y, g, { transA: transB, transB: true, alpha })
    : b.matMul(g, y, { transB: !transB, alpha });
  const flat = y.shape.length === 2 && x.shape.length > 2 && !transA; // one tall product instead of a batch and a sum
  const [rows, gRows] = flat ? [asRows(b, x), asRows(b, g)] : [x, g];
  const dy = transB
    ? b.matMul(gRows, rows, { transA: true, transB: transA, alpha })
    : b.matMul(rows, gRows, { transA: !transA, alpha });
  return [dx, dy];
}

function asRows(b: GraphBuilder, x: Value): Value {
  const shape = staticShape(x.shape);
  return b.reshape(x, [count(shape.slice(0, -1)), shape.at(-1)!]);
}

function count(shape: readonly Dim[]): number {
  return staticShape(shape).reduce((product, dim) => product * dim, 1);
}

function reducedAxes(b: GraphBuilder, { inputs: [x, axes] }: Parameters<Rule>[1]): number[] {
  return normalizeAxes(axes ? integers(b.contents(axes)!) : [], x.shape.length);
}

/** `value` (G by default) with the reduced axes put back as 1. */
function kept(b: GraphBuilder, node: Parameters<Rule>[1], value: Value = node.g): Value {
  const reduced = new Set(reducedAxes(b, node));
  return b.reshape(
    value,
    node.inputs[0].shape.map((dim, i) => (reduced.has(i) ? 1 : dim)),
  );
}

/** Tables up to this many rows get a one-hot product (parallel), larger ones a scatter (serial, but no N × rows matrix). */
const ONE_HOT_ROWS = 1024;

/** Sums the rows of G into the rows of the table they were gathered from. ScatterND would race over duplicates. */
function scatterRows(b: GraphBuilder, g: Value, table: Value, indices: Value): Value {
  const [rows, width] = staticShape(table.shape) as [number, number];
  const n = count(indices.shape);
  const column = b.reshape(indices, [n, 1]);
  const gRows = b.reshape(g, [n, width]);
  if (rows <= ONE_HOT_ROWS) {
    const iota = Array.from({ length: rows }, (_, i) => i);
    const data = indices.type === "int64" ? BigInt64Array.from(iota, BigInt) : Int32Array.from(iota);
    const numbers = b.constant({ type: indices.type, shape: [1, rows], data });
    return b.matMul(b.cast(b.op("Equal", [column, numbers]), g.type), gRows, { transA: true });
  }
  const zeros = b.op("Expand", [b.scalar(0, g), b.integers([rows, width])]);
  const spread = b.op("Expand", [b.cast(column, "int64"), b.integers([n, width])]);
  return b.op("ScatterElements", [zeros, spread, gRows], {
    axis: attribute.int(0),
    reduction: attribute.string("add"),
  });
}
