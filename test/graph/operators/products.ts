import { attribute } from "../../../src/graph/builder.js";
import { double, float, type Case } from "./case.js";

const { int, float: real, string } = attribute;

export const products: readonly Case[] = [
  { op: "MatMul", operands: [float(2, 3), float(3, 4)] },
  { op: "MatMul", operands: [double(5, 2, 3), double(3, 4)] },
  { op: "MatMul", operands: [float(5, 1, 2, 3), float(6, 3, 4)] },
  { op: "FusedMatMul", operands: [float(5, 2, 3), float(5, 3, 4)], attributes: { alpha: real(0.5) } },
  { op: "FusedMatMul", operands: [float(5, 3, 2), float(5, 3, 4)], attributes: { transA: int(1) } },
  { op: "FusedMatMul", operands: [float(5, 2, 3), float(4, 3)], attributes: { transB: int(1) } },
  { op: "FusedMatMul", operands: [float(3, 2), float(4, 3)], attributes: { transA: int(1), transB: int(1) } },
  { op: "Gemm", operands: [float(2, 3), float(3, 4), float(4)] },
  { op: "Gemm", operands: [float(2, 3), float(3, 4), float(2, 1)] },
  { op: "Gemm", operands: [float(3, 2), float(4, 3)], attributes: { transA: int(1), transB: int(1) } },
  { op: "Einsum", operands: [float(2, 3), float(3, 4)], attributes: { equation: string("ij,jk->ik") } },
  { op: "Einsum", operands: [float(2, 3), float(3, 4)], attributes: { equation: string("zj, jb") } },
  { op: "Einsum", operands: [float(2, 3, 4)], attributes: { equation: string("i...k -> k...") } },
  { op: "Einsum", operands: [float(5, 2, 3), float(1, 3, 4)], attributes: { equation: string("...ij,...jk->...ik") } },
  { op: "Einsum", operands: [float(6, 1, 2, 3), float(6, 5, 3, 4)], attributes: { equation: string("...ij,...jk") } },
  { op: "Einsum", operands: [float(2, 3), float(2, 3)], attributes: { equation: string("ij,ij->") } },
  { op: "Einsum", operands: [float(3, 3)], attributes: { equation: string("ii->i") } },
];
