import { attribute, type GraphBuilder } from "../../../src/graph/builder.js";
import type { Value } from "../../../src/graph/graph.js";
import type { OpType } from "../../../src/graph/operators.js";
import { AWAY_FROM_ZERO, given, positive, random, SPREAD, unary, type Named } from "./case.js";

const { float: real, int } = attribute;

/** A flat function beside one that is not, so that the whole has a gradient. */
const flat = (op: OpType): Named => [
  op,
  { build: (b, [x]) => b.add(b.mul(x, x), b.cast(b.op(op, [x]), x.type)), inputs: [given([4], 0.3, -0.7, 1.8, -2.1)] },
];
const compared = (op: OpType): Named => [
  op,
  {
    build: (b, [x, y]) => b.add(b.mul(x, y), b.cast(b.op(op, [x, y]), x.type)),
    inputs: [given([2], 1, 2), given([2], 3, 0)],
  },
];
const logical = (op: OpType): Named => [
  op,
  {
    build: (b, [x, y]) => {
      const [left, right] = [x, y].map((value) => b.op("Greater", [value, b.scalar(0, value)]));
      return b.add(b.mul(x, y), b.cast(b.op(op, op === "Not" ? [left] : [left, right]), x.type));
    },
    inputs: [given([2], 1, -2), given([2], 3, 4)],
  },
];
const variadic = (op: OpType) => (b: GraphBuilder, inputs: readonly Value[]) => b.op(op, inputs);

const oneOperand: readonly Named[] = [
  unary("Identity", SPREAD),
  unary("Neg", SPREAD),
  unary("Exp", SPREAD),
  unary("Erf", SPREAD, "float32"),
  unary("Abs", AWAY_FROM_ZERO),
  unary("Log", given([3], 0.1, 1, 5)),
  unary("Sqrt", given([3], 0.1, 1, 5)),
  unary("Reciprocal", AWAY_FROM_ZERO),
  ["Abs at zero", { build: (b, [x]) => b.op("Abs", [x]), inputs: [given([2], 0, 0)] }],
  ...(["Sign", "Floor", "Ceil", "Round", "IsNaN", "IsInf"] as const).map(flat),
  logical("Not"),
  [
    "Cast",
    {
      build: (b, [x]) => b.cast(b.mul(b.cast(x, "float64"), b.scalar(3, b.cast(x, "float64"))), "float32"),
      inputs: [SPREAD],
      type: "float32",
    },
  ],
  [
    "Clip",
    {
      build: (b, [x, low, high]) => b.op("Clip", [x, low, high]),
      inputs: [AWAY_FROM_ZERO, given([], -0.5), given([], 2)],
    },
  ],
  ["Clip from above", { build: (b, [x]) => b.op("Clip", [x, null, b.scalar(1, x)]), inputs: [SPREAD] }],
  ["Clip from below", { build: (b, [x]) => b.op("Clip", [x, b.scalar(1, x)]), inputs: [SPREAD] }],
];

const INSIDE = given([5], 0, -0.7, 0.5, 0.01, 0.9);
const trigonometry: readonly Named[] = [
  unary("Sin", SPREAD),
  unary("Cos", SPREAD),
  ...(["Tan", "Asin", "Acos", "Atanh"] as const).map((op) => unary(op, INSIDE, "float32")),
  ...(["Atan", "Sinh", "Cosh", "Asinh"] as const).map((op) => unary(op, given([4], 0, -0.7, 1.3, -2), "float32")),
  unary("Acosh", given([3], 1.3, 2, 5), "float32"),
];

