import { attribute } from "../../../src/graph/builder.js";
import { double, float, known, zeros, type Case } from "./case.js";

const { int, string } = attribute;

const sums = (["Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "SumSquare", "LogSum", "LogSumExp"] as const).flatMap(
  (name): Case[] => {
    const op = `Reduce${name}` as const;
    return [
      { op, operands: [float(2, 3, 4)] },
      { op, operands: [float(2, 3, 4)], attributes: { keepdims: int(0) } },
      { op, operands: [float(2, 3, 4), known(1)] },
      { op, operands: [float(2, 3, 4), known(-1, 0)], attributes: { keepdims: int(0) } },
      { op, operands: [float(2, 3, 4), null], attributes: { keepdims: int(0) } },
      { op, operands: [float(2, 3, 4), known()], attributes: { keepdims: int(0) } },
    ];
  },
);
const places = (["ArgMax", "ArgMin"] as const).flatMap((op): Case[] => [
  { op, operands: [float(2, 3, 4)] },
  { op, operands: [double(2, 3, 4)], attributes: { axis: int(-1), keepdims: int(0) } },
]);
const along = (["Softmax", "LogSoftmax"] as const).flatMap((op): Case[] => [
  { op, operands: [float(2, 3)] },
  { op, operands: [double(2, 3, 4)], attributes: { axis: int(1) } },
]);
const cumulative: readonly Case[] = [
  { op: "CumSum", operands: [float(2, 3), known(1)] },
  { op: "CumSum", operands: [double(2, 3), known(0)], attributes: { reverse: int(1), exclusive: int(1) } },
];
const normalisation: readonly Case[] = [
  { op: "LayerNormalization", operands: [float(2, 3, 4), float(4), float(4)] },
  { op: "LayerNormalization", operands: [float(2, 3, 4), float(3, 4)], attributes: { axis: int(1) } },
  { op: "LayerNormalization", operands: [double(2, 4), double(4), double(4)] },
  { op: "SimplifiedLayerNormalization", operands: [float(2, 3, 4), float(4)] },
  { op: "SimplifiedLayerNormalization", operands: [float(2, 3, 4), float(3, 4)], attributes: { axis: int(1) } },
];
const losses = (["none", "sum", "mean"] as const).flatMap((reduction): Case[] => {
  const attributes = { reduction: string(reduction) };
  return [
    { op: "SoftmaxCrossEntropyLoss", operands: [float(3, 4), zeros("int64", 3)], attributes },
    { op: "SoftmaxCrossEntropyLoss", operands: [float(3, 4), zeros("int32", 3)], attributes },
    { op: "SoftmaxCrossEntropyLoss", operands: [float(2, 4, 3), zeros("int64", 2, 3), float(4)], attributes },
    { op: "NegativeLogLikelihoodLoss", operands: [float(3, 4), zeros("int64", 3)], attributes },
    { op: "NegativeLogLikelihoodLoss", operands: [float(2, 4, 3), zeros("int64", 2, 3), float(4)], attributes },
  ];
});

export const reductions: readonly Case[] = [...sums, ...places, ...along, ...cumulative, ...normalisation, ...losses];
