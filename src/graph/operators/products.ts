// Products of matrices and of tensors by letters.

import { GraphError } from "../../errors.js";
import { einsumTerms } from "../einsum.js";
import type { Dim, Value } from "../graph.js";
import { broadcast, matMulShape, sameShape } from "../shapes.js";
import { flag, input, microsoft, onnx, sameType, string, type Call } from "./call.js";

export const products = {
  MatMul: onnx((x, call) => [
    { type: sameType([x, input(call, 1)]), shape: matMulShape(x.shape, input(call, 1).shape, false, false) },
  ]),
  FusedMatMul: microsoft((x, call) => {
    if (flag(call.attributes, "transBatchA") || flag(call.attributes, "transBatchB")) {
      throw new GraphError("shape", "FusedMatMul with transposed batches; transpose them beforehand");
    }
    return [{ type: sameType([x, input(call, 1)]), shape: transposable(x, call) }];
  }),
  Gemm: onnx((x, call) => {
    const y = input(call, 1);
    if (x.shape.length !== 2 || y.shape.length !== 2) throw new GraphError("shape", "Gemm takes matrices");
    const [shape, c] = [transposable(x, call), call.inputs[2]];
    if (c && !sameShape(broadcast(shape, c.shape), shape)) {
      throw new GraphError("shape", `[${c.shape.join(", ")}] is not added to a product of [${shape.join(", ")}]`);
    }
    return [{ type: sameType([x, y]), shape }];
  }),
  Einsum: onnx((_, call) => {
    const operands = call.inputs.map((_operand, i) => input(call, i));
    const shapes = operands.map((operand) => operand.shape);
    const { output, sizes } = einsumTerms(string(call.attributes, "equation", ""), shapes);
    return [{ type: sameType(operands), shape: output.map((letter) => sizes.get(letter)!) }];
  }),
};

function transposable(x: Value, call: Call): Dim[] {
  const [transA, transB] = [flag(call.attributes, "transA"), flag(call.attributes, "transB")];
  return matMulShape(x.shape, input(call, 1).shape, transA, transB);
}
