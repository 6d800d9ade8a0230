// Small tensors as plain lists of elements, and the places that a view with strides visits in them.

import type { ElementType, Tensor } from "../graph/graph.js";
import { STORAGE } from "../graph/onnx-fields.js";

/** int64 elements are bigints until somebody computes with them: exporters write 2⁶³ - 1 for "to the end". */
export type Element = number | bigint;

export function elementsOf({ data }: Tensor): Element[] {
  return Array.from(data as Iterable<Element>);
}

/** The tensor of these elements, or null where its type cannot hold one of them exactly. Floats are rounded. */
export function tensorOf(type: ElementType, shape: readonly number[], elements: readonly Element[]): Tensor | null {
  const data = STORAGE[type].allocate(elements.length);
  for (const [at, element] of elements.entries()) {
    if (data instanceof BigInt64Array) {
      if (typeof element === "number" && !Number.isSafeInteger(element)) return null;
      data[at] = BigInt(element);
      continue;
    }
    data[at] = Number(element);
    if (!type.startsWith("float") && data[at] !== Number(element)) return null;
  }
  return { type, shape, data };
}

/** How far apart neighbours along each axis lie in row-major order. */
export function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, dim) => product * dim, 1));
}

/** Every place from `offset` on that `sizes` steps of these strides reach, in row-major order. */
export function view(sizes: readonly number[], strides: readonly number[], offset = 0): number[] {
  return sizes.reduce<number[]>(
    (places, size, axis) =>
      places.flatMap((place) => Array.from({ length: size }, (_, i) => place + i * strides[axis])),
    [offset],
  );
}

/** The elements of a tensor as broadcast to `shape`. */
export function spread(tensor: Tensor, shape: readonly number[]): Element[] {
  const elements = elementsOf(tensor);
  const strides = stridesOf(tensor.shape);
  const lead = shape.length - tensor.shape.length;
  const steps = shape.map((_, axis) => (tensor.shape[axis - lead] === 1 ? 0 : (strides[axis - lead] ?? 0)));
  return view(shape, steps).map((place) => elements[place]);
}
