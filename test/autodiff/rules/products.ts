import { attribute } from "../../../src/graph/builder.js";
import { random, type Given, type Named } from "./case.js";

const einsum = (equation: string, ...inputs: Given[]): Named => [
  `Einsum, ${equation}`,
  { build: (b, values) => b.op("Einsum", values, { equation: attribute.string(equation) }), inputs, type: "float32" },
];

export const products: readonly Named[] = [
  ["MatMul", { build: (b, [x, y]) => b.matMul(x, y), inputs: [random("a", 2, 3), random("b", 3, 4)] }],
  [
    "MatMul, batch by matrix",
    { build: (b, [x, y]) => b.matMul(x, y), inputs: [random("a", 2, 2, 3), random("b", 3, 4)] },
  ],
  [
    "MatMul, batches that broadcast",
    { build: (b, [x, y]) => b.matMul(x, y), inputs: [random("a", 2, 1, 2, 3), random("b", 3, 3, 2)] },
  ],
  ...[false, true].flatMap((transA) =>
    [false, true].map((transB): Named => [
      `FusedMatMul, transA ${transA}, transB ${transB}`,
      {
        build: (b, [x, y]) => b.matMul(x, y, { transA, transB, alpha: 0.7 }),
        inputs: [random("a", 2, ...(transA ? [3, 2] : [2, 3])), random("b", 2, ...(transB ? [4, 3] : [3, 4]))],
        type: "float32",
      },
    ]),
  ),
  [
    "FusedMatMul, batch by transposed matrix",
    {
      build: (b, [x, y]) => b.matMul(x, y, { transB: true }),
      inputs: [random("a", 2, 2, 3), random("b", 4, 3)],
      type: "float32",
    },
  ],
  ...[0, 1].flatMap((transA) =>
    [0, 1].map((transB): Named => [
      `Gemm, transA ${transA}, transB ${transB}`,
      {
        build: (b, [x, y, c]) =>
          b.op("Gemm", [x, y, c], {
            transA: attribute.int(transA),
            transB: attribute.int(transB),
            alpha: attribute.float(0.5),
            beta: attribute.float(2),
          }),
        inputs: [
          random("a", ...(transA ? [3, 2] : [2, 3])),
          random("b", ...(transB ? [4, 3] : [3, 4])),
          random("c", 4),
        ],
      },
    ]),
  ),
  einsum("ij,jk->ik", random("a", 2, 3), random("b", 3, 4)),
  einsum("bhqd,bhkd->bhqk", random("a", 2, 2, 3, 4), random("b", 2, 2, 5, 4)),
  einsum("ij,kl->il", random("a", 2, 3), random("b", 2, 4)),
  einsum("ij,ij->", random("a", 2, 3), random("b", 2, 3)),
  einsum("...ij,...jk", random("a", 2, 2, 3), random("b", 2, 3, 4)),
  einsum("ij,ij->ij", random("a", 2, 3), random("b", 1, 3)),
  einsum("ij,ij->i", random("a", 2, 3), random("b", 2, 1)),
  einsum("ijk->kj", random("a", 2, 3, 4)),
  einsum("i,j,jk->ik", random("a", 2), random("b", 3), random("c", 3, 4)),
];
