import { attribute } from "../../../src/graph/builder.js";
import type { OpType } from "../../../src/graph/operators.js";
import { given, integers, random, type Given, type Named } from "./case.js";

const { int } = attribute;

/** `constants` are the integer inputs after x. */
const moved = (title: string, op: OpType, x: Given, ...constants: number[][]): Named => [
  title,
  { build: (b, [input]) => b.op(op, [input, ...constants.map((values) => b.integers(values))]), inputs: [x] },
];
const ROTARY = [random("cos", 5, 2), random("sin", 5, 2)] as const;

export const movement: readonly Named[] = [
  ["Reshape", { build: (b, [x]) => b.reshape(x, [3, 2]), inputs: [random("a", 2, 3)] }],
  ["Flatten", { build: (b, [x]) => b.op("Flatten", [x], { axis: int(-1) }), inputs: [random("a", 2, 3, 2)] }],
  moved("Squeeze", "Squeeze", random("a", 1, 3, 1), [-1]),
  moved("Squeeze, every axis of 1", "Squeeze", random("a", 1, 3, 1)),
  moved("Unsqueeze", "Unsqueeze", random("a", 2, 3), [1, -1]),
  ["Transpose", { build: (b, [x]) => b.transpose(x, [2, 0, 1]), inputs: [random("a", 2, 3, 2)] }],
  moved("Expand", "Expand", random("a", 3, 1), [2, 3, 2]),
  moved("Tile", "Tile", random("a", 2, 3), [3, 2]),
  moved("Tile, one axis left alone", "Tile", random("a", 2, 3), [1, 2]),
  moved("Tile of a number", "Tile", given([], 3), []),
  moved("Pad", "Pad", random("a", 2, 3), [1, 0, 0, 2]),
  moved("Pad, cutting off", "Pad", random("a", 3, 3), [1, -1, -1, 2]),
  [
    "Pad with a value along one axis",
    {
      build: (b, [x, value]) => b.op("Pad", [x, b.integers([1, 2]), value, b.integers([-1])]),
      inputs: [random("a", 2, 3), given([], 0.7)],
    },
  ],
  moved("Slice", "Slice", random("a", 2, 5), [1], [-1], [1]),
  moved("Slice of two axes, written short", "Slice", random("a", 3, 5), [1, 0], [3, 4]),
  moved("Slice of everything", "Slice", random("a", 3, 5), [0], [2 ** 40], [0]),
  moved("Slice in steps", "Slice", random("a", 7, 3), [1], [2 ** 40], [0], [3]),
  moved("Slice backwards", "Slice", random("a", 3, 4), [-1], [-(2 ** 40)], [1], [-1]),
  moved("Slice in several manners", "Slice", random("a", 4, 7, 3), [1, 5, 0], [3, 0, 2], [0, 1, 2], [1, -2, 1]),
  ["Split", { build: (b, [x]) => b.split(x, [1, 2], 1), inputs: [random("a", 2, 3)] }],
  ["Split, one part unused", { build: (b, [x]) => b.split(x, [1, 2], 1)[1], inputs: [random("a", 2, 3)] }],
  ["Concat", { build: (b, [x, y]) => b.concat([x, y, x], 0), inputs: [random("a", 1, 2), random("b", 2, 2)] }],
  ["Trilu", { build: (b, [x]) => b.op("Trilu", [x]), inputs: [random("a", 2, 3, 3)] }],
  [
    "Trilu, the lower part",
    {
      build: (b, [x]) => b.op("Trilu", [x, b.constant(integers([], -1))], { upper: int(0) }),
      inputs: [random("a", 3, 4)],
    },
  ],
  ...[0, 1].map((interleaved): Named => [
    `RotaryEmbedding, interleaved ${interleaved}`,
    {
      build: (b, [x]) => {
        const [cosines, sines] = ROTARY.map(({ shape, data }) =>
          b.constant({ type: "float32", shape, data: Float32Array.from(data) }),
        );
        const positions = b.constant(integers([1, 3], 0, 2, 4));
        return b.op("RotaryEmbedding", [x, positions, cosines, sines], { interleaved: int(interleaved) });
      },
      inputs: [random("a", 1, 2, 3, 4)],
      type: "float32",
    },
  ]),
  [
    "Shape",
    {
      build: (b, [x]) => b.mul(x, b.cast(b.op("Shape", [x]), x.type)),
      inputs: [random("a", 2, 2)],
    },
  ],
  ["Size", { build: (b, [x]) => b.mul(x, b.cast(b.op("Size", [x]), x.type)), inputs: [random("a", 2, 2)] }],
  [
    "ConstantOfShape",
    {
      build: (b, [x]) => b.add(x, b.cast(b.op("ConstantOfShape", [b.integers([2])]), x.type)),
      inputs: [random("a", 2)],
    },
  ],
];
