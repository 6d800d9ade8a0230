import { describe, expect, test } from "@jest/globals";
import { rules } from "../../src/autodiff/rules.js";
import { attribute, type GraphBuilder } from "../../src/graph/builder.js";
import type { Tensor, Value } from "../../src/graph/graph.js";
import { operators, type OpType } from "../../src/graph/operators.js";
import { gradientError, values, type Case, type Real } from "../support/gradient-check.js";

type Given = Case["inputs"][number];

const random = (key: string, ...shape: number[]): Given => ({
  shape,
  data: values(
    shape.reduce((a, b) => a * b, 1),
    key,
  ),
});
const given = (shape: number[], ...data: number[]): Given => ({ shape, data });
const positive = (input: Given): Given => ({ ...input, data: input.data.map((x) => 0.3 + Math.abs(x)) });

/** Numbers at zero, negative, large and tiny. */
const SPREAD = given([8], 0, -0.7, 1.3, -2.5, 3, 0.001, -0.001, 6);
const AWAY_FROM_ZERO = given([6], -0.7, 1.3, -2.5, 3, 0.2, -0.1);

const unary = (op: OpType, input: Given, type: Real = "float64"): [string, Case] => [
  op,
  { build: (b, [x]) => b.op(op, [x]), inputs: [input], type },
];

const integers = (shape: number[], ...data: number[]): Tensor => ({
  type: "int64",
  shape,
  data: BigInt64Array.from(data, BigInt),
});

const reduce =
  (op: OpType, axes: readonly number[], keepdims: number) =>
  (b: GraphBuilder, [x]: readonly Value[]): Value =>
    b.op(op, [x, b.integers(axes)], { keepdims: attribute.int(keepdims) });

const add = { reduction: attribute.string("add") };

