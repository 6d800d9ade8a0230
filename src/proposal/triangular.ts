// Cholesky factors and what they solve, for matrices of a few hundred rows. Plain arithmetic in one order, so the same digits everywhere.

/** Lower triangle of a factor, row after row: row i has i + 1 entries. */
export interface Factor {
  readonly size: number;
  readonly entries: Float64Array;
}

/** L with L·Lᵀ = A of a symmetric matrix that is positive definite, or so nearly that rounding decides. */
export function choleskyOf(size: number, entry: (i: number, j: number) => number): Factor {
  const entries = new Float64Array((size * (size + 1)) / 2);
  for (let i = 0; i < size; i++) {
    const row = (i * (i + 1)) / 2;
    for (let j = 0; j <= i; j++) {
      const other = (j * (j + 1)) / 2;
      let sum = entry(i, j);
      for (let k = 0; k < j; k++) sum -= entries[row + k] * entries[other + k];
      entries[row + j] = i === j ? Math.sqrt(Math.max(sum, 1e-9)) : sum / entries[other + j];
    }
  }
  return { size, entries };
}

/** x of L·x = b, for the first `size` rows. */
export function solveLower({ entries, size: all }: Factor, b: Float64Array, size = all): Float64Array {
  const x = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const row = (i * (i + 1)) / 2;
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= entries[row + k] * x[k];
    x[i] = sum / entries[row + i];
  }
  return x;
}

/** x of A·x = b for the leading part of A with `size` rows. */
export function solve(factor: Factor, b: Float64Array, size = factor.size): Float64Array {
  const x = solveLower(factor, b, size);
  for (let i = size - 1; i >= 0; i--) {
    let sum = x[i];
    for (let k = i + 1; k < size; k++) sum -= factor.entries[(k * (k + 1)) / 2 + i] * x[k];
    x[i] = sum / factor.entries[(i * (i + 1)) / 2 + i];
  }
  return x;
}
