// Arrays one behind the other.

import type { TensorData } from "../graph/graph.js";

/** One array of all, of the type of the first; a single one as it is. */
export function joined<T extends TensorData>(arrays: readonly T[]): T {
  const [first] = arrays;
  if (arrays.length === 1) return first;
  const size = arrays.reduce((sum, { length }) => sum + length, 0);
  const whole = new (first.constructor as new (size: number) => T)(size);
  let at = 0;
  for (const array of arrays) {
    (whole as Float32Array).set(array as Float32Array, at);
    at += array.length;
  }
  return whole;
}
