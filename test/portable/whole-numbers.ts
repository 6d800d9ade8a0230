// Graphs over whole numbers and bools, which the cases of the gradient rules hardly have.

import { attribute, GraphBuilder } from "../../src/graph/builder.js";
import type { Tensor, Value } from "../../src/graph/graph.js";
import type { OpType } from "../../src/graph/operators.js";
import { model, type Trial } from "./cases.js";

const { int, string } = attribute;

interface Inputs {
  /** int64 [2, 3], of either sign. */
  readonly i: Value;
  /** int64 [3], of either sign, no zeros. */
  readonly j: Value;
  /** bool [2, 3]. */
  readonly p: Value;
  /** bool [3]. */
  readonly q: Value;
  /** uint8 [2, 3]. */
  readonly u: Value;
  /** float32 [2, 3]. */
  readonly x: Value;
}

type Build = (b: GraphBuilder, inputs: Inputs) => Value;

const two =
  (op: OpType): Build =>
  (b, { i, j }) =>
    b.op(op, [i, j]);
const logical =
  (op: OpType): Build =>
  (b, { p, q }) =>
    b.op(op, [p, q]);

export const WHOLE: readonly (readonly [string, Build])[] = [
  ["Neg", (b, { i }) => b.neg(i)],
  ["Abs", (b, { i }) => b.op("Abs", [i])],
  ["Sign", (b, { i }) => b.op("Sign", [i])],
  ["Identity", (b, { i }) => b.op("Identity", [i])],
  ...(
    ["Add", "Sub", "Mul", "Div", "Min", "Max", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"] as const
  ).map((op) => [op, two(op)] as const),
  ["Mod", two("Mod")],
  ["Mod, with the sign of what is divided", (b, { i, j }) => b.op("Mod", [i, j], { fmod: int(1) })],
  ["Clip", (b, { i }) => b.op("Clip", [i, b.scalar(-2, i), b.scalar(3, i)])],
  ["Clip from above", (b, { i }) => b.op("Clip", [i, null, b.scalar(3, i)])],
  ["Where", (b, { p, i, j }) => b.op("Where", [p, i, j])],
  ...(["And", "Or", "Xor", "Equal"] as const).map((op) => [`${op} of bools`, logical(op)] as const),
  ["Not", (b, { p }) => b.op("Not", [p])],
  [
    "Cast, to and fro",
    (b, { i, p }) => b.add(b.cast(b.cast(i, "bool"), "int64"), b.cast(b.cast(p, "float32"), "int64")),
  ],
  ["Round, from the middle", (b, { x }) => b.op("Round", [b.scale(b.op("Round", [b.scale(x, 4)]), 0.5)])],
  [
    "Slice of whole numbers",
    (b, { i }) => b.op("Slice", [i, b.integers([0, -1]), b.integers([1, -9]), b.integers([0, 1]), b.integers([1, -2])]),
  ],
  ["Slice of bools", (b, { p }) => b.op("Slice", [p, b.integers([1]), b.integers([2]), b.integers([0])])],
  [
    "Slice of numbers, backwards from the middle",
    (b, { x }) => b.op("Slice", [x, b.integers([1]), b.integers([-9]), b.integers([1]), b.integers([-1])]),
  ],
  ["Split of whole numbers", (b, { i }) => b.split(i, [1, 2], 1)[1]],
  ["Concat of bools", (b, { p, q }) => b.concat([p, b.reshape(q, [1, 3]), p], 0)],
  [
    "Concat of many",
    (b, { x }) =>
      b.concat(
        Array.from({ length: 20 }, (_, n) => b.scale(x, n + 2)),
        1,
      ),
  ],
  ["Transpose of bools", (b, { p }) => b.transpose(p, [1, 0])],
  ["Tile of whole numbers", (b, { i }) => b.op("Tile", [i, b.integers([2, 1])])],
  ["Pad of whole numbers", (b, { i }) => b.op("Pad", [i, b.integers([1, 0, 0, 2]), b.scalar(7, i)])],
  ["ReduceSum of whole numbers", (b, { i }) => b.reduceSum(i, [1], false)],
  ["ReduceMax of whole numbers", (b, { i }) => b.op("ReduceMax", [i, b.integers([0])], {})],
  [
    "ArgMax, of several the first",
    (b, { p }) => b.op("ArgMax", [b.cast(p, "float32")], { axis: int(-1), keepdims: int(0) }),
  ],
  ["ArgMin, of several the first", (b, { p }) => b.op("ArgMin", [b.cast(p, "float32")])],
  ["Shape, part of it", (b, { i }) => b.op("Shape", [i], { start: int(-1) })],
  ["Range", (b, { i }) => b.add(i, b.op("Range", [b.scalar(9, i), b.scalar(0, i), b.scalar(-3, i)]))],
  [
    "ConstantOfShape",
    (b, { i }) =>
      b.add(
        i,
        b.op("ConstantOfShape", [b.integers([2, 3])], {
          value: { kind: "tensor", value: { type: "int64", shape: [1], data: BigInt64Array.of(5n) } },
        }),
      ),
  ],
  [
    "OneHot, from either end and beyond",
    (b, { i, x }) =>
      b.op("OneHot", [i, b.integers([3]), b.op("Slice", [b.reshape(x, [6]), b.integers([2]), b.integers([4])])], {
        axis: int(1),
      }),
  ],
  [
    "Gather by computed places",
    (b, { i, x }) => b.op("Gather", [x, b.op("Mod", [i, b.scalar(3, i)])], { axis: int(1) }),
  ],
  ["Gather of bytes", (b, { u, i }) => b.cast(b.op("Gather", [u, b.op("Mod", [i, b.scalar(2, i)])]), "float32")],
  ["Gather of whole numbers", (b, { i, j }) => b.op("Gather", [i, b.op("Mod", [j, b.scalar(2, j)])], { axis: int(0) })],
  [
    "GatherND by computed places",
    (b, { i, x }) => b.op("GatherND", [x, b.op("Mod", [b.transpose(i, [1, 0]), b.integers([2, 3])])]),
  ],
  [
    "ScatterND by computed places",
    (b, { i, x }) =>
      b.op(
        "ScatterND",
        [
          x,
          b.op("Mod", [b.transpose(i, [1, 0]), b.integers([2, 3])]),
          b.op("ReduceSum", [x, b.integers([0])], { keepdims: int(0) }),
        ],
        { reduction: string("add") },
      ),
  ],
];

/** The graph of one case, all its inputs fed. */
export function wholeTrial([, build]: (typeof WHOLE)[number]): Trial {
  const b = new GraphBuilder("whole");
  const feeds: Record<keyof Inputs, Tensor> = {
    i: { type: "int64", shape: [2, 3], data: BigInt64Array.of(4n, -7n, 0n, 2n, -1n, 5n) },
    j: { type: "int64", shape: [3], data: BigInt64Array.of(3n, 2n, -3n) },
    p: { type: "bool", shape: [2, 3], data: Uint8Array.of(0, 1, 1, 1, 0, 0) },
    q: { type: "bool", shape: [3], data: Uint8Array.of(1, 1, 0) },
    u: { type: "uint8", shape: [2, 3], data: Uint8Array.of(0, 1, 255, 3, 128, 2) },
    x: { type: "float32", shape: [2, 3], data: Float32Array.of(0.3, -0.7, 1.1, -1.3, 2.2, 0.6) },
  };
  const entries = Object.entries(feeds).map(([name, { type, shape }]) => [name, b.input(name, type, shape)] as const);
  const y = build(b, Object.fromEntries(entries) as Readonly<Record<keyof Inputs, Value>>);
  return { model: model(b.build({ y })), feeds };
}
