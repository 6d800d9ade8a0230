// Muon, momentum made orthogonal matrix by matrix.
// Jordan and others: "Muon: an optimizer for hidden layers in neural networks", 2024.

import { attribute, type GraphBuilder } from "../graph/builder.js";
import { elementCount, type Value } from "../graph/graph.js";
import { decayed, type Optimizer } from "./optimizer.js";

/** Coefficients and number of the Newton-Schulz iterations of the paper: they drive every singular value near 1. */
const [A, B, C] = [3.4445, -4.775, 2.0315];
const ITERATIONS = 5;

/**
 * m ← β₁m + g; the Nesterov momentum g + β₁m of every matrix is replaced by the nearest matrix with orthogonal rows or columns,
 * U·Vᵀ of its singular value decomposition, times 0.2·√max(rows, columns). That factor gives the update the size AdamW's has
 * What has more than two axes counts as a matrix with a row per entry of the first. See
 * (Liu et al., "Muon is scalable for LLM training", 2025), so learning rate and weight decay keep their meaning.
 */
export const muon: Optimizer = {
  slots: ["firstMoment"],
  matrixwise: true,
  scalarCount: 2,
  scalars: ({ learningRate, weightDecay }) => [learningRate, 1 - learningRate * weightDecay],
  update(b, { parameters, firstMoment }, g, [rate, shrink], { options, shapes, decays }) {
    const m = b.add(b.scale(firstMoment!, options.beta1), g);
    const nesterov = b.add(b.scale(m, options.beta1), g);
    const matrices = b.split(nesterov, shapes.map(elementCount), 0);
    const changes = matrices.map((part, i) => {
      const [rows, columns] = [shapes[i][0], elementCount(shapes[i].slice(1))];
      const direction = orthogonal(b, b.reshape(part, [rows, columns]));
      return b.reshape(b.scale(direction, 0.2 * Math.sqrt(Math.max(rows, columns))), [rows * columns]);
    });
    const change = b.mul(b.concat(changes, 0), rate);
    return { parameters: decayed(b, parameters, decays ? shrink : null, change), firstMoment: m };
  },
};

/** Newton-Schulz: X ← A·X + (B·S + C·S²)·X with S = X·Xᵀ, from X = G/‖G‖. It works on the shorter side. */
function orthogonal(b: GraphBuilder, g: Value): Value {
  const [rows, columns] = g.shape as [number, number];
  if (rows > columns) return b.transpose(orthogonal(b, b.transpose(g, [1, 0])), [1, 0]);
  const norm = b.op("ReduceL2", [g, null], { keepdims: attribute.int(0) });
  let x = b.div(g, b.add(norm, b.scalar(1e-7, g)));
  for (let i = 0; i < ITERATIONS; i++) {
    const s = b.matMul(x, x, { transB: true });
    const polynomial = b.op("Gemm", [s, s, s], { alpha: attribute.float(C), beta: attribute.float(B) });
    x = b.op("Gemm", [polynomial, x, x], { beta: attribute.float(A) });
  }
  return x;
}
