// Operators that move elements without looking at them, wherever sizes alone say where to.

import { GraphError } from "../../errors.js";
import type { Dim, Value } from "../graph.js";
import { broadcast, distinctAxes, normalizeAxis, productOf, reshapedShape, sameShape, slicedAxis } from "../shapes.js";
import {
  flag,
  input,
  int,
  integers,
  ints,
  microsoft,
  onnx,
  optionalIntegers,
  sameType,
  type Call,
  type Operator,
} from "./call.js";

/** A row that changes nothing but the shape. */
const reshaped = (shape: (x: Value, call: Call) => readonly Dim[]): Operator =>
  onnx((x, call) => [{ type: x.type, shape: shape(x, call) }]);

export const movement = {
  // ----- The same elements in the same order -----
  Reshape: reshaped((x, call) => {
    const target = integers(call.constant(1));
    if (!flag(call.attributes, "allowzero") || !target.includes(0)) return reshapedShape(x.shape, target);
    throw new GraphError("shape", "Reshape to an empty tensor (allowzero with a size of 0)");
  }),
  Flatten: reshaped((x, call) => {
    const axis = int(call.attributes, "axis", 1);
    const at = axis === x.shape.length ? axis : normalizeAxis(axis, x.shape.length); // may stand behind the last
    return [productOf(x.shape.slice(0, at)), productOf(x.shape.slice(at))];
  }),
  Squeeze: reshaped((x, call) => {
    const axes = optionalIntegers(call, 1);
    const squeezed = new Set(axes ? distinctAxes(axes, x.shape.length) : x.shape.flatMap((d, i) => (d === 1 ? i : [])));
    const other = [...squeezed].find((axis) => x.shape[axis] !== 1);
    if (other === undefined) return x.shape.filter((_, i) => !squeezed.has(i));
    throw new GraphError("shape", `axis ${other} of [${x.shape.join(", ")}] is not 1 and cannot be squeezed`);
  }),
  Unsqueeze: reshaped((x, call) => {
    const axes = integers(call.constant(1));
    const added = new Set(distinctAxes(axes, x.shape.length + axes.length));
    const rest = [...x.shape];
    return Array.from({ length: x.shape.length + axes.length }, (_, i) => (added.has(i) ? 1 : rest.shift()!));
  }),

  // ----- Parts and repetitions -----
  Transpose: reshaped((x, call) => permutation(x, call).map((axis) => x.shape[axis])),
  Expand: reshaped((x, call) => broadcast(x.shape, integers(call.constant(1)))),
  Tile: reshaped((x, call) => {
    const repeats = integers(call.constant(1));
    if (repeats.length !== x.shape.length) throw new GraphError("shape", `${repeats.length} repeats of another rank`);
    return x.shape.map((dim, i) => (repeats[i] === 1 ? dim : sizeOf(dim, "Tile") * repeats[i]));
  }),
  /** The opset before 18 has no axes; a negative pad cuts off. */
  Pad: reshaped((x, call) => {
    const rank = x.shape.length;
    const axes = distinctAxes(optionalIntegers(call, 3) ?? x.shape.map((_, i) => i), rank);
    const pads = integers(call.constant(1));
    if (pads.length !== 2 * axes.length) throw new GraphError("shape", `${pads.length} pads for ${axes.length} axes`);
    return x.shape.map((dim, axis) => {
      const at = axes.indexOf(axis);
      const added = at < 0 ? 0 : pads[at] + pads[at + axes.length];
      return added === 0 ? dim : sizeOf(dim, "Pad") + added;
    });
  }),
  /** Where the end is only known at run time, the builder declares the shape itself. */
  Slice: reshaped((x, call) => {
    const [starts, ends] = [integers(call.constant(1)), integers(call.constant(2))];
    const axes = distinctAxes(optionalIntegers(call, 3) ?? starts.map((_, i) => i), x.shape.length);
    const steps = optionalIntegers(call, 4) ?? starts.map(() => 1);
    if ([ends, axes, steps].some(({ length }) => length !== starts.length)) {
      throw new GraphError("shape", `${starts.length} starts of a slice, but other numbers of ends, axes or steps`);
    }
    return x.shape.map((dim, axis) => {
      const at = axes.indexOf(axis);
      return at < 0 ? dim : slicedAxis(sizeOf(dim, "Slice"), starts[at], ends[at], steps[at]).count;
    });
  }),
  Split: onnx((x, call) => {
    const axis = normalizeAxis(int(call.attributes, "axis", 0), x.shape.length);
    const sizes = integers(call.constant(1));
    const total = sum(sizes);
    if (typeof x.shape[axis] === "number" && total !== x.shape[axis]) {
      throw new GraphError("shape", `parts of ${total} in all do not split axis ${axis} of [${x.shape.join(", ")}]`);
    }
    return sizes.map((size) => ({ type: x.type, shape: x.shape.map((dim, i) => (i === axis ? size : dim)) }));
  }),
  Concat: onnx((x, call) => {
    const axis = normalizeAxis(int(call.attributes, "axis", 0), x.shape.length);
    const operands = call.inputs.map((_, i) => input(call, i));
    const whole = sumOf(operands.map(({ shape }) => shape[axis]));
    const joined = (shape: readonly Dim[]) => shape.map((dim, i) => (i === axis ? whole : dim));
    if (!operands.every(({ shape }) => sameShape(joined(shape), joined(x.shape)))) {
      const list = operands.map(({ shape }) => `[${shape.join(", ")}]`).join(" and ");
      throw new GraphError("shape", `Concat of ${list}: they differ beside axis ${axis}`);
    }
    return [{ type: sameType(operands), shape: joined(x.shape) }];
  }),
  Trilu: reshaped((x) => {
    if (x.shape.length >= 2) return x.shape;
    throw new GraphError("shape", "Trilu takes matrices");
  }),
  /** x is [batch, sequence, width] or [batch, heads, sequence, width]; the caches are [positions, width / 2]. */
  RotaryEmbedding: microsoft((x, call) => {
    if (input(call, 1).type !== "int64" || x.shape.length < 3 || x.shape.length > 4) {
      throw new GraphError("shape", "RotaryEmbedding takes int64 positions and a tensor of rank 3 or 4");
    }
    return [{ type: sameType([x, input(call, 2), input(call, 3)]), shape: x.shape }];
  }),

  // ----- Values made from sizes alone -----
  Shape: onnx((x, call) => {
    const [start, end] = [int(call.attributes, "start", 0), int(call.attributes, "end", x.shape.length)];
    return [{ type: "int64", shape: [x.shape.slice(start, end).length] }];
  }),
  Size: onnx(() => [{ type: "int64", shape: [] }]),
  ConstantOfShape: onnx((_, call) => {
    const value = call.attributes["value"];
    return [{ type: value?.kind === "tensor" ? value.value.type : "float32", shape: integers(call.constant(0)) }];
  }),
};

function permutation(x: Value, call: Call): readonly number[] {
  const reversed = x.shape.map((_, i) => x.shape.length - 1 - i);
  const perm = ints(call.attributes, "perm");
  if (!perm) return reversed;
  const sorted = perm.toSorted((a, b) => b - a);
  if (sameShape(sorted, reversed)) return perm;
  throw new GraphError("shape", `[${perm.join(", ")}] does not permute [${x.shape.join(", ")}]`);
}

function sizeOf(dim: Dim, opType: string): number {
  if (typeof dim === "number") return dim;
  throw new GraphError("shape", `${opType} of a symbolic axis`);
}

/** The sum of sizes, or a name for it. */
function sumOf(sizes: readonly Dim[]): Dim {
  const numbers = sizes.filter((size) => typeof size === "number");
  if (numbers.length === sizes.length) return sum(numbers);
  const [first] = sizes;
  return sizes.every((size) => size === first) ? `${sizes.length}*${first}` : sizes.join("+");
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
