import { attribute } from "../../../src/graph/builder.js";
import type { ElementType } from "../../../src/graph/graph.js";
import { STORAGE } from "../../../src/graph/onnx-fields.js";
import { double, filled, float, zeros, type Case, type Fed } from "./case.js";

const { int, float: real, string } = attribute;

const unary = (
  ["Neg", "Abs", "Sign", "Exp", "Tanh", "Sigmoid", "Relu", "Identity", "Floor", "Ceil", "Round", "Sin", "Cos"] as const
).flatMap((op): Case[] => [
  { op, operands: [float(2, 3)] },
  { op, operands: [double(2, 1, 3)] },
  { op, operands: [float()] },
]);
const positive = (
  [
    "Log",
    "Sqrt",
    "Reciprocal",
    "Erf",
    "Gelu",
    "QuickGelu",
    "Tan",
    "Asin",
    "Acos",
    "Atan",
    "Sinh",
    "Cosh",
    "Asinh",
  ] as const
).flatMap((op): Case[] => [
  { op, operands: [filled(2, "float32", 2, 3)] },
  { op, operands: [filled(2, "float32", 0, 3)] },
]);
const activations = (
  [
    "Acosh",
    "Atanh",
    "ThresholdedRelu",
    "Elu",
    "Selu",
    "Celu",
    "Softplus",
    "Softsign",
    "HardSigmoid",
    "HardSwish",
  ] as const
).flatMap((op): Case[] => [
  { op, operands: [float(2, 3)] },
  { op, operands: [float()] },
]);
const others: readonly Case[] = [
  { op: "LeakyRelu", operands: [float(2, 3)], attributes: { alpha: real(0.3) } },
  { op: "Mish", operands: [float(2, 3)] },
  { op: "Gelu", operands: [float(2, 3)], attributes: { approximate: string("tanh") } },
  { op: "PRelu", operands: [float(2, 3), float(3)] },
  { op: "PRelu", operands: [float(2, 3, 4), float(3, 1)] },
  { op: "Clip", operands: [float(2, 3), float(), float()] },
  { op: "Clip", operands: [double(2, 3), null, double()] },
  { op: "Clip", operands: [float(2, 3), float()] },
  { op: "Clip", operands: [float(2, 3)] },
  { op: "Not", operands: [zeros("bool", 2, 3)] },
  { op: "IsNaN", operands: [float(2, 3)] },
  { op: "IsInf", operands: [double(2, 3)] },
];

const pairs: readonly (readonly [Fed, Fed])[] = [
  [float(2, 3), float(2, 3)],
  [float(2, 3), float(3)],
  [float(), float(2, 3)],
  [double(2, 1, 4), double(3, 1)],
  [float(1), float(2, 0)],
];
const binary = (["Add", "Sub", "Mul", "Div", "Pow", "Min", "Max", "Sum", "Mean"] as const).flatMap((op) =>
  pairs
    .filter(([x]) => x.type === "float32" || !["Sum", "Mean"].includes(op)) // ONNX Runtime has no kernels for doubles
    .map((operands): Case => ({ op, operands })),
);
const comparisons = (["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"] as const).flatMap((op) =>
  pairs.map((operands): Case => ({ op, operands })),
);
const logic = (["And", "Or", "Xor"] as const).flatMap((op): Case[] => [
  { op, operands: [zeros("bool", 2, 3), zeros("bool", 3)] },
  { op, operands: [zeros("bool", 2, 1), zeros("bool", 1, 3)] },
]);
const several: readonly Case[] = [
  ...(["Min", "Max", "Sum", "Mean"] as const).flatMap((op): Case[] => [
    { op, operands: [float(2, 3)] },
    { op, operands: [float(3), float(2, 1), float(4, 1, 1)] },
  ]),
  { op: "Mod", operands: [filled(7, "int64", 2, 3), filled(3, "int64", 3)] },
  { op: "Mod", operands: [filled(7, "float32", 2, 3), filled(3, "float32", 3)], attributes: { fmod: int(1) } },
  { op: "Pow", operands: [float(2, 3), filled(2, "int64")] },
  { op: "Where", operands: [zeros("bool", 2, 1), float(3), float()] },
  { op: "Where", operands: [zeros("bool"), double(2, 3), double(1, 3)] },
];
const casts = (Object.keys(STORAGE) as ElementType[]).map((type): Case => ({
  op: "Cast",
  operands: [float(2, 3)],
  attributes: { to: int(STORAGE[type].code) },
}));

export const elementwise: readonly Case[] = [
  ...unary,
  ...positive,
  ...activations,
  ...others,
  ...binary,
  ...comparisons,
  ...logic,
  ...several,
  ...casts,
];
