// What a row of the operator table is, and how it reads a node's inputs and attributes.

import { GraphError } from "../../errors.js";
import type { Attribute, Dim, ElementType, Tensor, Value } from "../graph.js";
import { broadcast } from "../shapes.js";

export interface Output {
  readonly type: ElementType;
  readonly shape: readonly Dim[];
}

/** What a row sees of a node: its inputs, its attributes, and inputs whose contents are known when the graph is built. */
export interface Call {
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Attributes;
  /** The contents of input `index`. @throws GraphError when they are only known at run time. */
  constant(index: number): Tensor;
}

export interface Operator {
  readonly domain: string;
  readonly infer: (call: Call) => readonly Output[];
}

type Attributes = Readonly<Record<string, Attribute>>;
type Row = (x: Value, call: Call) => readonly Output[];

export const onnx = (infer: Row): Operator => ({ domain: "", infer: (call) => infer(input(call, 0), call) });
export const microsoft = (infer: Row): Operator => ({ ...onnx(infer), domain: "com.microsoft" });

// ----- Kinds that several families share -----
const sameRow: Row = (x) => [{ type: x.type, shape: x.shape }];
/** Type and shape of the first input. */
export const same = onnx(sameRow);
export const microsoftSame = microsoft(sameRow);

/** Type of the first input, which all must have, in the shape that all broadcast to. */
export const variadic = onnx((x, call) => {
  const operands = call.inputs.map((_, i) => input(call, i));
  return [
    { type: sameType(operands), shape: operands.reduce<readonly Dim[]>((s, y) => broadcast(s, y.shape), x.shape) },
  ];
});

// ----- Reading inputs -----
/** @throws GraphError where it is absent. */
export function input({ inputs }: Pick<Call, "inputs">, index: number): Value {
  const value = inputs[index];
  if (!value) throw new GraphError("shape", `input ${index} is missing`);
  return value;
}

/** The contents of input `index`, or nothing where it is absent. */
export function optionalIntegers(call: Call, index: number): readonly number[] | undefined {
  return call.inputs[index] ? integers(call.constant(index)) : undefined;
}

/** @throws GraphError when an element is no whole number. */
export function integers(tensor: Tensor): number[] {
  const numbers = Array.from(tensor.data as Iterable<number | bigint>, Number);
  const broken = numbers.find((value) => !Number.isInteger(value));
  if (broken === undefined) return numbers;
  throw new GraphError("shape", `${broken} stands where a whole number belongs`);
}

/** The single number in a constant, whatever its type and rank. */
export function scalarOf(tensor: Tensor): number {
  if (tensor.data.length === 1) return Number(tensor.data[0]);
  throw new GraphError("shape", `a tensor of ${tensor.data.length} elements stands where one number belongs`);
}

export function sameType(values: readonly Value[]): ElementType {
  const types = [...new Set(values.map(({ type }) => type))];
  if (types.length === 1) return types[0];
  throw new GraphError("type", `operands of types ${types.join(" and ")}; insert a Cast`);
}

// ----- Reading attributes: an absent one, or one of another kind, counts as not given -----
export function int(attributes: Attributes, name: string, otherwise: number): number {
  const attribute = attributes[name];
  return attribute?.kind === "int" ? attribute.value : otherwise;
}

export function float(attributes: Attributes, name: string, otherwise: number): number {
  const attribute = attributes[name];
  return attribute?.kind === "float" ? attribute.value : otherwise;
}

export function flag(attributes: Attributes, name: string): boolean {
  return int(attributes, name, 0) !== 0;
}

export function string(attributes: Attributes, name: string, otherwise: string): string {
  const attribute = attributes[name];
  return attribute?.kind === "string" ? attribute.value : otherwise;
}

export function ints(attributes: Attributes, name: string): readonly number[] | undefined {
  const attribute = attributes[name];
  return attribute?.kind === "ints" ? attribute.value : undefined;
}
