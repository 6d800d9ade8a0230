import { describe, expect, test } from "@jest/globals";
import { attribute, GraphBuilder } from "../../src/graph/builder.js";
import {
  elementCount,
  type Attribute,
  type ElementType,
  type Graph,
  type Tensor,
  type Value,
} from "../../src/graph/graph.js";
import { STORAGE } from "../../src/graph/onnx-fields.js";
import { operators, type OpType } from "../../src/graph/operators.js";
import { evaluate } from "../support/gradient-check.js";

/** Fed at run time, so that ONNX Runtime computes instead of folding. */
interface Fed {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** All elements; all different where it is not given. */
  readonly fill?: number;
}

const float = (...shape: number[]): Fed => ({ type: "float32", shape });
const double = (...shape: number[]): Fed => ({ type: "float64", shape });
const zeros = (type: ElementType, ...shape: number[]): Fed => ({ type, shape, fill: 0 });

/** Contents that shape inference needs to know: a constant of the graph. */
const known = (...values: number[]): readonly number[] => values;

type Operand = Fed | readonly number[];

interface Case {
  readonly op: OpType;
  readonly operands: readonly (Operand | null)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

const { int, ints, float: real, string } = attribute;

const unary = (["Neg", "Abs", "Sign", "Exp", "Tanh", "Sigmoid", "Relu", "Identity"] as const).flatMap((op): Case[] => [
  { op, operands: [float(2, 3)] },
  { op, operands: [double(2, 1, 3)] },
  { op, operands: [float()] },
]);
const positive = (["Log", "Sqrt", "Reciprocal", "Erf", "Gelu"] as const).flatMap((op): Case[] => [
  { op, operands: [{ ...float(2, 3), fill: 2 }] },
  { op, operands: [{ ...float(0, 3), fill: 2 }] },
]);
const along = (["Softmax", "LogSoftmax"] as const).flatMap((op): Case[] => [
  { op, operands: [float(2, 3)] },
  { op, operands: [double(2, 3, 4)], attributes: { axis: int(1) } },
]);
const pairs: readonly (readonly [Fed, Fed])[] = [
  [float(2, 3), float(2, 3)],
  [float(2, 3), float(3)],
  [float(), float(2, 3)],
  [double(2, 1, 4), double(3, 1)],
  [float(1), float(2, 0)],
];
const binary = (["Add", "Sub", "Mul", "Div", "Pow", "Min", "Max"] as const).flatMap((op) =>
  pairs.map((operands): Case => ({ op, operands })),
);
const comparisons = (["Equal", "Greater"] as const).flatMap((op) => pairs.map((operands): Case => ({ op, operands })));
const reductions = (["ReduceSum", "ReduceMean", "ReduceMax", "ReduceL2", "ReduceSumSquare"] as const).flatMap(
  (op): Case[] => [
    { op, operands: [float(2, 3, 4)] },
    { op, operands: [float(2, 3, 4)], attributes: { keepdims: int(0) } },
    { op, operands: [float(2, 3, 4), known(1)] },
    { op, operands: [float(2, 3, 4), known(-1, 0)], attributes: { keepdims: int(0) } },
    { op, operands: [float(2, 3, 4), null], attributes: { keepdims: int(0) } },
    { op, operands: [float(2, 3, 4), known()], attributes: { keepdims: int(0) } },
  ],
);
const casts = (Object.keys(STORAGE) as ElementType[]).map((type): Case => ({
  op: "Cast",
  operands: [float(2, 3)],
  attributes: { to: int(STORAGE[type].code) },
}));

const products: readonly Case[] = [
  { op: "MatMul", operands: [float(2, 3), float(3, 4)] },
  { op: "MatMul", operands: [double(5, 2, 3), double(3, 4)] },
  { op: "MatMul", operands: [float(5, 1, 2, 3), float(6, 3, 4)] },
  { op: "FusedMatMul", operands: [float(5, 2, 3), float(5, 3, 4)], attributes: { alpha: real(0.5) } },
  { op: "FusedMatMul", operands: [float(5, 3, 2), float(5, 3, 4)], attributes: { transA: int(1) } },
  { op: "FusedMatMul", operands: [float(5, 2, 3), float(4, 3)], attributes: { transB: int(1) } },
  { op: "FusedMatMul", operands: [float(3, 2), float(4, 3)], attributes: { transA: int(1), transB: int(1) } },
  { op: "Gemm", operands: [float(2, 3), float(3, 4), float(4)] },
  { op: "Gemm", operands: [float(3, 2), float(4, 3)], attributes: { transA: int(1), transB: int(1) } },
];

const normalisation: readonly Case[] = [
  { op: "LayerNormalization", operands: [float(2, 3, 4), float(4), float(4)] },
  { op: "LayerNormalization", operands: [float(2, 3, 4), float(3, 4)], attributes: { axis: int(1) } },
  { op: "LayerNormalization", operands: [double(2, 4), double(4), double(4)] },
  { op: "SoftmaxCrossEntropyLoss", operands: [float(3, 4), zeros("int64", 3)] },
  {
    op: "SoftmaxCrossEntropyLoss",
    operands: [float(3, 4), zeros("int32", 3)],
    attributes: { reduction: string("sum") },
  },
  {
    op: "SoftmaxCrossEntropyLoss",
    operands: [float(3, 4), zeros("int64", 3)],
    attributes: { reduction: string("none") },
  },
];

const movement: readonly Case[] = [
  { op: "Where", operands: [zeros("bool", 2, 1), float(3), float()] },
  { op: "Where", operands: [zeros("bool"), double(2, 3), double(1, 3)] },
  { op: "Reshape", operands: [float(2, 3, 4), known(4, 6)] },
  { op: "Reshape", operands: [float(2, 3, 4), known(0, -1)] },
  { op: "Reshape", operands: [float(2, 3, 4), known(-1, 3, 2)] },
  { op: "Reshape", operands: [float(1), known()] },
  { op: "Transpose", operands: [float(2, 3, 4)] },
  { op: "Transpose", operands: [float(2, 3, 4)], attributes: { perm: ints([1, 2, 0]) } },
  { op: "Expand", operands: [float(3, 1), known(2, 1, 4)] },
  { op: "Expand", operands: [float(2, 3), known(1)] },
  { op: "Shape", operands: [float(2, 3, 4)] },
  { op: "Shape", operands: [float(2, 3, 4)], attributes: { start: int(1) } },
  { op: "Shape", operands: [float(2, 3, 4)], attributes: { start: int(-2), end: int(-1) } },
  { op: "Slice", operands: [float(2, 5), known(1), known(4), known(1)] },
  { op: "Slice", operands: [float(2, 5), known(-3), known(-1), known(-1)] },
  { op: "Slice", operands: [float(2, 5), known(3), known(1000), known(1)] },
  { op: "Slice", operands: [float(2, 5), known(-1000), known(2), known(1)] },
  { op: "Slice", operands: [float(2, 5), known(4), known(2), known(1)] },
  { op: "Split", operands: [float(2, 5), known(2, 0, 3)], attributes: { axis: int(1) } },
  { op: "Split", operands: [float(3, 2), known(1, 2)] },
  { op: "Concat", operands: [float(2, 3), float(2, 1)], attributes: { axis: int(-1) } },
  { op: "Concat", operands: [float(2, 3), float(0, 3), float(1, 3)], attributes: { axis: int(0) } },
  { op: "Gather", operands: [float(4, 3), zeros("int64", 2, 5)] },
  { op: "Gather", operands: [float(4, 3), zeros("int32", 2)], attributes: { axis: int(-1) } },
  { op: "Gather", operands: [float(4, 3), zeros("int64")] },
  { op: "GatherElements", operands: [float(4, 3), zeros("int64", 2, 3)] },
  { op: "GatherElements", operands: [float(4, 3), zeros("int64", 4, 1)], attributes: { axis: int(1) } },
  { op: "ScatterElements", operands: [float(4, 3), zeros("int64", 2, 3), float(2, 3)] },
];

const CASES: readonly Case[] = [
  ...unary,
  ...positive,
  ...along,
  ...casts,
  ...binary,
  ...comparisons,
  ...reductions,
  ...products,
  ...normalisation,
  ...movement,
];

function isFed(operand: Operand): operand is Fed {
  return !Array.isArray(operand);
}

function contents({ type, shape, fill }: Fed): Tensor {
  const data = STORAGE[type].allocate(elementCount(shape));
  for (let i = 0; i < data.length; i++) {
    const value = fill ?? i + 1;
    if (data instanceof BigInt64Array) data[i] = BigInt(value);
    else data[i] = value;
  }
  return { type, shape, data };
}

/** A graph of that one node with all its outputs, what it claims about them, and what it takes in. */
function single({ op, operands, attributes }: Case): { graph: Graph; claimed: Value[]; feeds: Record<string, Tensor> } {
  const b = new GraphBuilder("one-node");
  const feeds: Record<string, Tensor> = {};
  const inputs = operands.map((operand, i) => {
    if (operand === null) return null;
    if (!isFed(operand)) return b.integers(operand);
    feeds[`x${i}`] = contents(operand);
    return b.input(`x${i}`, operand.type, operand.shape);
  });
  const claimed = b.node(op, inputs, attributes);
  const graph = b.build(Object.fromEntries(claimed.map((value, i) => [`y${i}`, value])));
  // The claims are left out of the file: ONNX Runtime warns about wrong ones, but it also starts from them.
  return { graph: { ...graph, values: new Map() }, claimed, feeds };
}

function title({ op, operands, attributes = {} }: Case): string {
  const shown = operands.map((operand) => {
    if (operand === null) return "nothing";
    return isFed(operand) ? `${operand.type}[${operand.shape.join()}]` : `(${operand.join()})`;
  });
  const options = Object.entries(attributes).map(([name, { value }]) => `${name} ${JSON.stringify(value)}`);
  return [op, shown.join(" × "), ...options].join(", ");
}

describe("types and shapes are inferred as ONNX Runtime computes them", () => {
  test.each(CASES.map((one) => [title(one), one] as const))("%s", async (_, one) => {
    const { graph, claimed, feeds } = single(one);
    const results = await evaluate(graph, feeds);
    const computed = claimed.map((value, i) => ({
      ...value,
      type: results[`y${i}`].type,
      shape: results[`y${i}`].shape,
    }));
    expect(claimed).toEqual(computed);
  });

  test("for every operator there is", () => {
    const declared = ["Loop"]; // its outputs are said by whoever builds its body: see the training step
    const covered = [...CASES.map(({ op }): string => op), ...declared];
    expect([...new Set(covered)].toSorted()).toEqual(Object.keys(operators).toSorted());
  });
});

describe("operands that do not fit are refused with the name of the node", () => {
  const REFUSED: readonly (readonly [string, Case, RegExp])[] = [
    [
      "sizes that do not broadcast",
      { op: "Add", operands: [float(2, 3), float(2)] },
      /\[2, 3\] and \[2\] do not broadcast/,
    ],
    ["inner sizes that differ", { op: "MatMul", operands: [float(2, 3), float(4, 2)] }, /inner sizes 3 and 4/],
    ["batches that do not broadcast", { op: "MatMul", operands: [float(2, 2, 3), float(3, 3, 2)] }, /do not broadcast/],
    ["a vector in a matrix product", { op: "MatMul", operands: [float(3), float(3, 2)] }, /rank 2 or more/],
    ["a missing operand", { op: "Add", operands: [float(2), null] }, /input 1 is missing/],
    [
      "contents known only at run time",
      { op: "Reshape", operands: [float(2), zeros("int64", 1)] },
      /input 1 must be a constant/,
    ],
    [
      "an axis out of range",
      { op: "Gather", operands: [float(2), zeros("int64")], attributes: { axis: int(1) } },
      /axis 1 is outside rank 1/,
    ],
    ["too few elements", { op: "Reshape", operands: [float(2, 3), known(2, 2)] }, /\[2, 3\] cannot become \[2, 2\]/],
    ["a rest that is not whole", { op: "Reshape", operands: [float(2, 3), known(4, -1)] }, /cannot be reshaped/],
    ["two sizes to infer", { op: "Reshape", operands: [float(2, 3), known(-1, -1)] }, /only one size can be inferred/],
    ["a size to copy from nowhere", { op: "Reshape", operands: [float(2, 3), known(2, 3, 0)] }, /no size 2 to copy/],
    [
      "a permutation with a repeated axis",
      { op: "Transpose", operands: [float(2, 3)], attributes: { perm: ints([0, 0]) } },
      /\[0, 0\] does not permute/,
    ],
    ["parts that leave something", { op: "Split", operands: [float(5), known(2, 2)] }, /parts of 4 .* \[5\]/],
    [
      "neighbours of different sizes",
      { op: "Concat", operands: [float(2, 3), float(2, 4)], attributes: { axis: int(0) } },
      /\[2, 3\] and \[2, 4\]/,
    ],
    [
      "neighbours of different ranks",
      { op: "Concat", operands: [float(2, 3), float(2)], attributes: { axis: int(0) } },
      /\[2, 3\] and \[2\]/,
    ],
    ["a slice in steps", { op: "Slice", operands: [float(5), known(0), known(4), known(0), known(2)] }, /no steps/],
    [
      "a slice of two axes",
      { op: "Slice", operands: [float(5, 5), known(0, 0), known(4, 4), known(0, 1)] },
      /one axis/,
    ],
    ["a type that is none", { op: "Cast", operands: [float(5)], attributes: { to: int(99) } }, /unknown type 99/],
  ];

  test.each(REFUSED)("%s", (_, one, message) => {
    const name = `${one.op}_0`;
    expect(() => single(one)).toThrow(
      expect.objectContaining({
        name: "GraphError",
        code: "shape",
        place: { node: name },
        message: expect.stringMatching(new RegExp(`^${name}: .*${message.source}`)),
      }),
    );
  });
});
