import { describe, expect, test } from "@jest/globals";
import { attribute } from "../../src/graph/builder.js";
import type { Attribute, ElementType, Tensor } from "../../src/graph/graph.js";
import { STORAGE } from "../../src/graph/onnx-fields.js";
import { constants } from "../../src/import/constants.js";
import { computing, moving } from "../../src/import/evaluators.js";
import { node } from "../graph/models.js";
import { bothWays, importSmall, long, longs, random, tensor } from "./both-ways.js";

const { int, ints, float: real } = attribute;
const floats = (...elements: number[]): Tensor => tensor("float32", [elements.length], elements);
const bools = (...elements: number[]): Tensor => tensor("bool", [elements.length], elements);
const iota = (type: ElementType, ...shape: number[]): Tensor => {
  const count = shape.reduce((product, dim) => product * dim, 1);
  return tensor(
    type,
    shape,
    Array.from({ length: count }, (_, i) => i),
  );
};
const END: Tensor = { type: "int64", shape: [1], data: BigInt64Array.of(2n ** 63n - 1n) };

type Attributes = Readonly<Record<string, Attribute>>;
/** The operator, its inputs (null for an absent one), its attributes, and how many outputs it has. */
type Case = readonly [string, readonly (Tensor | null)[], Attributes?, number?];

const cube = iota("int64", 2, 3, 4);
const MOVING: readonly Case[] = [
  ["Identity", [cube]],
  ["Reshape", [cube, longs(0, -1)]],
  ["Flatten", [cube], { axis: int(2) }],
  ["Squeeze", [iota("int32", 1, 3, 1), longs(0)]],
  ["Unsqueeze", [iota("bool", 2), longs(0, 2)]],
  ["Transpose", [cube], { perm: ints([2, 0, 1]) }],
  ["Transpose", [cube]],
  ["Expand", [iota("int64", 3, 1), longs(2, 1, 4)]],
  ["Tile", [iota("float32", 2, 3), longs(2, 3)]],
  ["Slice", [cube, longs(1, -3), longs(2, 1000), longs(1, -1)]],
  ["Slice", [cube, longs(1), END]],
  ["Slice", [cube, longs(-1, 2), longs(-1000, -1000), longs(2, 1), longs(-2, -1)]],
  ["Slice", [cube, longs(3), longs(1), longs(-1)]],
  ["Split", [cube, longs(1, 0, 3)], { axis: int(-1) }, 3],
  ["Split", [cube], { axis: int(1), num_outputs: int(2) }, 2],
  ["Concat", [iota("int64", 2, 1, 2), iota("int64", 2, 3, 2)], { axis: int(1) }],
  ["Concat", [longs(7), END, longs()], { axis: int(0) }],
  ["Gather", [cube, tensor("int64", [2, 1], [-1, 0])], { axis: int(-1) }],
  ["Gather", [longs(5, 6, 7), long(1)]],
  ["Where", [tensor("bool", [2, 1], [0, 1]), longs(1, 2, 3), long(-1)]],
  ["ConstantOfShape", [longs(2, 3)], { value: { kind: "tensor", value: longs(7) } }],
  ["ConstantOfShape", [longs(2)]],
];

