// Sums over flat gradients, in plain loops: what crosses between replicas or training steps is not in a graph.

/** sum[i] += other[i]. */
export function addTo(sum: Float32Array, other: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += other[i];
}

/** In double precision. */
export function sumOfSquares(vector: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i] * vector[i];
  return sum;
}
