// Small graphs written by hand, for tests of whatever reads, writes or runs one.

import {
  IR_VERSION,
  OPSETS,
  type Attribute,
  type Graph,
  type Model,
  type Node,
  type Tensor,
} from "../../src/graph/graph.js";

export function node(
  opType: string,
  inputs: string[],
  outputs: string[],
  attributes: Record<string, Attribute> = {},
): Node {
  return { name: `${opType}_${outputs[0]}`, opType, domain: "", inputs, outputs, attributes };
}

export function modelOf(graph: Partial<Graph>): Model {
  const empty: Graph = { name: "g", inputs: [], outputs: [], initializers: new Map(), nodes: [], values: new Map() };
  return { graph: { ...empty, ...graph }, irVersion: IR_VERSION, opsets: OPSETS, metadata: { "axon.context": "4" } };
}

export const floats = (shape: number[], data: number[]): Tensor => ({
  type: "float32",
  shape,
  data: Float32Array.from(data),
});

/** y = tanh(x·w) + b with x [batch, 2]. */
export function mlp(): Model {
  return modelOf({
    inputs: [{ name: "x", type: "float32", shape: ["batch", 2] }],
    outputs: [{ name: "y", type: "float32", shape: ["batch", 3] }],
    initializers: new Map([
      ["w", floats([2, 3], [0.5, -1, 2, 0.25, 3, -0.125])],
      ["b", floats([3], [1, 2, 3])],
    ]),
    nodes: [node("MatMul", ["x", "w"], ["xw"]), node("Tanh", ["xw"], ["t"]), node("Add", ["t", "b"], ["y"])],
    values: new Map([["xw", { name: "xw", type: "float32", shape: ["batch", 3] }]]),
  });
}

/** Every element type and attribute kind; no operator of this name exists. */
export const everything = modelOf({
  inputs: [{ name: "x", type: "int64", shape: ["batch", 0, ""] }],
  outputs: [{ name: "y", type: "bool", shape: [] }],
  initializers: new Map<string, Tensor>([
    ["f32", floats([2], [-0, Number.NaN])],
    ["f64", { type: "float64", shape: [1], data: Float64Array.of(Math.PI) }],
    ["i32", { type: "int32", shape: [2, 1], data: Int32Array.of(-1, 2 ** 31 - 1) }],
    ["i64", { type: "int64", shape: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) }],
    ["bool", { type: "bool", shape: [3], data: Uint8Array.of(0, 1, 1) }],
    ["u8", { type: "uint8", shape: [], data: Uint8Array.of(255) }],
    ["none", floats([0, 7], [])],
  ]),
  nodes: [
    node("Everything", ["x", "", "f32"], ["y", ""], {
      int: { kind: "int", value: -7 },
      large: { kind: "int", value: Number.MIN_SAFE_INTEGER },
      float: { kind: "float", value: Math.fround(0.1) },
      string: { kind: "string", value: "grüße\u0000\uFEFF" },
      tensor: { kind: "tensor", value: floats([1, 2], [1, 2]) },
      ints: { kind: "ints", value: [0, -1, 2 ** 40] },
      none: { kind: "ints", value: [] },
      floats: { kind: "floats", value: [1.5, -2.25] },
      strings: { kind: "strings", value: ["a", "", "b"] },
      graph: {
        kind: "graph",
        value: {
          name: "inner",
          inputs: [],
          outputs: [{ name: "z", type: "int64", shape: [3] }],
          initializers: new Map(),
          nodes: [node("Identity", ["x"], ["z"])],
          values: new Map(),
        },
      },
    }),
  ],
});
