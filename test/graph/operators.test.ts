import { describe, expect, test } from "@jest/globals";
import { attribute, GraphBuilder } from "../../src/graph/builder.js";
import { elementCount, type Graph, type Tensor, type Value } from "../../src/graph/graph.js";
import { STORAGE } from "../../src/graph/onnx-fields.js";
import { operators } from "../../src/graph/operators.js";
import { evaluate } from "../support/gradient-check.js";
import { double, float, known, zeros, type Case, type Fed, type Operand } from "./operators/case.js";
import { elementwise } from "./operators/elementwise.js";
import { indexing } from "./operators/indexing.js";
import { movement } from "./operators/movement.js";
import { products } from "./operators/products.js";
import { reductions } from "./operators/reductions.js";

const { int, ints, string } = attribute;

const CASES: readonly Case[] = [...elementwise, ...products, ...reductions, ...movement, ...indexing];

function isFed(operand: Operand): operand is Fed {
  return "type" in operand;
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
    if ("value" in operand)
      return b.constant({ type: "int64", shape: [], data: BigInt64Array.of(BigInt(operand.value)) });
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
    if ("value" in operand) return `${operand.value}`;
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
    [
      "a slice in no steps",
      { op: "Slice", operands: [float(5), known(0), known(4), known(0), known(0)] },
      /steps of 0/,
    ],
    [
      "a slice with an end too many",
      { op: "Slice", operands: [float(5, 5), known(0), known(4, 4), known(0)] },
      /1 starts of a slice/,
    ],
    ["an axis named twice", { op: "Slice", operands: [float(5, 5), known(0, 0), known(4, 4), known(1, -1)] }, /twice/],
    ["sizes nobody has memory for", { op: "Tile", operands: [float(2, 2), known(2 ** 30, 2 ** 30)] }, /no shape/],
    ["a negative size", { op: "Pad", operands: [float(2), known(-2, -2)] }, /no shape/],
    ["a size below -1", { op: "Reshape", operands: [float(2), known(-2)] }, /-2 is no size/],
    ["a range without end", { op: "Range", operands: [{ value: 0 }, { value: 3 }, { value: 0 }] }, /no shape/],
    ["a size that is not whole", { op: "TopK", operands: [float(2), zeros("int64", 1)] }, /must be a constant/],
    ["more of the largest than there are", { op: "TopK", operands: [float(2), known(3)] }, /no 3 of the 2/],
    ["a squeezed axis of 2", { op: "Squeeze", operands: [float(2, 1), known(0)] }, /axis 0 of \[2, 1\] is not 1/],
    ["another number of repeats", { op: "Tile", operands: [float(2, 1), known(2)] }, /1 repeats/],
    ["another number of pads", { op: "Pad", operands: [float(2, 1), known(2, 2)] }, /2 pads for 2 axes/],
    ["a slope that is larger than its tensor", { op: "PRelu", operands: [float(2), float(3, 2)] }, /slope/],
    ["a product of more than matrices", { op: "Gemm", operands: [float(2, 2, 2), float(2, 2)] }, /matrices/],
    [
      "labels of another shape",
      { op: "SoftmaxCrossEntropyLoss", operands: [float(2, 3, 4), zeros("int64", 2)] },
      /axis 1/,
    ],
    ["a gain of another size", { op: "LayerNormalization", operands: [float(2, 3), float(2)] }, /gain of \[2\]/],
    [
      "indices that reach too far",
      { op: "GatherElements", operands: [float(2, 3), zeros("int64", 2, 4)] },
      /indices of \[2, 4\] do not fit/,
    ],
    ["indices of too many axes", { op: "GatherND", operands: [float(2, 3), zeros("int64", 2, 3)] }, /address 2 axes/],
    [
      "updates of another shape",
      { op: "ScatterND", operands: [float(2, 3), zeros("int64", 1, 1), float(1, 2)] },
      /updates of \[1, 2\]/,
    ],
    ...(["ij,jk", "ij,jk->ii", "ij->iz", "ik,jk->ij", "i1,jk->i", "ijk,jk->i", "i...,...jk"] as const).map(
      (equation): readonly [string, Case, RegExp] => [
        `the equation ${equation}`,
        { op: "Einsum", operands: [float(2, 3), float(2, 4)], attributes: { equation: string(equation) } },
        /does not fit/,
      ],
    ),
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

  test("operands of two types", () => {
    expect(() => single({ op: "Add", operands: [float(2), double(2)] })).toThrow(
      expect.objectContaining({ code: "type", message: "Add_0: operands of types float32 and float64; insert a Cast" }),
    );
  });
});
