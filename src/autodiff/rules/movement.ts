// Gradients of the operators that move elements: G moves back, and what was not taken gets zeros.

import { attribute, type GraphBuilder } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";
import { int, integers, string } from "../../graph/operators/call.js";
import type { movement as rows } from "../../graph/operators/movement.js";
import { normalizeAxis, slicedAxis, staticShape } from "../../graph/shapes.js";
import { require, zero, zeros, type Rule, type RuleInputs } from "../rule.js";

const reshapeBack: Rule = (b, { g, inputs: [x] }) => [b.reshape(g, x.shape), null];

export const movement: Readonly<Record<keyof typeof rows, Rule>> = {
  Reshape: reshapeBack,
  Flatten: reshapeBack,
  Squeeze: reshapeBack,
  Unsqueeze: reshapeBack,
  Transpose: (b, { g, inputs: [x], attributes }) => {
    const { perm } = attributes;
    const order = perm?.kind === "ints" ? perm.value : x.shape.map((_, i) => x.shape.length - 1 - i);
    const inverse = order.map((_, i) => order.indexOf(i));
    return [b.transpose(g, inverse)];
  },
  Expand: (_, { g }) => [g, null],
  Tile: (b, { g, inputs: [x, repeats] }) => {
    // As [repeats₀, size₀, repeats₁, size₁, …] the copies of an element lie along the even axes.
    const times = integers(b.contents(repeats)!);
    const shape = staticShape(x.shape);
    const apart = b.reshape(
      g,
      shape.flatMap((size, i) => [times[i], size]),
    );
    return [shape.length === 0 ? g : b.reduceSum(apart, evenNumbers(shape.length), false), null];
  },
  Pad: (b, { g, inputs: [, pads, value, axes], attributes, needed }) => {
    require(string(attributes, "mode", "constant") === "constant", "Pad only with a constant");
    const dx = b.op("Pad", [
      g,
      b.integers(integers(b.contents(pads)!).map((n) => 0 - n)),
      null,
      ...(axes ? [axes] : []),
    ]);
    if (!needed[2]) return [dx, null, null, null];
    const everywhere = (y: Value) => b.reshape(b.op("ReduceSum", [y]), value.shape);
    return [dx, null, b.sub(everywhere(g), everywhere(dx)), null];
  },
  Slice: unslice,
  Split: (b, { gradients, outputs, attributes }) => {
    const parts = outputs.map((output, i) => gradients[i] ?? zeros(b, output, output.shape));
    return [b.concat(parts, int(attributes, "axis", 0)), null];
  },
  Concat: (b, { g, inputs, attributes }) => {
    const axis = normalizeAxis(int(attributes, "axis", 0), g.shape.length);
    const sizes = inputs.map((input) => staticShape(input.shape)[axis]);
    return b.split(g, sizes, axis);
  },
  Trilu: (b, { g, inputs: [, k], attributes }) => [b.op("Trilu", [g, ...(k ? [k] : [])], attributes), null],
  /** A rotation's inverse turns the other way: with -sin. */
  RotaryEmbedding: (b, { g, inputs: [, positions, cosines, sines], attributes, needed }) => {
    require(!needed[2] && !needed[3], "the caches of RotaryEmbedding are not differentiable");
    return [b.op("RotaryEmbedding", [g, positions, cosines, b.neg(sines)], attributes), null, null, null];
  },
  Shape: zero,
  Size: zero,
  ConstantOfShape: zero,
};

function evenNumbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => 2 * i);
}

/** Steps of 1 pad G back to the whole; along other axes G is scattered, each element to a place of its own. */
function unslice(
  b: GraphBuilder,
  { g, inputs: [x, starts, ends, axes, steps] }: RuleInputs,
): readonly (Value | null)[] {
  const shape = staticShape(x.shape);
  const first = integers(b.contents(starts)!);
  const ending = integers(b.contents(ends)!);
  const cut = axes ? integers(b.contents(axes)!) : first.map((_, i) => i);
  const by = steps ? integers(b.contents(steps)!) : first.map(() => 1);
  const before = shape.map(() => 0);
  const after = shape.map(() => 0);
  let dx = g;
  cut.forEach((given, i) => {
    const axis = normalizeAxis(given, shape.length);
    const { start, count } = slicedAxis(shape[axis], first[i], ending[i], by[i]);
    if (by[i] === 1) [before[axis], after[axis]] = [start, shape[axis] - start - count];
    else dx = scatterSteps(b, dx, axis, { size: shape[axis], start, step: by[i] });
  });
  const padded = [...before, ...after].some((n) => n > 0);
  return [padded ? b.op("Pad", [dx, b.integers([...before, ...after])]) : dx, null, null, null, null];
}

interface Steps {
  readonly size: number;
  readonly start: number;
  readonly step: number;
}

function scatterSteps(b: GraphBuilder, g: Value, axis: number, { size, start, step }: Steps): Value {
  const shape = staticShape(g.shape);
  const places = b.integers(Array.from({ length: shape[axis] }, (_, i) => start + step * i));
  const column = b.reshape(
    places,
    shape.map((dim, i) => (i === axis ? dim : 1)),
  );
  const whole = zeros(
    b,
    g,
    shape.map((dim, i) => (i === axis ? size : dim)),
  );
  return b.op("ScatterElements", [whole, b.op("Expand", [column, b.integers(shape)]), g], {
    axis: attribute.int(axis),
  });
}
