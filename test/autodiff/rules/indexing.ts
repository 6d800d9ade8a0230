import { attribute } from "../../../src/graph/builder.js";
import { given, integers, random, type Given, type Named } from "./case.js";

const { int, string } = attribute;

const gather = (title: string, x: Given, axis: number, shape: number[], ...indices: number[]): Named => [
  `Gather ${title}`,
  {
    build: (b, [table]) => b.op("Gather", [table, b.constant(integers(shape, ...indices))], { axis: int(axis) }),
    inputs: [x],
    type: "float32",
  },
];

export const indexing: readonly Named[] = [
  gather("repeated rows", random("a", 4, 2), 0, [2, 2], 1, 1, 0, 3),
  gather("negative and repeated rows", random("a", 4, 2), 0, [3], -1, 3, -4),
  gather("from a long table", random("a", 1030, 1), 0, [3], 1, 1, 1029),
  gather("from a long table, from the end", random("a", 1, 1030), 1, [3], -1, 1029, 0),
  gather("of numbers", random("a", 4), 0, [3], 1, 1, -1),
  gather("along the last axis", random("a", 2, 3, 4), -1, [2, 2], 3, 0, 3, -2),
  gather("along the middle", random("a", 2, 3, 4), 1, [2], 2, 2),
  gather("one slice", random("a", 2, 3, 4), 1, [], -1),
  gather("one slice that stays an axis", random("a", 2, 3), 0, [1], 1),
  [
    "Gather by indices known only at run time",
    {
      build: (b, [x]) => b.op("Gather", [x, b.neg(b.constant(integers([2], 2, -1)))], { axis: int(1) }),
      inputs: [random("a", 2, 3)], // -2 and 1 are the same column
    },
  ],
  [
    "GatherElements, repeated",
    {
      build: (b, [x]) => b.op("GatherElements", [x, b.constant(integers([2, 2], 0, 0, 1, -2))], { axis: int(1) }),
      inputs: [random("a", 2, 3)],
    },
  ],
  [
    "GatherND, repeated points",
    {
      build: (b, [x]) => b.op("GatherND", [x, b.constant(integers([3, 2], 0, 1, -2, -1, 0, 1))]),
      inputs: [random("a", 2, 2, 3)],
      type: "float32",
    },
  ],
  [
    "GatherND, rows in batches",
    {
      build: (b, [x]) => b.op("GatherND", [x, b.constant(integers([2, 2, 1], 0, -1, 1, 1))], { batch_dims: int(1) }),
      inputs: [random("a", 2, 3, 2)],
      type: "float32",
    },
  ],
  [
    "GatherND of one number",
    { build: (b, [x]) => b.op("GatherND", [x, b.constant(integers([2], 1, 0))]), inputs: [random("a", 2, 3)] },
  ],
  [
    "ScatterElements, adding",
    {
      build: (b, [x, y]) =>
        b.op("ScatterElements", [x, b.constant(integers([2, 1], 2, 2)), y], {
          axis: int(1),
          reduction: string("add"),
        }),
      inputs: [random("a", 2, 3), random("b", 2, 1)],
    },
  ],
  [
    "ScatterElements, replacing",
    {
      build: (b, [x, y]) => b.op("ScatterElements", [x, b.constant(integers([1, 2], 2, 0)), y], { axis: int(1) }),
      inputs: [random("a", 2, 3), random("b", 1, 2)],
    },
  ],
  ...(["none", "add"] as const).map((reduction): Named => [
    `ScatterND, reduction ${reduction}`,
    {
      build: (b, [x, y]) =>
        b.op("ScatterND", [x, b.constant(integers([2, 1], 2, 0)), y], { reduction: string(reduction) }),
      inputs: [random("a", 3, 2), random("b", 2, 2)],
    },
  ]),
  [
    "OneHot",
    {
      build: (b, [x]) => {
        const values = b.constant({ type: "float32", shape: [2], data: Float32Array.of(0, 1) });
        const indices = b.cast(b.op("Floor", [x]), "int64");
        return b.mul(b.op("OneHot", [indices, b.integers([3]), values]), b.op("Unsqueeze", [x, b.integers([-1])]));
      },
      inputs: [given([2], 0.5, 2.5)],
      type: "float32",
    },
  ],
  ["TopK", { build: (b, [x]) => b.op("TopK", [x, b.integers([2])]), inputs: [given([2, 3], 1, 2, 3, 5, -1, 4)] }],
  [
    "TopK, the smallest along the first axis",
    {
      build: (b, [x]) => b.op("TopK", [x, b.integers([1])], { axis: int(0), largest: int(0) }),
      inputs: [given([2, 3], 1, 2, 3, 5, -1, 4)],
    },
  ],
  [
    "Range",
    {
      build: (b, [x]) => b.add(x, b.op("Range", [b.scalar(1, x), b.scalar(3, x), b.scalar(1, x)])),
      inputs: [random("a", 2)],
    },
  ],
];
