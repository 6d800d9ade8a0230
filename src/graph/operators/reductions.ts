// Operators that sum up along axes, and the normalisations and losses made of such sums.

import { GraphError } from "../../errors.js";
import type { Dim } from "../graph.js";
import { normalizeAxis, reducedShape, sameShape } from "../shapes.js";
import { input, int, onnx, optionalIntegers, same, sameType, string, type Call, type Output } from "./call.js";

const reduction = onnx((x, call) => {
  const shape = reducedShape(x.shape, optionalIntegers(call, 1) ?? [], int(call.attributes, "keepdims", 1) === 1);
  return [{ type: x.type, shape }];
});
const place = onnx((x, call) => {
  const axis = normalizeAxis(int(call.attributes, "axis", 0), x.shape.length);
  return [{ type: "int64", shape: reducedShape(x.shape, [axis], int(call.attributes, "keepdims", 1) === 1) }];
});
/** Keeps its shape, but says so only for an axis that exists. */
const along = onnx((x, call) => {
  normalizeAxis(int(call.attributes, "axis", -1), x.shape.length);
  return [{ type: x.type, shape: x.shape }];
});

export const reductions = {
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceMax: reduction,
  ReduceMin: reduction,
  ReduceProd: reduction,
  ReduceL1: reduction,
  ReduceL2: reduction,
  ReduceSumSquare: reduction,
  ReduceLogSum: reduction,
  ReduceLogSumExp: reduction,
  ArgMax: place,
  ArgMin: place,
  CumSum: same,

  // ----- Normalisation -----
  Softmax: along,
  LogSoftmax: along,
  LayerNormalization: onnx((x, call) => {
    const statistics = rowStatistics(x.shape, call);
    return [{ type: x.type, shape: x.shape }, statistics, statistics];
  }),
  /** By the root mean square, without the mean. ONNX Runtime has it in the standard domain though the standard does not. */
  SimplifiedLayerNormalization: onnx((x, call) => [{ type: x.type, shape: x.shape }, rowStatistics(x.shape, call)]),

  // ----- Losses -----
  SoftmaxCrossEntropyLoss: onnx((x, call) => [classLoss(call), { type: x.type, shape: x.shape }]),
  NegativeLogLikelihoodLoss: onnx((_, call) => [classLoss(call)]),
};

/** The gains of a normalisation span the axes from `axis` on, and may broadcast over some of them. */
function rowStatistics(shape: readonly Dim[], call: Call): Output {
  const axis = normalizeAxis(int(call.attributes, "axis", -1), shape.length);
  sameType([input(call, 0), input(call, 1)]);
  for (const gain of call.inputs.slice(1)) {
    const fits = gain === null || gain.shape.every((dim, i) => dim === 1 || dim === shape.at(i - gain.shape.length));
    if (!fits) throw new GraphError("shape", `a gain of [${gain.shape.join(", ")}] on [${shape.join(", ")}]`);
  }
  return { type: "float32", shape: shape.map((dim, i) => (i < axis ? dim : 1)) };
}

/** Scores are [batch, classes, …], labels [batch, …]. */
function classLoss(call: Call): Output {
  const [{ type, shape }, labels] = [input(call, 0), input(call, 1)];
  if (shape.length < 2 || !sameShape([...shape.slice(0, 1), ...shape.slice(2)], labels.shape)) {
    const [scores, wanted] = [shape.join(", "), labels.shape.join(", ")];
    throw new GraphError("shape", `scores of [${scores}] with labels of [${wanted}]: classes stand at axis 1`);
  }
  return { type, shape: string(call.attributes, "reduction", "mean") === "none" ? labels.shape : [] };
}
