// Sums over flat gradients, in plain loops: what crosses between replicas or training steps is not in a graph.

/** sum[i] += other[i]. @returns the sum of the squares of the new values, in double precision */
export function addTo(sum: Float32Array, other: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < sum.length; i++) {
    const value = Math.fround(sum[i] + other[i]);
    sum[i] = value;
    squares += value * value;
  }
  return squares;
}

/** In double precision. */
export function sumOfSquares(vector: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i] * vector[i];
  return sum;
}
