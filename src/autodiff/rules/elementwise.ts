// Gradients of the operators that work on every element by itself. G is the gradient of the output Y.
// Where a function has a corner, its gradient there is the one PyTorch takes.

import type { GraphBuilder } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";
import { float } from "../../graph/operators/call.js";
import type { elementwise as rows } from "../../graph/operators/elementwise.js";
import { bracket, elementwise as of, zero, type Rule } from "../rule.js";

type Arithmetic = "Add" | "Sub" | "Mul" | "Div" | "Gelu"; // in rules.ts

export const elementwise: Readonly<Record<Exclude<keyof typeof rows, Arithmetic>, Rule>> = {
  // ----- One operand -----
  Identity: (_, { g }) => [g],
  Neg: (b, { g }) => [b.neg(g)],
  Abs: of((b, x) => b.op("Sign", [x])), // 0 at 0
  Sign: zero,
  Exp: of((_, _x, y) => y),
  Log: (b, { g, inputs: [x] }) => [b.div(g, x)],
  Sqrt: (b, { g, outputs: [y] }) => [b.div(b.scale(g, 0.5), y)], // 1 / (2√x)
  Reciprocal: of((b, _, y) => b.neg(b.mul(y, y))), // -1/x²
  Erf: of((b, x) => b.scale(b.op("Exp", [b.neg(b.mul(x, x))]), 2 / Math.sqrt(Math.PI))), // 2/√π · exp(-x²)
  Floor: zero,
  Ceil: zero,
  Round: zero,
  Not: zero,
  IsNaN: zero,
  IsInf: zero,
  Cast: (b, { g, inputs: [x] }) => [x.type.startsWith("float") ? b.cast(g, x.type) : null],
  Clip: (b, { g, inputs: [x, low, high] }) => {
    const below = low ? b.op("Less", [x, low]) : null;
    const above = high ? b.op("Greater", [x, high]) : null;
    const [under, over] = [below, above].map((mask) => mask && b.mul(g, b.cast(mask, g.type)));
    const outside = [under, over].filter((part) => part !== null);
    return [outside.reduce((inside, part) => b.sub(inside, part), g), under, over]; // each G goes to x or to one bound
  },

  // ----- Trigonometry -----
  Sin: of((b, x) => b.op("Cos", [x])),
  Cos: of((b, x) => b.neg(b.op("Sin", [x]))),
  Tan: of((b, _, y) => plus(b, b.mul(y, y), 1)), // 1 + y²
  Asin: of((b, x) => inverseRoot(b, minus(b, 1, b.mul(x, x)))), // 1/√(1 - x²)
  Acos: of((b, x) => b.neg(inverseRoot(b, minus(b, 1, b.mul(x, x))))),
  Atan: of((b, x) => b.op("Reciprocal", [plus(b, b.mul(x, x), 1)])), // 1/(1 + x²)
  Sinh: of((b, x) => b.op("Cosh", [x])),
  Cosh: of((b, x) => b.op("Sinh", [x])),
  Asinh: of((b, x) => inverseRoot(b, plus(b, b.mul(x, x), 1))), // 1/√(x² + 1)
  Acosh: of((b, x) => inverseRoot(b, plus(b, b.mul(x, x), -1))), // 1/√(x² - 1)
  Atanh: of((b, x) => b.op("Reciprocal", [minus(b, 1, b.mul(x, x))])), // 1/(1 - x²)

  // ----- Activations; s is the sigmoid -----
  Tanh: of((b, _, y) => minus(b, 1, b.mul(y, y))), // 1 - y²
  Sigmoid: of((b, _, y) => b.sub(y, b.mul(y, y))), // y(1 - y)
  Relu: of((b, x) => bracket(b, "Greater", x, 0)), // 0 at 0
  QuickGelu: (b, { g, inputs: [x], outputs: [y], attributes }) => {
    const alpha = float(attributes, "alpha", 1.702);
    const s = b.op("Sigmoid", [b.scale(x, alpha)]); // y = x·s(αx)
    return [b.mul(g, b.add(s, b.scale(b.sub(y, b.mul(y, s)), alpha)))]; // s + αx·s(1 - s)
  },
  LeakyRelu: of((b, x, _, attributes) => select(b, x, 1, b.scalar(float(attributes, "alpha", 0.01), x))),
  ThresholdedRelu: of((b, x, _, attributes) => bracket(b, "Greater", x, float(attributes, "alpha", 1))),
  Elu: of((b, x, y, attributes) => {
    const alpha = float(attributes, "alpha", 1);
    return select(b, x, 1, plus(b, y, alpha)); // below 0: α·exp(x) = y + α
  }),
  Selu: of((b, x, y, attributes) => {
    const [alpha, gamma] = [float(attributes, "alpha", 1.6732632), float(attributes, "gamma", 1.050701)];
    return select(b, x, gamma, plus(b, y, alpha * gamma)); // below 0: γα·exp(x) = y + γα
  }),
  Celu: of((b, x, y, attributes) => {
    const alpha = float(attributes, "alpha", 1);
    return select(b, x, 1, plus(b, b.scale(y, 1 / alpha), 1)); // below 0: exp(x/α) = y/α + 1
  }),
  Softplus: of((b, x) => b.op("Sigmoid", [x])),
  Softsign: of((b, _, y) => {
    const rest = minus(b, 1, b.op("Abs", [y]));
    return b.mul(rest, rest); // 1/(1 + |x|)² = (1 - |y|)²
  }),
  HardSigmoid: of((b, _, y, attributes) => {
    const inside = b.mul(bracket(b, "Greater", y, 0), bracket(b, "Less", y, 1));
    return b.scale(inside, float(attributes, "alpha", 0.2));
  }),
  HardSwish: of((b, x) => {
    const slope = plus(b, b.scale(x, 1 / 3), 0.5); // between -3 and 3: (x²/6 + x/2)'
    const above = bracket(b, "Greater", x, 3);
    return b.add(above, b.mul(b.sub(bracket(b, "Greater", x, -3), above), slope));
  }),
  Mish: of((b, x) => {
    const t = b.op("Tanh", [b.op("Softplus", [x])]); // y = x·t
    const slope = b.mul(minus(b, 1, b.mul(t, t)), b.op("Sigmoid", [x]));
    return b.add(t, b.mul(x, slope)); // t + x(1 - t²)·s
  }),
  PRelu: (b, { g, inputs: [x, slope] }) => [
    b.mul(g, select(b, x, 1, slope)),
    b.mul(g, b.op("Min", [x, b.scalar(0, x)])),
  ],

  // ----- Two operands -----
  Mod: (b, { g, inputs: [x, y], outputs: [r] }) => [g, b.neg(b.div(b.mul(g, b.sub(x, r)), y))], // r = x - y·whole
  Pow: (b, node) => {
    const { g, inputs, outputs, needed } = node;
    const [x, p] = inputs;
    const dp = needed[1] ? b.mul(g, b.mul(outputs[0], b.op("Log", [x]))) : null; // xᵖ·ln x, for x > 0 only
    const exponent = b.contents(p);
    if (exponent?.data.length !== 1) {
      const power = b.cast(p, x.type);
      return [b.mul(g, b.mul(power, b.op("Pow", [x, plus(b, power, -1)]))), dp];
    }
    const n = Number(exponent.data[0]);
    const power = n === 2 ? x : b.op("Pow", [x, b.scalar(n - 1, x)]);
    return [b.mul(g, b.scale(power, n)), null]; // n·x^(n-1)
  },
  Equal: zero,
  Less: zero,
  LessOrEqual: zero,
  Greater: zero,
  GreaterOrEqual: zero,
  And: zero,
  Or: zero,
  Xor: zero,

  // ----- Several -----
  Min: extremum,
  Max: extremum,
  Sum: (_, { g, inputs }) => inputs.map(() => g),
  Mean: (b, { g, inputs }) => {
    const share = b.scale(g, 1 / inputs.length);
    return inputs.map(() => share);
  },
  Where: (b, { g, inputs: [condition] }) => {
    const nothing = b.scalar(0, g);
    return [null, b.op("Where", [condition, g, nothing]), b.op("Where", [condition, nothing, g])];
  },
};

/** Min and Max: G goes to the winner, ties share it. */
function extremum(b: GraphBuilder, { g, inputs, outputs: [y] }: Parameters<Rule>[1]): readonly Value[] {
  const wins = inputs.map((x) => b.cast(b.op("Equal", [x, y]), g.type));
  const total = wins.slice(1).reduce((sum, win) => b.add(sum, win), wins[0]);
  return wins.map((win) => b.mul(g, b.div(win, total)));
}

/** `positive` where x > 0, `other` elsewhere. */
function select(b: GraphBuilder, x: Value, positive: number, other: Value): Value {
  return b.op("Where", [b.op("Greater", [x, b.scalar(0, x)]), b.scalar(positive, x), other]);
}

function plus(b: GraphBuilder, x: Value, constant: number): Value {
  return b.add(x, b.scalar(constant, x));
}

function minus(b: GraphBuilder, constant: number, x: Value): Value {
  return b.sub(b.scalar(constant, x), x);
}

function inverseRoot(b: GraphBuilder, x: Value): Value {
  return b.op("Reciprocal", [b.op("Sqrt", [x])]);
}
