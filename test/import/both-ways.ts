// Runs a model as its file says, and as it was imported.

import { GraphBuilder } from "../../src/graph/builder.js";
import { elementCount, type Graph, type Model, type Node, type Tensor } from "../../src/graph/graph.js";
import { STORAGE } from "../../src/graph/onnx-fields.js";
import type { ElementType } from "../../src/graph/graph.js";
import { writeOnnx } from "../../src/graph/write-onnx.js";
import { importGraph } from "../../src/import/import-graph.js";
import { createSession } from "../../src/runtime/session.js";
import { evaluate, values } from "../support/gradient-check.js";

type Tensors = Readonly<Record<string, Tensor>>;

export interface Small {
  readonly nodes: readonly Node[];
  /** Inputs by name. */
  readonly feeds: Tensors;
  readonly outputs: readonly string[];
  readonly initializers?: Tensors;
  readonly opset?: number;
}

export function tensor(type: ElementType, shape: readonly number[], elements: readonly number[]): Tensor {
  const data = STORAGE[type].allocate(elements.length);
  elements.forEach((element, i) => {
    if (data instanceof BigInt64Array) data[i] = BigInt(element);
    else data[i] = element;
  });
  return { type, shape, data };
}

export const random = (key: string, ...shape: number[]): Tensor =>
  tensor("float32", shape, values(elementCount(shape), key));
export const longs = (...elements: number[]): Tensor => tensor("int64", [elements.length], elements);
export const long = (element: number): Tensor => tensor("int64", [], [element]);

export function smallModel({ nodes, feeds, outputs, initializers = {}, opset = 22 }: Small): Model {
  const inputs = Object.entries(feeds).map(([name, { type, shape }]) => ({ name, type, shape }));
  const graph: Graph = {
    name: "small",
    inputs,
    outputs: outputs.map((name) => ({ name, type: "float32", shape: [] })), // a guess: only the names count here
    initializers: new Map(Object.entries(initializers)),
    nodes,
    values: new Map(),
  };
  return { graph, irVersion: 8, opsets: { "": opset, "com.microsoft": 1 }, metadata: {} };
}

/** The model in a builder of its own, every input of it bound to one of the same name. */
export function importSmall(small: Small): Graph {
  const b = new GraphBuilder("imported");
  const bound = Object.entries(small.feeds).map(
    ([name, { type, shape }]) => [name, b.input(name, type, shape)] as const,
  );
  const results = importGraph(b, smallModel(small), Object.fromEntries(bound));
  return b.build(Object.fromEntries(Object.entries(results).map(([name, value]) => [`imported ${name}`, value])));
}

export interface BothWays {
  readonly native: readonly Tensor[];
  readonly imported: readonly Tensor[];
  readonly graph: Graph;
}

/** Types and sizes that the import found are declared in the native run, so ONNX Runtime objects to wrong ones. */
export async function bothWays(small: Small): Promise<BothWays> {
  const graph = importSmall(small);
  const model = smallModel(small);
  const outputs = graph.outputs.map((value, i) => ({ ...value, name: small.outputs[i] }));
  const session = await createSession(writeOnnx({ ...model, graph: { ...model.graph, outputs } }), { threads: 1 });
  const native = await session.run(small.feeds);
  await session.close();
  const imported = await evaluate(graph, small.feeds);
  return {
    native: small.outputs.map((name) => native[name]),
    imported: small.outputs.map((name) => imported[`imported ${name}`]),
    graph,
  };
}