const activations: readonly Named[] = [
  unary("Tanh", SPREAD),
  unary("Sigmoid", SPREAD),
  unary("Relu", AWAY_FROM_ZERO),
  unary("Gelu", SPREAD, "float32"),
  unary("Gelu", SPREAD, "float32", { approximate: attribute.string("tanh") }),
  unary("QuickGelu", SPREAD, "float32"),
  unary("QuickGelu", SPREAD, "float32", { alpha: real(1) }),
  unary("LeakyRelu", AWAY_FROM_ZERO, "float32"),
  unary("LeakyRelu", AWAY_FROM_ZERO, "float32", { alpha: real(-0.5) }),
  unary("ThresholdedRelu", AWAY_FROM_ZERO, "float32"),
  unary("ThresholdedRelu", AWAY_FROM_ZERO, "float32", { alpha: real(-1) }),
  ...(["Elu", "Celu"] as const).flatMap((op) => [
    unary(op, SPREAD, "float32"), // smooth at 0
    unary(op, AWAY_FROM_ZERO, "float32", { alpha: real(0.3) }),
  ]),
  unary("Selu", AWAY_FROM_ZERO, "float32"),
  unary("Selu", AWAY_FROM_ZERO, "float32", { alpha: real(2), gamma: real(0.5) }),
  unary("Softplus", SPREAD, "float32"),
  unary("Softsign", SPREAD, "float32"),
  unary("HardSigmoid", given([5], 0, -2.4, 2.4, -2.6, 3), "float32"),
  unary("HardSigmoid", AWAY_FROM_ZERO, "float32", { alpha: real(1), beta: real(0) }),
  unary("HardSwish", given([6], 0, -2.9, 2.9, -3.1, 3.1, 1), "float32"),
  unary("Mish", SPREAD, "float32"),
  [
    "PRelu",
    {
      build: (b, [x, slope]) => b.op("PRelu", [x, slope]),
      inputs: [given([2, 3], 0.7, -0.5, 2, -1, 3, -4), given([3], 0.2, -1, 3)],
      type: "float32",
    },
  ],
];

/** Broadcasting on either side, zeros and ties. */
const twoOperands: readonly Named[] = [
  ["Add", { build: (b, [x, y]) => b.add(x, y), inputs: [random("a", 2, 3), random("b", 3)] }],
  ["Sub", { build: (b, [x, y]) => b.sub(x, y), inputs: [random("a", 3), random("b", 2, 1)] }],
  ["Mul", { build: (b, [x, y]) => b.mul(x, y), inputs: [given([2, 2], 0, 1, -2, 0), given([1, 2], 0, 3)] }],
  ["Mul, the same value twice", { build: (b, [x]) => b.mul(x, x), inputs: [SPREAD] }],
  ["Div", { build: (b, [x, y]) => b.div(x, y), inputs: [given([2, 2], 0, 1, -2, 0), given([2], -0.5, 3)] }],
  [
    "Mod",
    {
      build: (b, [x, y]) => b.op("Mod", [x, y], { fmod: int(1) }),
      inputs: [given([2, 2], 5, 1, -2, 0.3), given([2], 0.7, -3)],
      type: "float32",
    },
  ],
  ["Pow", { build: (b, [x]) => b.op("Pow", [x, b.scalar(3, x)]), inputs: [SPREAD] }],
  ["Pow, squares at zero", { build: (b, [x]) => b.op("Pow", [x, b.scalar(2, x)]), inputs: [SPREAD] }],
  [
    "Pow, both sides",
    {
      build: (b, [x, p]) => b.op("Pow", [x, p]),
      inputs: [positive(random("a", 3, 2)), given([2], 1.5, -2)],
    },
  ],
  [
    "Pow, a row of whole exponents at zero",
    {
      build: (b, [x]) =>
        b.op("Pow", [x, b.constant({ type: "int64", shape: [3], data: BigInt64Array.of(1n, 2n, 3n) })]),
      inputs: [given([2, 3], 0, 0, 0, -1, -2, -3)],
    },
  ],
  ...(["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"] as const).map(compared),
  ...(["And", "Or", "Xor"] as const).map(logical),
];

const several: readonly Named[] = [
  ["Min", { build: variadic("Min"), inputs: [given([3], 1, 2, 3), given([3], 1, 5, -3)] }],
  ["Max", { build: variadic("Max"), inputs: [given([3], 1, 2, 3), given([1], 2)] }],
  ["Max of three", { build: variadic("Max"), inputs: [given([3], 1, 2, 3), given([1], 1.5), given([3], -1, 3, 2)] }],
  ["Min of one", { build: variadic("Min"), inputs: [given([3], 1, 2, 3)] }],
  ...(["Sum", "Mean"] as const).map((op): Named => [
    op,
    { build: variadic(op), inputs: [random("a", 3), random("b", 2, 1), random("c", 2, 3)], type: "float32" },
  ]),
  [
    "Where",
    {
      build: (b, [x, y]) => b.op("Where", [b.op("Greater", [x, b.scalar(0, x)]), x, y]),
      inputs: [given([2, 2], 1, -1, 2, -2), given([2], 3, 0)],
      type: "float32",
    },
  ],
];

export const elementwise: readonly Named[] = [
  ...oneOperand,
  ...trigonometry,
  ...activations,
  ...twoOperands,
  ...several,
];
