// Portable forms of operators that move elements, and constants for what depends on sizes alone.

import { attribute, type GraphBuilder } from "../graph/builder.js";
import { elementCount, type Tensor, type Value } from "../graph/graph.js";
import { STORAGE } from "../graph/onnx-fields.js";
import { input, int, scalarOf } from "../graph/operators/call.js";
import { normalizeAxis, slicedAxis, staticShape } from "../graph/shapes.js";
import { integersOf, keep, type Lowering } from "./row.js";

/** Storage buffers that WebGPU lets every shader bind, less the one that is written. */
const MOST_OPERANDS = 7;

/** Operands of bool as whole numbers; more than a shader may bind, in groups. */
export const concat: Lowering = (site) => {
  const { b } = site;
  const operands = site.inputs.map((_, i) => input(site, i));
  const axis = int(site.attributes, "axis", 0);
  if (operands[0].type !== "bool") return [joined(b, operands, axis)];
  const numbers = operands.map((value) => b.cast(value, "int32"));
  return [b.cast(joined(b, numbers, axis), "bool")];
};

function joined(b: GraphBuilder, operands: readonly Value[], axis: number): Value {
  if (operands.length <= MOST_OPERANDS) return b.op("Concat", operands, { axis: attribute.int(axis) });
  const groups = Array.from({ length: Math.ceil(operands.length / MOST_OPERANDS) }, (_, i) =>
    operands.slice(i * MOST_OPERANDS, (i + 1) * MOST_OPERANDS),
  );
  return joined(
    b,
    groups.map((group) => joined(b, group, axis)),
    axis,
  );
}

/** A slice for every part. */
export const split: Lowering = (site) => {
  const { b } = site;
  const x = input(site, 0);
  const axis = normalizeAxis(int(site.attributes, "axis", 0), x.shape.length);
  let start = 0;
  return integersOf(site, 1).map((size) => {
    const from = start;
    start += size;
    return along(b, x, { axis, start: from, count: size, step: 1 });
  });
};

/** There is no kernel for whole numbers and bools, and going backwards the kernel begins at the end of the axis, wherever it was told to. */
export const slice: Lowering = (site) => {
  const { b } = site;
  const x = input(site, 0);
  const [starts, ends] = [integersOf(site, 1), integersOf(site, 2)];
  const axes = site.inputs[3] ? integersOf(site, 3) : starts.map((_, i) => i);
  const steps = site.inputs[4] ? integersOf(site, 4) : starts.map(() => 1);
  if (x.type === "float32" && steps.every((step) => step > 0)) return keep(site);
  const shape = staticShape(x.shape);
  return [
    axes.reduce((rest, given, i) => {
      const axis = normalizeAxis(given, shape.length);
      const { start, count } = slicedAxis(shape[axis], starts[i], ends[i], steps[i]);
      return along(b, rest, { axis, start, count, step: steps[i] });
    }, x),
  ];
};

interface Taken {
  readonly axis: number;
  readonly start: number;
  readonly count: number;
  readonly step: number;
}

function along(b: GraphBuilder, x: Value, { axis, start, count, step }: Taken): Value {
  if (x.type === "float32" && step === 1) {
    return b.op("Slice", [x, b.integers([start]), b.integers([start + count]), b.integers([axis])]);
  }
  const places = Int32Array.from({ length: count }, (_, i) => start + step * i);
  const indices = b.constant({ type: "int32", shape: [count], data: places });
  return b.op("Gather", [x, indices], { axis: attribute.int(axis) });
}

/** The kernel fails where there is no axis to repeat. */
export const tile: Lowering = (site) => (input(site, 0).shape.length === 0 ? [input(site, 0)] : keep(site));

// ----- Sizes are known -----
export const shape: Lowering = (site) => {
  const sizes = staticShape(input(site, 0).shape);
  const kept = sizes.slice(int(site.attributes, "start", 0), int(site.attributes, "end", sizes.length));
  return [site.b.constant({ type: "int32", shape: [kept.length], data: Int32Array.from(kept) })];
};

export const size: Lowering = (site) => {
  const count = elementCount(staticShape(input(site, 0).shape));
  return [site.b.constant({ type: "int32", shape: [], data: Int32Array.of(count) })];
};

export const filled: Lowering = (site) => {
  const { b, attributes } = site;
  const given = attributes["value"];
  const value: Tensor =
    given?.kind === "tensor" ? given.value : { type: "float32", shape: [1], data: Float32Array.of(0) };
  const one = b.scalar(scalarOf(value), { name: "", type: value.type === "int64" ? "int32" : value.type, shape: [] });
  return [b.op("Expand", [one, b.integers(integersOf(site, 0))])];
};

export const range: Lowering = (site) => {
  const [start, end, step] = [0, 1, 2].map((i) => scalarOf(site.contents(i)!));
  const count = Math.max(0, Math.ceil((end - start) / step));
  const { type } = input(site, 0);
  const data = STORAGE[type].allocate(count) as Float32Array;
  for (let i = 0; i < count; i++) data[i] = start + step * i;
  return [site.b.constant({ type, shape: [count], data })];
};
