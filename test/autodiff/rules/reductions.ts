import { attribute } from "../../../src/graph/builder.js";
import { AWAY_FROM_ZERO, given, integers, positive, random, reduce, type Named } from "./case.js";

const { int, string } = attribute;

const sums: readonly Named[] = [
  ["ReduceSum", { build: reduce("ReduceSum", [1], 0), inputs: [random("a", 2, 3, 2)] }],
  ["ReduceSum of everything", { build: (b, [x]) => b.op("ReduceSum", [x]), inputs: [random("a", 2, 3)] }],
  ["ReduceMean", { build: reduce("ReduceMean", [-1], 1), inputs: [random("a", 2, 3)] }],
  ["ReduceMean, several axes dropped", { build: reduce("ReduceMean", [0, 2], 0), inputs: [random("a", 2, 3, 2)] }],
  ["ReduceMax", { build: reduce("ReduceMax", [1], 0), inputs: [random("a", 3, 4)] }],
  ["ReduceMax, a tie of two", { build: reduce("ReduceMax", [0], 0), inputs: [given([3], 2, 2, -1)] }],
  ["ReduceMin", { build: reduce("ReduceMin", [-2], 1), inputs: [random("a", 3, 4)] }],
  ["ReduceMin, a tie of two", { build: reduce("ReduceMin", [0], 0), inputs: [given([3], 2, -1, -1)] }],
  ["ReduceProd", { build: reduce("ReduceProd", [1], 0), inputs: [random("a", 3, 4)], type: "float32" }],
  [
    "ReduceProd, rows with one zero, two zeros and none",
    {
      build: reduce("ReduceProd", [-1], 1),
      inputs: [given([3, 3], 0, 2, -3, 0, 0, 5, -1, 2, 0.5)],
      type: "float32",
    },
  ],
  ["ReduceL1", { build: reduce("ReduceL1", [0], 0), inputs: [AWAY_FROM_ZERO], type: "float32" }],
  ["ReduceL2", { build: reduce("ReduceL2", [1], 0), inputs: [random("a", 3, 4)] }],
  ["ReduceSumSquare", { build: reduce("ReduceSumSquare", [0], 1), inputs: [given([2, 2], 0, 1, -2, 0)] }],
  [
    "ReduceLogSum",
    { build: reduce("ReduceLogSum", [1], 0), inputs: [positive(random("a", 2, 3, 2))], type: "float32" },
  ],
  ["ReduceLogSumExp", { build: reduce("ReduceLogSumExp", [0, 2], 0), inputs: [random("a", 2, 3, 2)] }],
  [
    "ArgMax",
    { build: (b, [x]) => b.add(x, b.cast(b.op("ArgMax", [x]), x.type)), inputs: [given([2, 2], 1, 2, 3, -1)] },
  ],
  [
    "ArgMin",
    { build: (b, [x]) => b.add(x, b.cast(b.op("ArgMin", [x]), x.type)), inputs: [given([2, 2], 1, 2, 3, -1)] },
  ],
  ...[0, 1].flatMap((reverse) =>
    [0, 1].map((exclusive): Named => [
      `CumSum, reverse ${reverse}, exclusive ${exclusive}`,
      {
        build: (b, [x]) => b.op("CumSum", [x, b.integers([-1])], { reverse: int(reverse), exclusive: int(exclusive) }),
        inputs: [random("a", 2, 3)],
      },
    ]),
  ),
];

const normalisation: readonly Named[] = [
  ["Softmax", { build: (b, [x]) => b.op("Softmax", [x], { axis: int(-1) }), inputs: [random("a", 3, 4)] }],
  [
    "Softmax along the middle",
    { build: (b, [x]) => b.op("Softmax", [x], { axis: int(1) }), inputs: [random("a", 2, 3, 2)] },
  ],
  ["LogSoftmax", { build: (b, [x]) => b.op("LogSoftmax", [x], { axis: int(-1) }), inputs: [random("a", 3, 4)] }],
  ...[true, false].map((biased): Named => [
    `LayerNormalization, ${biased ? "with" : "without"} bias`,
    {
      build: (b, [x, gain, bias]) =>
        b.op("LayerNormalization", [x, gain, ...(biased ? [bias] : [])], { axis: int(-1) }),
      inputs: [random("a", 2, 3, 4), positive(random("gain", 4)), ...(biased ? [random("bias", 4)] : [])],
      type: "float32",
    },
  ]),
  [
    "SimplifiedLayerNormalization",
    {
      build: (b, [x, gain]) => b.op("SimplifiedLayerNormalization", [x, gain], { axis: int(-1) }),
      inputs: [random("a", 2, 3, 4), positive(random("gain", 4))],
      type: "float32",
    },
  ],
];

const crossEntropy: Named = [
  "SoftmaxCrossEntropyLoss",
  {
    build: (b, [x]) => b.op("SoftmaxCrossEntropyLoss", [x, b.constant(integers([3], 0, 3, 3))]),
    inputs: [random("a", 3, 4)],
    type: "float64",
  },
];
const bothOutputs: Named = [
  "SoftmaxCrossEntropyLoss, with its log-probabilities",
  {
    build: (b, [x]) => b.node("SoftmaxCrossEntropyLoss", [x, b.constant(integers([2, 2], 0, 3, 3, 1))]),
    inputs: [random("a", 2, 4, 2)],
    type: "float32",
  },
];
const onlyLogs: Named = [
  "SoftmaxCrossEntropyLoss, its log-probabilities alone",
  {
    build: (b, [x]) => b.node("SoftmaxCrossEntropyLoss", [x, b.constant(integers([2], 0, 3))])[1],
    inputs: [random("a", 2, 4)],
    type: "float32",
  },
];
/** Labels [2, 3] over 4 classes, one of them -1. */
const losses = (["SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss"] as const).flatMap((op) =>
  (["none", "sum", "mean"] as const).flatMap((reduction) =>
    [false, true].flatMap((weighted) =>
      [false, true].map((ignoring): Named => [
        `${op}, ${reduction}${weighted ? ", class weights" : ""}${ignoring ? ", ignored labels" : ""}`,
        {
          build: (b, [x]) => {
            const labels = b.constant(integers([2, 3], 0, 3, 3, ignoring ? -1 : 1, 2, 0));
            const weights = b.constant({ type: "float32", shape: [4], data: Float32Array.of(0.5, 1, 2, 0.1) });
            return b.op(op, [x, labels, ...(weighted ? [weights] : [])], {
              reduction: string(reduction),
              ...(ignoring ? { ignore_index: int(-1) } : {}),
            });
          },
          inputs: [random("a", 2, 4, 3)],
          type: "float32",
        },
      ]),
    ),
  ),
);

export const reductions: readonly Named[] = [...sums, ...normalisation, crossEntropy, bothOutputs, onlyLogs, ...losses];
