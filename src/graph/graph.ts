// An ONNX graph as plain values. Names are those of the ONNX standard; nothing here knows how to run or train one.

export type ElementType = "float32" | "float64" | "int32" | "int64" | "bool" | "uint8";

/** A number, or a name for a size known only at run time ("batch"). */
export type Dim = number | string;

export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dim[];
}

export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** Row-major data; bool is held as Uint8Array of 0 and 1, int64 as BigInt64Array. */
export interface Tensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export type Attribute =
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "tensor"; readonly value: Tensor }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "strings"; readonly value: readonly string[] }
  | { readonly kind: "graph"; readonly value: Graph };

/** `domain` "" is ai.onnx. An absent optional input is the empty name. */
export interface Node {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** In an order in which every node stands after those it reads. */
  readonly nodes: readonly Node[];
  /** Types and shapes of values inside, as far as they are known. */
  readonly values: ReadonlyMap<string, Value>;
}

export interface Model {
  readonly graph: Graph;
  readonly irVersion: number;
  /** Operator-set version per domain ("" and "com.microsoft"). */
  readonly opsets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a model of this house is written against: accepted by ONNX Runtime 1.30 (which takes opset <= 26, IR <= 13). */
export const IR_VERSION = 10;
export const OPSETS: Readonly<Record<string, number>> = { "": 22, "com.microsoft": 1 };

/** Number of elements of a static shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** What a node reads, the graphs inside it included; these may also name values of their own. */
export function readsOf(node: Node): string[] {
  const bodies = Object.values(node.attributes).flatMap((given) => (given.kind === "graph" ? [given.value] : []));
  return [...node.inputs, ...bodies.flatMap((body) => body.nodes.flatMap(readsOf))];
}
