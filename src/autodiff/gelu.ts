// The gradient of GELU, in its two forms. Long enough to be no row of the table.

import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";

/** y = x·Φ(x): G·(Φ(x) + x·φ(x)), with Φ(x) = (1 + erf(x/√2))/2 and φ(x) = exp(-x²/2)/√(2π). */
export function geluGradient(b: GraphBuilder, g: Value, x: Value): Value {
  const cumulative = b.scale(b.add(b.op("Erf", [b.scale(x, Math.SQRT1_2)]), b.scalar(1, x)), 0.5);
  const density = b.scale(b.op("Exp", [b.scale(b.mul(x, x), -0.5)]), 1 / Math.sqrt(2 * Math.PI));
  return b.mul(g, b.add(cumulative, b.mul(x, density)));
}

/**
 * y = x·(1 + tanh u)/2 = x·(1 - s) with s = σ(-2u), u = a(x + c·x³), a = √(2/π), c = 0.044715.
 * dy/dx = 1 - s + x·s(1 - s)·2u' = 1 + s·(y·(2a + 6ac·x²) - 1): the sigmoid form needs fewer passes than tanh.
 */
export function geluTanhGradient(b: GraphBuilder, g: Value, x: Value, y: Value): Value {
  const a = Math.sqrt(2 / Math.PI);
  const plus = (value: Value, constant: number) => b.add(value, b.scalar(constant, x));
  const cubic = b.scale(b.mul(x, x), -2 * a * 0.044715);
  const s = b.op("Sigmoid", [b.mul(x, plus(cubic, -2 * a))]);
  const slope = plus(b.scale(cubic, -3), 2 * a);
  return b.mul(g, plus(b.mul(s, plus(b.mul(y, slope), -1)), 1));
}
