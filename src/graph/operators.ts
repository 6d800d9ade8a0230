// The operators this house builds with: one row each, saying its domain and the types and shapes of what comes out.
// The rows stand in operators/, by family.

import { GraphError } from "../errors.js";
import { onnx, type Operator } from "./operators/call.js";
import { elementwise } from "./operators/elementwise.js";
import { indexing } from "./operators/indexing.js";
import { movement } from "./operators/movement.js";
import { products } from "./operators/products.js";
import { reductions } from "./operators/reductions.js";

export const operators = {
  ...elementwise,
  ...products,
  ...reductions,
  ...movement,
  ...indexing,

  // ----- Control flow -----
  Loop: onnx(() => {
    throw new GraphError("shape", "the outputs of a Loop are declared by whoever builds its body");
  }),
} satisfies Record<string, Operator>;

export type OpType = keyof typeof operators;