const [MANY, DIVISORS] = [longs(7, -7, 6, -1, 0), longs(2, 2, -4, -3, 5)];
const pair = (op: string, attributes: Attributes = {}): Case[] => [
  [op, [MANY, DIVISORS], attributes],
  [op, [tensor("int32", [2, 1], [5, -5]), tensor("int32", [3], [2, -3, 4])], attributes],
];
const COMPUTING: readonly Case[] = [
  ...["Add", "Sub", "Mul", "Div", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"].flatMap((op) => [
    ...pair(op),
    [op, [random("a", 2, 3), random("b", 3)]] as const,
  ]),
  ...pair("Mod"),
  ...pair("Mod", { fmod: int(1) }),
  ["Mod", [floats(5.5, -5.5), floats(2, 2)], { fmod: int(1) }],
  ...["Min", "Max"].flatMap((op): Case[] => [...pair(op), [op, [floats(1, 2), floats(2, 1), floats(1.5)]]]),
  ["Sum", [floats(1, 2), floats(3)]],
  ["Pow", [longs(2, 3, -2), longs(3, 0, 2)]],
  ["Pow", [floats(2, 9), floats(-1, 0.5)]],
  ...["Neg", "Abs", "Sign"].flatMap((op): Case[] => [
    [op, [MANY]],
    [op, [floats(0.5, -2, 0)]],
  ]),
  ...["Floor", "Ceil", "Round"].map((op): Case => [op, [floats(0.5, 1.5, 2.5, -0.5, -1.5, 2.2, -2.7)]]),
  ...["Sqrt", "Exp", "Log", "Reciprocal"].map((op): Case => [op, [floats(0.25, 2, 64)]]),
  ["Not", [bools(0, 1)]],
  ...["And", "Or", "Xor"].map((op): Case => [op, [bools(0, 0, 1, 1), bools(0, 1, 0, 1)]]),
  ...(Object.keys(STORAGE) as ElementType[]).flatMap((type): Case[] => [
    ["Cast", [longs(0, 1, 5)], { to: int(STORAGE[type].code) }],
    ["Cast", [floats(0, 1.75, 200)], { to: int(STORAGE[type].code) }],
  ]),
  ...["ReduceSum", "ReduceProd", "ReduceMax", "ReduceMin"].flatMap((op): Case[] => [
    [op, [cube, longs(0, -1)]],
    [op, [iota("int64", 2, 2), longs(1)], { keepdims: int(0) }],
    [op, [iota("int32", 3)], { keepdims: int(0) }],
  ]),
  ["Range", [long(1), long(10), long(4)]],
  ["Range", [long(3), long(-3), long(-2)]],
  ["Range", [tensor("float32", [], [0]), tensor("float32", [], [1]), tensor("float32", [], [0.25])]],
];

const CONSTANTS: readonly Case[] = [
  ["Constant", [], { value: { kind: "tensor", value: iota("int64", 2, 2) } }],
  ["Constant", [], { value_int: int(3) }],
  ["Constant", [], { value_ints: ints([3, 4]) }],
  ["Constant", [], { value_float: real(0.5) }],
  ["Constant", [], { value_floats: { kind: "floats", value: [0.5, 2] } }],
  ["Shape", [cube]],
  ["Shape", [cube], { start: int(-2), end: int(-1) }],
  ["Size", [cube]],
  ["NonZero", [tensor("int64", [2, 3], [0, 5, 0, 1, 0, -2])]],
  ["NonZero", [bools(0, 0)]],
  ["EyeLike", [iota("float32", 3, 4)], { k: int(1) }],
  ["EyeLike", [iota("float32", 3, 2)], { k: int(-1), dtype: int(STORAGE.int64.code) }],
  ["CastLike", [longs(1, 2), floats(1)]],
];

const CASES = [...MOVING, ...COMPUTING, ...CONSTANTS];

function smallOf([op, operands, attributes = {}, count = 1]: Case) {
  const outputs = Array.from({ length: count }, (_, i) => `y${i}`);
  const names = operands.map((operand, i) => (operand ? `x${i}` : ""));
  const initializers = Object.fromEntries(
    operands.flatMap((operand, i) => (operand ? [[`x${i}`, operand] as const] : [])),
  );
  return { nodes: [node(op, names, outputs, attributes)], feeds: {}, outputs, initializers };
}

function title([op, operands, attributes = {}]: Case): string {
  const shown = operands.map((operand) => `${operand?.type}[${operand?.shape.join()}]`).join(" × ");
  return `${op} of ${shown} ${Object.keys(attributes).join()}`;
}

