// The gradient table: one row per operator, its formula beside it. G is the gradient of the first output Y.
// The rows of what a decoder spends its time in stand here, all others in rules/, by family.
// Formulas follow from the definitions of the ONNX operators; every row is checked against finite differences.

import { GraphError } from "../errors.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { flag, float, int, string } from "../graph/operators/call.js";
import type { OpType } from "../graph/operators.js";
import { normalizeAxis, sameShape, staticShape } from "../graph/shapes.js";
import { geluGradient, geluTanhGradient } from "./gelu.js";
import { count, require, type Rule, type RuleInputs } from "./rule.js";
import { einsum } from "./rules/einsum.js";
import { elementwise } from "./rules/elementwise.js";
import { indexing } from "./rules/indexing.js";
import { losses } from "./rules/losses.js";
import { movement } from "./rules/movement.js";
import { reductions } from "./rules/reductions.js";

export const rules: Readonly<Record<OpType, Rule>> = {
  ...elementwise,
  ...einsum,
  ...reductions,
  ...losses,
  ...movement,
  ...indexing,

  // ----- Arithmetic, with broadcasting -----
  Add: (_, { g }) => [g, g],
  Sub: (b, { g }) => [g, b.neg(g)],
  Mul: (b, { g, inputs: [x, y] }) => [b.mul(g, y), b.mul(g, x)], // d(xy) = y·dx + x·dy
  Div: (b, { g, inputs: [, y], outputs: [q] }) => [b.div(g, y), b.neg(b.div(b.mul(g, q), y))], // 1/y, -x/y²
  Gelu: (b, { g, inputs: [x], outputs: [y], attributes }) => [
    string(attributes, "approximate", "none") === "tanh" ? geluTanhGradient(b, g, x, y) : geluGradient(b, g, x),
  ],

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

  // ----- Normalisation -----
  Softmax: (b, node) => [b.mul(node.outputs[0], b.sub(node.g, weighted(b, node)))], // y(G - Σ G·y)
  LogSoftmax: (b, { g, outputs: [y], attributes }) => {
    const total = b.reduceSum(g, [int(attributes, "axis", -1)], true);
    return [b.sub(g, b.mul(b.op("Exp", [y]), total))]; // G - softmax · Σ G
  },
  LayerNormalization: (b, { g, gradients, inputs: [x, gain, bias], outputs: [, mean, inverse], attributes }) => {
    require(normalizeAxis(int(attributes, "axis", -1), x.shape.length) === x.shape.length - 1, "axis must be the last");
    require(!gradients[1] && !gradients[2], "LayerNormalization's statistics are not differentiable");
    const normal = b.mul(b.sub(x, mean), inverse);
    const gNormal = b.mul(g, normal);
    const along = b.mul(normal, rowMean(b, gNormal, gain));
    const dx = b.mul(b.sub(b.sub(b.mul(g, gain), along), rowMean(b, g, gain)), inverse);
    return [dx, gNormal, ...(bias ? [g] : [])]; // dx = (B - mean B - x̂ · mean(B·x̂)) / σ with B = G·gain
  },
  SimplifiedLayerNormalization: (b, { g, gradients, inputs: [x, gain], outputs: [, inverse], attributes }) => {
    require(normalizeAxis(int(attributes, "axis", -1), x.shape.length) === x.shape.length - 1, "axis must be the last");
    require(!gradients[1], "SimplifiedLayerNormalization's statistic is not differentiable");
    const normal = b.mul(x, inverse);
    const gNormal = b.mul(g, normal);
    const along = b.mul(normal, rowMean(b, gNormal, gain));
    return [b.mul(b.sub(b.mul(g, gain), along), inverse), gNormal]; // (B - x̂ · mean(B·x̂)) / rms with B = G·gain
  },

  // ----- Control flow -----
  Loop: () => {
    throw new GraphError("no-gradient", "a Loop is not differentiated: take gradients inside its body");
  },
};

/** The mean of x·gain over the last axis, which stays as 1: a product with one column, where two passes over memory would be another. */
function rowMean(b: GraphBuilder, x: Value, gain: Value): Value {
  const width = staticShape(x.shape).at(-1)!;
  const whole = gain.shape.at(-1) === width ? gain : b.op("Expand", [gain, b.integers([width])]);
  return b.matMul(x, b.reshape(b.scale(whole, 1 / width), [width, 1]));
}

/**
 * Σ G·y along the axis of a Softmax y. Where y mixes the rows of v in a product P = y·v, as in attention, that is Σ dP·P, a sum over far fewer
 * numbers: with G = dP·vᵀ, Σⱼ Gᵢⱼ·yᵢⱼ = dPᵢ·(Σⱼ yᵢⱼ·vⱼ) (Dao et al. 2022).
 */
function weighted(b: GraphBuilder, { g, outputs: [y], attributes, reader }: RuleInputs): Value {
  const axis = normalizeAxis(int(attributes, "axis", -1), y.shape.length);
  const mixes =
    reader?.opType === "MatMul" &&
    reader.inputs[0].name === y.name &&
    axis === y.shape.length - 1 &&
    sameShape(reader.output.shape.slice(0, -1), y.shape.slice(0, -1));
  return mixes
    ? b.reduceSum(b.mul(reader.gradient, reader.output), [axis], true)
    : b.reduceSum(b.mul(g, y), [axis], true);
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
