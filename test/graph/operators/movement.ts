import { attribute } from "../../../src/graph/builder.js";
import { double, float, known, zeros, type Case } from "./case.js";

const { int, ints, string } = attribute;
const END = 2 ** 40; // what exporters write for "to the end" is larger still

const views: readonly Case[] = [
  { op: "Reshape", operands: [float(2, 3, 4), known(4, 6)] },
  { op: "Reshape", operands: [float(2, 3, 4), known(0, -1)] },
  { op: "Reshape", operands: [float(2, 3, 4), known(-1, 3, 2)] },
  { op: "Reshape", operands: [float(1), known()] },
  { op: "Flatten", operands: [float(2, 3, 4)] },
  { op: "Flatten", operands: [float(2, 3, 4)], attributes: { axis: int(-1) } },
  { op: "Flatten", operands: [float(2, 3, 4)], attributes: { axis: int(0) } },
  { op: "Flatten", operands: [float(2, 3, 4)], attributes: { axis: int(3) } },
  { op: "Squeeze", operands: [float(1, 3, 1), known(0, -1)] },
  { op: "Squeeze", operands: [float(1, 3, 1), known(2)] },
  { op: "Squeeze", operands: [float(1, 3, 1)] },
  { op: "Unsqueeze", operands: [float(2, 3), known(0, -1)] },
  { op: "Unsqueeze", operands: [float(), known(0)] },
  { op: "Unsqueeze", operands: [float(2, 3), known(2, 1)] },
];
const parts: readonly Case[] = [
  { op: "Transpose", operands: [float(2, 3, 4)] },
  { op: "Transpose", operands: [float(2, 3, 4)], attributes: { perm: ints([1, 2, 0]) } },
  { op: "Expand", operands: [float(3, 1), known(2, 1, 4)] },
  { op: "Expand", operands: [float(2, 3), known(1)] },
  { op: "Tile", operands: [float(2, 3), known(3, 1)] },
  { op: "Tile", operands: [double(1, 2), known(0, 2)] },
  { op: "Pad", operands: [float(2, 3), known(1, 0, 0, 2)] },
  { op: "Pad", operands: [float(2, 3), known(1, -1, 0, 0), float()] },
  { op: "Pad", operands: [float(2, 3, 4), known(1, 2), null, known(-1)] },
  { op: "Pad", operands: [float(2, 3), known(0, 2, 0, 1), null, null], attributes: { mode: string("reflect") } },
  { op: "Slice", operands: [float(2, 5), known(1), known(4), known(1)] },
  { op: "Slice", operands: [float(2, 5), known(-3), known(-1), known(-1)] },
  { op: "Slice", operands: [float(2, 5), known(3), known(END), known(1)] },
  { op: "Slice", operands: [float(2, 5), known(-1000), known(2), known(1)] },
  { op: "Slice", operands: [float(2, 5), known(4), known(2), known(1)] },
  { op: "Slice", operands: [float(4, 5), known(1, 0), known(4, -1)] },
  { op: "Slice", operands: [float(4, 5), known(1, 0), known(4, 5), known(-1, 0), known(2, 3)] },
  { op: "Slice", operands: [float(2, 5), known(-1), known(-END), known(1), known(-1)] },
  { op: "Slice", operands: [float(2, 5), known(END), known(1), known(1), known(-2)] },
  { op: "Slice", operands: [float(2, 5), known(0), known(4), known(1), known(-1)] },
  { op: "Split", operands: [float(2, 5), known(2, 0, 3)], attributes: { axis: int(1) } },
  { op: "Split", operands: [float(3, 2), known(1, 2)] },
  { op: "Concat", operands: [float(2, 3), float(2, 1)], attributes: { axis: int(-1) } },
  { op: "Concat", operands: [float(2, 3), float(0, 3), float(1, 3)], attributes: { axis: int(0) } },
  { op: "Trilu", operands: [float(2, 3, 4)] },
  { op: "Trilu", operands: [double(3, 4), known(-1)], attributes: { upper: int(0) } },
];
const rotary: readonly Case[] = [
  { op: "RotaryEmbedding", operands: [float(2, 3, 8), zeros("int64", 2, 3), float(5, 4), float(5, 4)] },
  { op: "RotaryEmbedding", operands: [float(2, 4, 3, 8), zeros("int64", 1), float(5, 4), float(5, 4)] },
];
const sizes: readonly Case[] = [
  { op: "Shape", operands: [float(2, 3, 4)] },
  { op: "Shape", operands: [float(2, 3, 4)], attributes: { start: int(1) } },
  { op: "Shape", operands: [float(2, 3, 4)], attributes: { start: int(-2), end: int(-1) } },
  { op: "Size", operands: [float(2, 3, 4)] },
  { op: "ConstantOfShape", operands: [known(2, 3)] },
  { op: "ConstantOfShape", operands: [known(2)], attributes: { value: { kind: "tensor", value: one() } } },
];

function one() {
  return { type: "int32", shape: [1], data: Int32Array.of(1) } as const;
}

export const movement: readonly Case[] = [...views, ...parts, ...rotary, ...sizes];