const CASES: readonly (readonly [string, Case])[] = [
  // ----- Elementwise -----
  unary("Identity", SPREAD),
  unary("Neg", SPREAD),
  unary("Exp", SPREAD),
  unary("Tanh", SPREAD),
  unary("Sigmoid", SPREAD),
  unary("Erf", SPREAD, "float32"),
  unary("Relu", AWAY_FROM_ZERO),
  unary("Abs", AWAY_FROM_ZERO),
  ["Sign", { build: (b, [x]) => b.add(x, b.op("Sign", [x])), inputs: [AWAY_FROM_ZERO] }],
  unary("Log", given([3], 0.1, 1, 5)),
  unary("Sqrt", given([3], 0.1, 1, 5)),
  unary("Reciprocal", AWAY_FROM_ZERO),
  ["Abs at zero", { build: (b, [x]) => b.op("Abs", [x]), inputs: [given([2], 0, 0)] }],
  ["Gelu", { build: (b, [x]) => b.op("Gelu", [x]), inputs: [SPREAD], type: "float32" }],
  [
    "Gelu, tanh",
    {
      build: (b, [x]) => b.op("Gelu", [x], { approximate: attribute.string("tanh") }),
      inputs: [SPREAD],
      type: "float32",
    },
  ],
  [
    "Cast",
    {
      build: (b, [x]) => b.cast(b.mul(b.cast(x, "float64"), b.scalar(3, b.cast(x, "float64"))), "float32"),
      inputs: [SPREAD],
      type: "float32",
    },
  ],

  // ----- Binary, broadcasting on either side, zeros and ties -----
  ["Add", { build: (b, [x, y]) => b.add(x, y), inputs: [random("a", 2, 3), random("b", 3)] }],
  ["Sub", { build: (b, [x, y]) => b.sub(x, y), inputs: [random("a", 3), random("b", 2, 1)] }],
  ["Mul", { build: (b, [x, y]) => b.mul(x, y), inputs: [given([2, 2], 0, 1, -2, 0), given([1, 2], 0, 3)] }],
  ["Mul, the same value twice", { build: (b, [x]) => b.mul(x, x), inputs: [SPREAD] }],
  ["Div", { build: (b, [x, y]) => b.div(x, y), inputs: [given([2, 2], 0, 1, -2, 0), given([2], -0.5, 3)] }],
  ["Pow", { build: (b, [x]) => b.op("Pow", [x, b.scalar(3, x)]), inputs: [SPREAD] }],
  ["Pow, squares at zero", { build: (b, [x]) => b.op("Pow", [x, b.scalar(2, x)]), inputs: [SPREAD] }],
  ["Min", { build: (b, [x, y]) => b.op("Min", [x, y]), inputs: [given([3], 1, 2, 3), given([3], 1, 5, -3)] }],
  ["Max", { build: (b, [x, y]) => b.op("Max", [x, y]), inputs: [given([3], 1, 2, 3), given([1], 2)] }],
  [
    "Equal",
    {
      build: (b, [x, y]) => b.add(b.mul(x, y), b.cast(b.op("Equal", [x, y]), "float64")),
      inputs: [given([2], 1, 2), given([2], 3, 4)],
    },
  ],
  [
    "Greater",
    {
      build: (b, [x, y]) => b.add(b.mul(x, y), b.cast(b.op("Greater", [x, y]), "float64")),
      inputs: [given([2], 1, 2), given([2], 3, 0)],
    },
  ],
  [
    "Where",
    {
      build: (b, [x, y]) => b.op("Where", [b.op("Greater", [x, b.scalar(0, x)]), x, y]),
      inputs: [given([2, 2], 1, -1, 2, -2), given([2], 3, 0)],
      type: "float32",
    },
  ],

  // ----- Matrix products -----
  ["MatMul", { build: (b, [x, y]) => b.matMul(x, y), inputs: [random("a", 2, 3), random("b", 3, 4)] }],
  [
    "MatMul, batch by matrix",
    { build: (b, [x, y]) => b.matMul(x, y), inputs: [random("a", 2, 2, 3), random("b", 3, 4)] },
  ],
  [
    "MatMul, batches that broadcast",
    { build: (b, [x, y]) => b.matMul(x, y), inputs: [random("a", 2, 1, 2, 3), random("b", 3, 3, 2)] },
  ],
  ...[false, true].flatMap((transA) =>
    [false, true].map((transB): [string, Case] => [
      `FusedMatMul, transA ${transA}, transB ${transB}`,
      {
        build: (b, [x, y]) => b.matMul(x, y, { transA, transB, alpha: 0.7 }),
        inputs: [random("a", 2, ...(transA ? [3, 2] : [2, 3])), random("b", 2, ...(transB ? [4, 3] : [3, 4]))],
        type: "float32",
      },
    ]),
  ),
  [
    "FusedMatMul, batch by transposed matrix",
    {
      build: (b, [x, y]) => b.matMul(x, y, { transB: true }),
      inputs: [random("a", 2, 2, 3), random("b", 4, 3)],
      type: "float32",
    },
  ],
  ...[0, 1].flatMap((transA) =>
    [0, 1].map((transB): [string, Case] => [
      `Gemm, transA ${transA}, transB ${transB}`,
      {
        build: (b, [x, y, c]) =>
          b.op("Gemm", [x, y, c], {
            transA: attribute.int(transA),
            transB: attribute.int(transB),
            alpha: attribute.float(0.5),
            beta: attribute.float(2),
          }),
        inputs: [
          random("a", ...(transA ? [3, 2] : [2, 3])),
          random("b", ...(transB ? [4, 3] : [3, 4])),
          random("c", 4),
        ],
      },
    ]),
  ),

  // ----- Reductions -----
  ["ReduceSum", { build: reduce("ReduceSum", [1], 0), inputs: [random("a", 2, 3, 2)] }],
  ["ReduceSum of everything", { build: (b, [x]) => b.op("ReduceSum", [x]), inputs: [random("a", 2, 3)] }],
  ["ReduceMean", { build: reduce("ReduceMean", [-1], 1), inputs: [random("a", 2, 3)] }],
  ["ReduceMean, several axes dropped", { build: reduce("ReduceMean", [0, 2], 0), inputs: [random("a", 2, 3, 2)] }],
  ["ReduceMax", { build: reduce("ReduceMax", [1], 0), inputs: [random("a", 3, 4)] }],
  ["ReduceMax, a tie of two", { build: reduce("ReduceMax", [0], 0), inputs: [given([3], 2, 2, -1)] }],
  ["ReduceL2", { build: reduce("ReduceL2", [1], 0), inputs: [random("a", 3, 4)] }],
  ["ReduceSumSquare", { build: reduce("ReduceSumSquare", [0], 1), inputs: [given([2, 2], 0, 1, -2, 0)] }],

  // ----- Normalisation and loss -----
  ["Softmax", { build: (b, [x]) => b.op("Softmax", [x], { axis: attribute.int(-1) }), inputs: [random("a", 3, 4)] }],
  [
    "Softmax along the middle",
    { build: (b, [x]) => b.op("Softmax", [x], { axis: attribute.int(1) }), inputs: [random("a", 2, 3, 2)] },
  ],
  [
    "LogSoftmax",
    { build: (b, [x]) => b.op("LogSoftmax", [x], { axis: attribute.int(-1) }), inputs: [random("a", 3, 4)] },
  ],
  [
    "LayerNormalization",
    {
      build: (b, [x, gain, bias]) => b.op("LayerNormalization", [x, gain, bias], { axis: attribute.int(-1) }),
      inputs: [random("a", 2, 3, 4), positive(random("gain", 4)), random("bias", 4)],
      type: "float32",
    },
  ],
  [
    "SoftmaxCrossEntropyLoss",
    {
      build: (b, [x]) => b.op("SoftmaxCrossEntropyLoss", [x, b.constant(integers([3], 0, 3, 3))]),
      inputs: [random("a", 3, 4)],
      type: "float64",
    },
  ],

  // ----- Moving data -----
  ["Reshape", { build: (b, [x]) => b.reshape(x, [3, 2]), inputs: [random("a", 2, 3)] }],
  ["Transpose", { build: (b, [x]) => b.transpose(x, [2, 0, 1]), inputs: [random("a", 2, 3, 2)] }],
  ["Expand", { build: (b, [x]) => b.op("Expand", [x, b.integers([2, 3, 2])]), inputs: [random("a", 3, 1)] }],
  [
    "Slice",
    {
      build: (b, [x]) => b.op("Slice", [x, b.integers([1]), b.integers([-1]), b.integers([1])]),
      inputs: [random("a", 2, 5)],
    },
  ],
  ["Split", { build: (b, [x]) => b.split(x, [1, 2], 1), inputs: [random("a", 2, 3)] }],
  ["Split, one part unused", { build: (b, [x]) => b.split(x, [1, 2], 1)[1], inputs: [random("a", 2, 3)] }],
  ["Concat", { build: (b, [x, y]) => b.concat([x, y, x], 0), inputs: [random("a", 1, 2), random("b", 2, 2)] }],
  [
    "Gather, repeated rows",
    { build: (b, [x]) => b.op("Gather", [x, b.constant(integers([2, 2], 1, 1, 0, 3))]), inputs: [random("a", 4, 2)] },
  ],
  [
    "Gather from a long table",
    { build: (b, [x]) => b.op("Gather", [x, b.constant(integers([3], 1, 1, 1029))]), inputs: [random("a", 1030, 1)] },
  ],
  [
    "GatherElements, repeated",
    {
      build: (b, [x]) =>
        b.op("GatherElements", [x, b.constant(integers([2, 2], 0, 0, 1, 1))], { axis: attribute.int(1) }),
      inputs: [random("a", 2, 3)],
    },
  ],
  [
    "ScatterElements, adding",
    {
      build: (b, [x, y]) =>
        b.op("ScatterElements", [x, b.constant(integers([2, 1], 2, 2)), y], { axis: attribute.int(1), ...add }),
      inputs: [random("a", 2, 3), random("b", 2, 1)],
    },
  ],
];

describe("every gradient rule agrees with finite differences", () => {
  test.each(CASES)("%s", async (_, given_) => {
    expect(await gradientError(given_)).toBeLessThan(given_.type === "float32" ? 5e-3 : 1e-6);
  });

  test("no operator is left out", () => {
    const covered = new Set(CASES.map(([name]) => name.split(/[, ]/)[0]));
    expect(Object.keys(operators).filter((op) => !covered.has(op))).toEqual(["Shape", "Loop"]); // the one has no gradient, the other refuses
    expect(Object.keys(rules).toSorted()).toEqual(Object.keys(operators).toSorted());
  });
});
