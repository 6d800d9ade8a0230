// What operators compute, for small constants: one row each. Exported models are full of arithmetic on sizes, and sizes must
// be numbers before anything is differentiated. Types and shapes come from the operator table.

import { GraphError } from "../errors.js";
import type { Attribute, Tensor } from "../graph/graph.js";
import { flag, int, integers, ints } from "../graph/operators/call.js";
import { normalizeAxes, normalizeAxis, slicedAxis } from "../graph/shapes.js";
import { elementsOf, spread, stridesOf, view, type Element } from "./elements.js";

export interface Folding {
  /** Absent optional inputs are undefined. */
  readonly inputs: readonly Tensor[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: readonly { readonly type: Tensor["type"]; readonly shape: readonly number[] }[];
}

/** The elements of each output. */
type Evaluator = (folding: Folding) => readonly (readonly Element[])[];

// ----- Kinds -----
const sameElements: Evaluator = ({ inputs: [x] }) => [elementsOf(x)];
const each = (f: (x: number) => number): Evaluator => {
  return ({ inputs: [x] }) => [elementsOf(x).map((element) => f(Number(element)))];
};
/** With broadcasting, from left to right where there are more than two. */
const join = (f: (x: number, y: number, folding: Folding) => number | boolean): Evaluator => {
  return (folding) => {
    const [first, ...rest] = folding.inputs.map((x) => spread(x, folding.outputs[0].shape).map(Number));
    return [rest.reduce((left, right) => left.map((x, i) => Number(f(x, right[i], folding))), first)];
  };
};
const reduce = (f: (sum: number, x: number) => number, start: number): Evaluator => {
  return ({ inputs: [x, axes], outputs: [y] }) => {
    const reduced = normalizeAxes(axes ? integers(axes) : [], x.shape.length);
    const kept = x.shape.map((dim, axis) => (reduced.includes(axis) ? 1 : dim));
    const strides = stridesOf(kept).map((stride, axis) => (reduced.includes(axis) ? 0 : stride));
    const totals = Array<number>(y.shape.reduce((product, dim) => product * dim, 1)).fill(start);
    const elements = elementsOf(x);
    for (const [at, place] of view(x.shape, strides).entries()) totals[place] = f(totals[place], Number(elements[at]));
    return [totals];
  };
};

/** Rows that only move elements, and so hold for any of them. */
export const moving: Readonly<Record<string, Evaluator>> = {
  Identity: sameElements,
  Reshape: sameElements,
  Flatten: sameElements,
  Squeeze: sameElements,
  Unsqueeze: sameElements,
  Transpose: ({ inputs: [x], attributes, outputs: [y] }) => {
    const order = ints(attributes, "perm") ?? x.shape.map((_, i) => x.shape.length - 1 - i);
    const strides = stridesOf(x.shape);
    return [
      take(
        x,
        view(
          y.shape,
          order.map((axis) => strides[axis]),
        ),
      ),
    ];
  },
  Expand: ({ inputs: [x], outputs: [y] }) => [spread(x, y.shape)],
  Tile: ({ inputs: [x, repeats] }) => {
    const [times, strides] = [integers(repeats), stridesOf(x.shape)];
    const sizes = x.shape.flatMap((dim, axis) => [times[axis], dim]);
    return [
      take(
        x,
        view(
          sizes,
          strides.flatMap((stride) => [0, stride]),
        ),
      ),
    ];
  },
  Slice: ({ inputs: [x, starts, ends, axes, steps], outputs: [y] }) => {
    const [first, last] = [integers(starts), integers(ends)];
    const strides = stridesOf(x.shape);
    let offset = 0;
    (axes ? integers(axes) : first.map((_, i) => i)).forEach((given, i) => {
      const axis = normalizeAxis(given, x.shape.length);
      const step = steps ? integers(steps)[i] : 1;
      offset += slicedAxis(x.shape[axis], first[i], last[i], step).start * strides[axis];
      strides[axis] *= step;
    });
    return [take(x, view(y.shape, strides, offset))];
  },
  Split: ({ inputs: [x], attributes, outputs }) => {
    const axis = normalizeAxis(int(attributes, "axis", 0), x.shape.length);
    const strides = stridesOf(x.shape);
    let start = 0;
    return outputs.map(({ shape }) => {
      const part = take(x, view(shape, strides, start * strides[axis]));
      start += shape[axis];
      return part;
    });
  },
  Concat: ({ inputs, attributes, outputs: [{ shape }] }) => {
    const axis = normalizeAxis(int(attributes, "axis", 0), shape.length);
    const blocks = shape.slice(0, axis).reduce((product, dim) => product * dim, 1);
    const parts = inputs.map((x) => elementsOf(x));
    return [
      Array.from({ length: blocks }, (_, block) =>
        parts.flatMap((part) => part.slice((block * part.length) / blocks, ((block + 1) * part.length) / blocks)),
      ).flat(),
    ];
  },
  Gather: ({ inputs: [x, indices], attributes }) => {
    const axis = normalizeAxis(int(attributes, "axis", 0), x.shape.length);
    const [before, length, behind] = [x.shape.slice(0, axis), x.shape[axis], x.shape.slice(axis + 1)];
    const width = behind.reduce((product, dim) => product * dim, 1);
    const chosen = integers(indices).map((index) => (index < 0 ? index + length : index));
    const wrong = chosen.find((index) => index < 0 || index >= length);
    if (wrong !== undefined) throw new GraphError("shape", `index ${wrong} is outside an axis of ${length}`);
    const places = view(before, stridesOf(x.shape)).flatMap((start) =>
      chosen.flatMap((index) => view([width], [1], start + index * width)),
    );
    return [take(x, places)];
  },
  Where: ({ inputs: [condition, x, y], outputs: [{ shape }] }) => {
    const [chosen, yes, no] = [condition, x, y].map((tensor) => spread(tensor, shape));
    return [chosen.map((holds, i) => (Number(holds) === 0 ? no[i] : yes[i]))];
  },
  ConstantOfShape: ({ attributes, outputs: [{ shape }] }) => {
    const value = attributes["value"];
    const [element] = value?.kind === "tensor" ? elementsOf(value.value) : [0];
    return [Array<Element>(shape.reduce((product, dim) => product * dim, 1)).fill(element)];
  },
};

/** Rows that compute in double precision. */
export const computing: Readonly<Record<string, Evaluator>> = {
  Neg: each((x) => -x),
  Abs: each(Math.abs),
  Sign: each(Math.sign),
  Floor: each(Math.floor),
  Ceil: each(Math.ceil),
  Round: each(halfToEven),
  Sqrt: each(Math.sqrt),
  Exp: each(Math.exp),
  Log: each(Math.log),
  Reciprocal: each((x) => 1 / x),
  Not: each((x) => 1 - x),
  Cast: (folding) => each(castTo(folding.outputs[0].type))(folding),
  Add: join((x, y) => x + y),
  Sub: join((x, y) => x - y),
  Mul: join((x, y) => x * y),
  Div: join((x, y, { outputs: [{ type }] }) => (type.startsWith("float") ? x / y : wholeQuotient(x, y))),
  Mod: join((x, y, { attributes, outputs: [{ type }] }) => {
    if (!type.startsWith("float")) wholeQuotient(x, y);
    return flag(attributes, "fmod") ? x % y : x - y * Math.floor(x / y);
  }),
  Pow: join((x, y) => x ** y),
  Min: join((x, y) => Math.min(x, y)),
  Max: join((x, y) => Math.max(x, y)),
  Sum: join((x, y) => x + y),
  Equal: join((x, y) => x === y),
  Less: join((x, y) => x < y),
  LessOrEqual: join((x, y) => x <= y),
  Greater: join((x, y) => x > y),
  GreaterOrEqual: join((x, y) => x >= y),
  And: join((x, y) => x * y),
  Or: join((x, y) => Math.max(x, y)),
  Xor: join((x, y) => x !== y),
  ReduceSum: reduce((sum, x) => sum + x, 0),
  ReduceProd: reduce((product, x) => product * x, 1),
  ReduceMax: reduce(Math.max, -Infinity),
  ReduceMin: reduce(Math.min, Infinity),
  Range: ({ inputs, outputs: [{ shape }] }) => {
    const [start, step] = [Number(inputs[0].data[0]), Number(inputs[2].data[0])];
    return [Array.from({ length: shape[0] }, (_, i) => start + i * step)];
  },
};

function take(x: Tensor, places: readonly number[]): Element[] {
  const elements = elementsOf(x);
  return places.map((place) => elements[place]);
}

function halfToEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function castTo(type: Tensor["type"]): (x: number) => number {
  if (type === "bool") return (x) => Number(x !== 0);
  if (type.startsWith("float")) return (x) => x;
  return (x) => {
    if (Number.isFinite(x)) return Math.trunc(x);
    throw new GraphError("shape", `${x} cannot become a whole number`);
  };
}

/** Division of integers rounds towards zero. */
function wholeQuotient(x: number, y: number): number {
  if (y === 0) throw new GraphError("shape", `a whole number (${x}) is divided by zero`);
  return Math.trunc(x / y);
}