describe("what is computed while importing is what ONNX Runtime computes", () => {
  test.each(CASES.map((one) => [title(one), one] as const))("%s", async (_, one) => {
    const { native, imported, graph } = await bothWays(smallOf(one));
    expect(new Set(graph.nodes.map(({ opType }) => opType))).toEqual(new Set(["Identity"])); // constants as outputs
    imported.forEach(({ type, shape, data }, i) => {
      expect({ type, shape }).toEqual({ type: native[i].type, shape: native[i].shape });
      const numbers = (values: Iterable<number | bigint>) => Array.from(values, Number);
      const [ours, theirs] = [numbers(data), numbers(native[i].data)];
      ours.forEach((element, at) => expect(element).toBeCloseTo(theirs[at], 5));
      expect(ours).toHaveLength(theirs.length);
    });
  });

  test("for every row", () => {
    const covered = new Set(CASES.map(([op]) => op));
    expect([moving, computing, constants].flatMap(Object.keys).filter((op) => !covered.has(op))).toEqual([]);
  });
});

describe("what is left to ONNX Runtime", () => {
  const operators = (...one: Case) => importSmall(smallOf(one)).nodes.map(({ opType }) => opType);

  test("are large constants", () => {
    expect(operators("Add", [iota("int64", 4096), long(1)])).toEqual(["Identity"]);
    expect(operators("Add", [iota("int64", 4097), long(1)])).toEqual(["Add"]);
    expect(operators("Expand", [long(1), longs(4097)])).toEqual(["Expand"]);
    expect(operators("ConstantOfShape", [longs(64, 65)])).toEqual(["ConstantOfShape"]);
  });

  test("are whole numbers beyond the exact ones of a double", () => {
    expect(operators("Add", [END, long(-1)])).toEqual(["Add"]);
    expect(operators("Mul", [long(2 ** 52), long(4)])).toEqual(["Mul"]);
    expect(operators("Pow", [long(10), long(30)])).toEqual(["Pow"]);
    expect(operators("Equal", [END, END])).toEqual(["Equal"]);
  });
});

describe("arithmetic on constants that has no result is refused", () => {
  const REFUSED: readonly (readonly [string, Case, RegExp])[] = [
    ["a whole number divided by zero", ["Div", [long(1), long(0)]], /divided by zero/],
    ["a remainder of zero", ["Mod", [long(1), long(0)]], /divided by zero/],
    ["infinity as a size", ["Cast", [floats(Infinity)], { to: int(STORAGE.int64.code) }], /Infinity cannot become/],
    ["no number as a size", ["Cast", [floats(NaN)], { to: int(STORAGE.int32.code) }], /NaN cannot become/],
    ["an index outside", ["Gather", [longs(1, 2), long(2)]], /index 2 is outside an axis of 2/],
    ["an index before the first", ["Gather", [longs(1, 2), long(-3)]], /outside an axis of 2/],
    ["a negative size", ["ConstantOfShape", [longs(-1)]], /no shape/],
    ["more elements than there is memory", ["Expand", [long(1), longs(2 ** 40, 2 ** 40)]], /no shape/],
    ["a range in steps of zero", ["Range", [long(0), long(1), long(0)]], /no shape/],
    ["text", ["Constant", [], { value_string: attribute.string("a") }], /Constant of text/],
    ["nothing", ["Constant", []], /Constant of text/],
    ["two constants", ["Constant", [], { value_int: int(1), value_float: real(1) }], /Constant of text/],
    ["an identity of three axes", ["EyeLike", [cube]], /EyeLike of \[2, 3, 4\]/],
  ];

  test.each(REFUSED)("%s", (_, one, message) => {
    expect(() => importSmall(smallOf(one))).toThrow(
      expect.objectContaining({
        name: "GraphError",
        message: expect.stringMatching(message),
        place: { node: `${one[0]}_y0` },
      }),
    );
  });
});
