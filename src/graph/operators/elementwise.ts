// Operators that work on every element by itself, with one operand or with several that broadcast.

import { GraphError } from "../../errors.js";
import type { Dim, ElementType, Value } from "../graph.js";
import { STORAGE } from "../onnx-fields.js";
import { broadcast, sameShape } from "../shapes.js";
import { input, int, microsoftSame, onnx, same, sameType, variadic, type Call } from "./call.js";

// ----- Kinds -----
const binary = onnx((_, call) => [{ type: sameType(pair(call)), shape: joined(pair(call)) }]);
const comparison = onnx((_, call) => {
  sameType(pair(call));
  return [{ type: "bool", shape: joined(pair(call)) }];
});
const test = onnx((x) => [{ type: "bool", shape: x.shape }]);

export const elementwise = {
  // ----- One operand -----
  Identity: same,
  Neg: same,
  Abs: same,
  Sign: same,
  Exp: same,
  Log: same,
  Sqrt: same,
  Reciprocal: same,
  Erf: same,
  Floor: same,
  Ceil: same,
  Round: same,
  Not: test,
  IsNaN: test,
  IsInf: test,
  Cast: onnx((x, call) => [{ type: castType(call), shape: x.shape }]),
  /** Bounds may be absent. */
  Clip: same,

  // ----- Trigonometry -----
  Sin: same,
  Cos: same,
  Tan: same,
  Asin: same,
  Acos: same,
  Atan: same,
  Sinh: same,
  Cosh: same,
  Asinh: same,
  Acosh: same,
  Atanh: same,

  // ----- Activations -----
  Tanh: same,
  Sigmoid: same,
  Relu: same,
  Gelu: same,
  QuickGelu: microsoftSame,
  LeakyRelu: same,
  ThresholdedRelu: same,
  Elu: same,
  Selu: same,
  Celu: same,
  Softplus: same,
  Softsign: same,
  HardSigmoid: same,
  HardSwish: same,
  Mish: same,
  PRelu: onnx((x, call) => {
    const slope = input(call, 1);
    if (sameShape(broadcast(x.shape, slope.shape), x.shape)) return [{ type: sameType([x, slope]), shape: x.shape }];
    throw new GraphError("shape", `a slope of [${slope.shape.join(", ")}] does not fit [${x.shape.join(", ")}]`);
  }),

  // ----- Two operands -----
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  Mod: binary,
  Pow: onnx((x, call) => [{ type: x.type, shape: joined(pair(call)) }]),
  Equal: comparison,
  Less: comparison,
  LessOrEqual: comparison,
  Greater: comparison,
  GreaterOrEqual: comparison,
  And: comparison,
  Or: comparison,
  Xor: comparison,

  // ----- Several -----
  Min: variadic,
  Max: variadic,
  Sum: variadic,
  Mean: variadic,
  Where: onnx((condition, call) => {
    const [x, y] = [input(call, 1), input(call, 2)];
    return [{ type: sameType([x, y]), shape: broadcast(condition.shape, broadcast(x.shape, y.shape)) }];
  }),
};

function pair(call: Call): readonly [Value, Value] {
  if (call.inputs.length > 2) throw new GraphError("shape", `${call.inputs.length} operands where two belong`);
  return [input(call, 0), input(call, 1)];
}

function joined([x, y]: readonly [Value, Value]): Dim[] {
  return broadcast(x.shape, y.shape);
}

function castType({ attributes }: Call): ElementType {
  const to = int(attributes, "to", 1);
  const type = (Object.keys(STORAGE) as ElementType[]).find((known) => STORAGE[known].code === to);
  if (!type) throw new GraphError("shape", `Cast to the unknown type ${to}`);
  return type;
}
