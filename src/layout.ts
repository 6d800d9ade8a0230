// Where each parameter lies in the flat buffers.

import { elementCount, type Tensor } from "./graph/graph.js";
import type { Group } from "./spec.js";

export interface Row {
  readonly name: string;
  readonly shape: readonly number[];
  readonly group: Group;
}

export interface Placed extends Row {
  /** Where it starts in a flat buffer, in elements. */
  readonly offset: number;
  readonly size: number;
}

/** Parameters one behind the other, those of a group together; groups in the order of their first parameter. */
export function place<R extends Row>(rows: readonly R[]): (R & Placed)[] {
  const groups = [...new Set(rows.map(({ group }) => group))];
  let offset = 0;
  return groups.flatMap((group) =>
    rows
      .filter((row) => row.group === group)
      .map((row) => {
        const placed = { ...row, offset, size: elementCount(row.shape) };
        offset += placed.size;
        return placed;
      }),
  );
}

/** Each parameter of a flat buffer by its name: views, no copies. */
export function tensorsOf(parameters: readonly Placed[], flat: Float32Array): Record<string, Tensor> {
  return Object.fromEntries(
    parameters.map(({ name, shape, offset, size }) => [
      name,
      { type: "float32", shape, data: flat.subarray(offset, offset + size) },
    ]),
  );
}

/** Elements of all parameters together. */
export function totalSize(parameters: readonly Placed[]): number {
  return parameters.reduce((sum, { size }) => sum + size, 0);
}

/** Cuts the parameters into `count` runs of about equal size, never through a parameter; a run may be empty. */
export function shares(parameters: readonly Placed[], count: number): Placed[][] {
  const total = totalSize(parameters);
  const owner = ({ offset, size }: Placed) => Math.min(count - 1, Math.floor(((offset + size / 2) / total) * count));
  return Array.from({ length: count }, (_, i) => parameters.filter((parameter) => owner(parameter) === i));
}
