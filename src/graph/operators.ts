// The operators this house builds with: one row each, saying its domain and the types and shapes of what comes out.

import { GraphError } from "../errors.js";
import type { Attribute, Dim, ElementType, Tensor, Value } from "./graph.js";
import { STORAGE } from "./onnx-fields.js";
import { broadcast, matMulShape, normalizeAxis, reducedShape, reshapedShape, sameShape } from "./shapes.js";

export interface Output {
  readonly type: ElementType;
  readonly shape: readonly Dim[];
}

/** What a row sees of a node: its inputs, its attributes, and inputs whose contents are known when the graph is built. */
export interface Call {
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** The contents of input `index`. @throws GraphError when they are only known at run time. */
  constant(index: number): Tensor;
}

export interface Operator {
  readonly domain: string;
  readonly infer: (call: Call) => readonly Output[];
}

type Row = (x: Value, call: Call) => readonly Output[];

const onnx = (infer: Row): Operator => ({ domain: "", infer: (call) => infer(input(call, 0), call) });
const microsoft = (infer: Row): Operator => ({ ...onnx(infer), domain: "com.microsoft" });

// ----- Kinds: rows that share a shape -----
const elementwise = onnx((x) => [{ type: x.type, shape: x.shape }]);
const binary = onnx((x, call) => [{ type: x.type, shape: broadcast(x.shape, input(call, 1).shape) }]);
const comparison = onnx((x, call) => [{ type: "bool", shape: broadcast(x.shape, input(call, 1).shape) }]);
const reduction = onnx((x, call) => {
  const axes = call.inputs[1] ? integers(call.constant(1)) : [];
  return [{ type: x.type, shape: reducedShape(x.shape, axes, int(call.attributes, "keepdims", 1) === 1) }];
});

export const operators = {
  // ----- Elementwise -----
  Neg: elementwise,
  Abs: elementwise,
  Sign: elementwise,
  Exp: elementwise,
  Log: elementwise,
  Sqrt: elementwise,
  Reciprocal: elementwise,
  Tanh: elementwise,
  Sigmoid: elementwise,
  Erf: elementwise,
  Relu: elementwise,
  Gelu: elementwise,
  Identity: elementwise,
  Softmax: elementwise,
  LogSoftmax: elementwise,
  Cast: onnx((x, call) => [{ type: castType(call), shape: x.shape }]),
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  Pow: binary,
  Min: binary,
  Max: binary,
  Equal: comparison,
  Greater: comparison,
  Where: onnx((_, call) => {
    const [condition, x, y] = [input(call, 0), input(call, 1), input(call, 2)];
    return [{ type: x.type, shape: broadcast(condition.shape, broadcast(x.shape, y.shape)) }];
  }),

  // ----- Matrix products -----
  MatMul: onnx((x, call) => [{ type: x.type, shape: matMulShape(x.shape, input(call, 1).shape, false, false) }]),
  FusedMatMul: microsoft((x, call) => {
    const [transA, transB] = [flag(call.attributes, "transA"), flag(call.attributes, "transB")];
    return [{ type: x.type, shape: matMulShape(x.shape, input(call, 1).shape, transA, transB) }];
  }),
  Gemm: onnx((x, call) => {
    const [transA, transB] = [flag(call.attributes, "transA"), flag(call.attributes, "transB")];
    return [{ type: x.type, shape: matMulShape(x.shape, input(call, 1).shape, transA, transB) }];
  }),

  // ----- Reductions and normalisation -----
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceMax: reduction,
  ReduceL2: reduction,
  ReduceSumSquare: reduction,
  LayerNormalization: onnx((x, call) => {
    const axis = normalizeAxis(int(call.attributes, "axis", -1), x.shape.length);
    const statistics: Output = { type: "float32", shape: x.shape.map((dim, i) => (i < axis ? dim : 1)) };
    return [{ type: x.type, shape: x.shape }, statistics, statistics];
  }),
  SoftmaxCrossEntropyLoss: onnx((x, call) => {
    const reduced = string(call.attributes, "reduction", "mean") !== "none";
    return [
      { type: x.type, shape: reduced ? [] : input(call, 1).shape },
      { type: x.type, shape: x.shape },
    ];
  }),

  // ----- Moving data -----
  Reshape: onnx((x, call) => [{ type: x.type, shape: reshapedShape(x.shape, integers(call.constant(1))) }]),
  Transpose: onnx((x, call) => [{ type: x.type, shape: permutation(x, call).map((axis) => x.shape[axis]) }]),
  Expand: onnx((x, call) => [{ type: x.type, shape: broadcast(x.shape, integers(call.constant(1))) }]),
  Shape: onnx((x, call) => {
    const [start, end] = [int(call.attributes, "start", 0), int(call.attributes, "end", x.shape.length)];
    return [{ type: "int64", shape: [x.shape.slice(start, end).length] }];
  }),
  /** One axis at a time, in steps of 1. Where the end is only known at run time, the builder declares the shape itself. */
  Slice: onnx((x, call) => {
    const axes = integers(call.constant(3));
    if (axes.length !== 1 || call.inputs[4]) throw new GraphError("shape", "Slice takes one axis and no steps here");
    const axis = normalizeAxis(axes[0], x.shape.length);
    return [{ type: x.type, shape: x.shape.map((dim, i) => (i === axis ? slicedSize(dim, call) : dim)) }];
  }),
  Split: onnx((x, call) => {
    const axis = normalizeAxis(int(call.attributes, "axis", 0), x.shape.length);
    const sizes = integers(call.constant(1));
    const total = sum(sizes);
    if (typeof x.shape[axis] === "number" && total !== x.shape[axis]) {
      throw new GraphError("shape", `parts of ${total} in all do not split axis ${axis} of [${x.shape.join(", ")}]`);
    }
    return sizes.map((size) => ({
      type: x.type,
      shape: x.shape.map((dim, i) => (i === axis ? size : dim)),
    }));
  }),
  Concat: onnx((x, call) => {
    const axis = normalizeAxis(int(call.attributes, "axis", 0), x.shape.length);
    const shapes = call.inputs.map((_, i) => input(call, i).shape);
    const sizes = shapes.map((shape) => shape[axis]);
    if (sizes.some((size) => typeof size !== "number")) throw new GraphError("shape", "Concat along a symbolic axis");
    const joined = (shape: readonly Dim[]) => shape.map((dim, i) => (i === axis ? sum(sizes as number[]) : dim));
    if (!shapes.every((shape) => sameShape(joined(shape), joined(x.shape)))) {
      const list = shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ");
      throw new GraphError("shape", `Concat of ${list}: they differ beside axis ${axis}`);
    }
    return [{ type: x.type, shape: joined(x.shape) }];
  }),
  Gather: onnx((x, call) => {
    const axis = normalizeAxis(int(call.attributes, "axis", 0), x.shape.length);
    const shape = [...x.shape.slice(0, axis), ...input(call, 1).shape, ...x.shape.slice(axis + 1)];
    return [{ type: x.type, shape }];
  }),
  GatherElements: onnx((x, call) => [{ type: x.type, shape: input(call, 1).shape }]),
  ScatterElements: elementwise,

  // ----- Control flow -----
  Loop: onnx(() => {
    throw new GraphError("shape", "the outputs of a Loop are declared by whoever builds its body");
  }),
} satisfies Record<string, Operator>;

