// The portable table: which operators have a WebGPU kernel in ONNX Runtime 1.30 and for what types of data, and what stands for the others.
// Every row was run on a WebGPU device against the CPU; the rows of more than a line stand in the files beside.

import { attribute } from "../graph/builder.js";
import { float, input } from "../graph/operators/call.js";
import type { OpType } from "../graph/operators.js";
import { cast, chain, clip, mod, negated, or, round, sign } from "./elementwise.js";
import { indexOfExtremum, oneHot, points } from "./indexing.js";
import { classLoss, logSoftmax, negativeLogLikelihood, rootMeanSquareNorm } from "./losses.js";
import { concat, filled, range, shape, size, slice, split, tile } from "./movement.js";
import { einsum, fusedMatMul } from "./products.js";
import { ANY, asNumbers, BOOL, kernel, keep, NUMBER, partly, REAL, refused, written, type Row } from "./row.js";

export const rows: Readonly<Record<OpType, Row>> = {
  // ----- One operand -----
  Identity: partly(NUMBER, (site) => [input(site, 0)]), // a graph that returns its input has one for a copy
  Neg: kernel(REAL, [], (site) => [negated(site)]),
  Abs: kernel(REAL, [], (site) => [site.b.op("Max", [input(site, 0), negated(site)])]),
  Sign: written(sign),
  Exp: kernel(REAL),
  Log: kernel(REAL),
  Sqrt: kernel(REAL),
  Reciprocal: kernel(REAL),
  Erf: kernel(REAL),
  Floor: kernel(REAL),
  Ceil: kernel(REAL),
  Round: written(round),
  Not: kernel(BOOL),
  IsNaN: refused("shaders may assume that there are no NaNs"),
  IsInf: refused("shaders may assume that there are no infinities"),
  Cast: partly(ANY, cast),
  Clip: kernel(REAL, [], clip),

  // ----- Trigonometry -----
  Sin: kernel(REAL),
  Cos: kernel(REAL),
  Tan: kernel(REAL),
  Asin: kernel(REAL),
  Acos: kernel(REAL),
  Atan: kernel(REAL),
  Sinh: kernel(REAL),
  Cosh: kernel(REAL),
  Asinh: kernel(REAL),
  Acosh: kernel(REAL),
  Atanh: kernel(REAL),

  // ----- Activations -----
  Tanh: kernel(REAL),
  Sigmoid: kernel(REAL),
  Relu: kernel(REAL),
  Gelu: kernel(REAL),
  QuickGelu: kernel(REAL),
  LeakyRelu: kernel(REAL),
  ThresholdedRelu: kernel(REAL),
  Elu: kernel(REAL),
  Selu: written((site) => {
    const [alpha, gamma] = [float(site.attributes, "alpha", 1.6732632), float(site.attributes, "gamma", 1.050701)];
    return [site.b.scale(site.b.op("Elu", [input(site, 0)], { alpha: attribute.float(alpha) }), gamma)];
  }),
  Celu: written((site) => {
    const alpha = float(site.attributes, "alpha", 1); // max(0, x) + min(0, α(exp(x/α) - 1)) = α·elu(x/α)
    return [site.b.scale(site.b.op("Elu", [site.b.scale(input(site, 0), 1 / alpha)]), alpha)];
  }),
  Softplus: kernel(REAL),
  Softsign: written((site) => {
    const x = input(site, 0);
    return [site.b.div(x, site.b.add(site.b.op("Abs", [x]), site.b.scalar(1, x)))];
  }),
  HardSigmoid: kernel(REAL),
  HardSwish: kernel(REAL),
  Mish: kernel(REAL),
  PRelu: kernel(REAL),

  // ----- Two operands -----
  Add: kernel(NUMBER),
  Sub: kernel(NUMBER),
  Mul: kernel(NUMBER),
  Div: kernel(NUMBER),
  Mod: written(mod),
  Pow: partly(NUMBER, (site) => [site.b.op("Pow", [input(site, 0), site.b.cast(input(site, 1), input(site, 0).type)])]),
  Equal: kernel(NUMBER, [], asNumbers),
  Less: kernel(NUMBER),
  LessOrEqual: kernel(NUMBER),
  Greater: kernel(NUMBER),
  GreaterOrEqual: kernel(NUMBER),
  And: kernel(BOOL),
  Or: written(or),
  Xor: written((site) => [site.b.op("Not", asNumbers({ ...site, opType: "Equal" }))]),

  // ----- Several -----
  Min: kernel(NUMBER),
  Max: kernel(NUMBER),
  Sum: written((site) => [chain(site)]),
  Mean: written((site) => [site.b.scale(chain(site), 1 / site.inputs.length)]),
  Where: kernel(NUMBER, [], asNumbers),

  // ----- Products -----
  MatMul: kernel(REAL),
  FusedMatMul: written(fusedMatMul),
  Gemm: kernel(REAL),
  Einsum: partly(REAL, einsum),

  // ----- Sums along axes -----
  ReduceSum: kernel(NUMBER, [1]),
  ReduceMean: kernel(REAL, [1]),
  ReduceMax: kernel(NUMBER, [1]),
  ReduceMin: kernel(NUMBER, [1]),
  ReduceProd: kernel(NUMBER, [1]),
  ReduceL1: kernel(REAL, [1]),
  ReduceL2: kernel(REAL, [1]),
  ReduceSumSquare: kernel(REAL, [1]),
  ReduceLogSum: kernel(REAL, [1]),
  ReduceLogSumExp: kernel(REAL, [1]),
  ArgMax: written((site) => [indexOfExtremum(site, "ReduceMax")]),
  ArgMin: written((site) => [indexOfExtremum(site, "ReduceMin")]),
  CumSum: kernel(REAL, [1]),

  // ----- Normalisation and losses -----
  Softmax: kernel(REAL),
  LogSoftmax: written(logSoftmax),
  LayerNormalization: kernel(REAL),
  SimplifiedLayerNormalization: written(rootMeanSquareNorm), // there is a kernel, but its second output is wrong
  SoftmaxCrossEntropyLoss: written(classLoss),
  NegativeLogLikelihoodLoss: written((site) => [negativeLogLikelihood(site, input(site, 0))]),

  // ----- Movement -----
  Reshape: kernel(ANY, [1]),
  Flatten: kernel(ANY),
  Squeeze: kernel(ANY, [1]),
  Unsqueeze: kernel(ANY, [1]),
  Transpose: kernel(NUMBER, [], asNumbers),
  Expand: kernel(ANY, [1]),
  Tile: partly(NUMBER, tile, [1]),
  Pad: kernel(NUMBER, [1, 3]),
  Slice: partly(REAL, slice, [1, 2, 3, 4]),
  Split: written(split, [1]), // the kernel writes all parts at once and fails where they are more than a shader may bind
  Concat: partly(NUMBER, concat),
  Trilu: kernel(NUMBER, [1], asNumbers),
  RotaryEmbedding: partly(REAL, ({ b, inputs: [x, positions, ...caches], attributes }) =>
    b.node("RotaryEmbedding", [x, b.cast(positions!, "int64"), ...caches], attributes),
  ),
  Shape: written(shape),
  Size: written(size),
  ConstantOfShape: written(filled, [0]),

  // ----- Indices -----
  Gather: kernel(ANY),
  GatherElements: kernel(REAL),
  GatherND: partly(REAL, points),
  ScatterElements: kernel(NUMBER),
  ScatterND: partly(REAL, points),
  OneHot: written(oneHot, [1]),
  TopK: partly(REAL, (site) => [keep(site)[0], null], [1]), // its int64 indices can be written, but nothing reads them
  Range: written(range),

  // ----- Control flow -----
  Loop: refused("it runs on the CPU, and all it carries would move there and back in every turn"),
};