export type OpType = keyof typeof operators;

function castType({ attributes }: Call): ElementType {
  const to = int(attributes, "to", 1);
  const type = (Object.keys(STORAGE) as ElementType[]).find((known) => STORAGE[known].code === to);
  if (!type) throw new GraphError("shape", `Cast to the unknown type ${to}`);
  return type;
}

function input(call: Call, index: number): Value {
  const value = call.inputs[index];
  if (!value) throw new GraphError("shape", `input ${index} is missing`);
  return value;
}

export function int(attributes: Readonly<Record<string, Attribute>>, name: string, otherwise: number): number {
  const attribute = attributes[name];
  return attribute?.kind === "int" ? attribute.value : otherwise;
}

export function float(attributes: Readonly<Record<string, Attribute>>, name: string, otherwise: number): number {
  const attribute = attributes[name];
  return attribute?.kind === "float" ? attribute.value : otherwise;
}

export function flag(attributes: Readonly<Record<string, Attribute>>, name: string): boolean {
  return int(attributes, name, 0) !== 0;
}

export function string(attributes: Readonly<Record<string, Attribute>>, name: string, otherwise: string): string {
  const attribute = attributes[name];
  return attribute?.kind === "string" ? attribute.value : otherwise;
}

export function integers(tensor: Tensor): number[] {
  return Array.from(tensor.data as Iterable<number | bigint>, Number);
}

function permutation(x: Value, call: Call): readonly number[] {
  const attribute = call.attributes["perm"];
  const reversed = x.shape.map((_, i) => x.shape.length - 1 - i);
  if (attribute?.kind !== "ints") return reversed;
  const sorted = attribute.value.toSorted((a, b) => b - a);
  if (sameShape(sorted, reversed)) return attribute.value;
  throw new GraphError("shape", `[${attribute.value.join(", ")}] does not permute [${x.shape.join(", ")}]`);
}

function slicedSize(dim: Dim, call: Call): number {
  if (typeof dim !== "number") throw new GraphError("shape", "Slice of a symbolic axis");
  const [start, end] = [integers(call.constant(1))[0], integers(call.constant(2))[0]];
  const clamp = (at: number) => Math.min(dim, Math.max(0, at < 0 ? at + dim : at));
  return Math.max(0, clamp(end) - clamp(start));
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
