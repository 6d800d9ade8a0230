// A graph in the operators that have a WebGPU kernel, node by node. What becomes of each operator is in rows.ts.

import { GraphError } from "../errors.js";
import { GraphBuilder } from "../graph/builder.js";
import type { ElementType, Graph, Model, Node, Tensor, Value } from "../graph/graph.js";
import type { OpType } from "../graph/operators.js";
import { staticShape } from "../graph/shapes.js";
import { dataInput, keep } from "./row.js";
import { rows } from "./rows.js";

/**
 * ONNX Runtime 1.30 has its WebGPU kernels for this operator set: the next one renewed a dozen operators (Sin, Elu, HardSwish, …) without
 * changing what they compute for float32, and has no kernels for them.
 */
const PORTABLE_OPSETS: Readonly<Record<string, number>> = { "": 21, "com.microsoft": 1 };

interface Walk {
  readonly b: GraphBuilder;
  readonly graph: Graph;
  /** What the names of the graph have become; null for what nothing computes. */
  readonly values: Map<string, Value | null>;
}

/**
 * The same model for the WebGPU provider: float32, int32 and bool are all it computes with, so whole numbers of other types become int32,
 * inputs (see `portable`) and outputs as well. Sizes must be numbers.
 * @throws GraphError naming the node: `no-kernel` where nothing portable computes it, `shape` where a size is only known at run time.
 */
export function lower(model: Model): Model {
  const { graph } = model;
  const walk: Walk = { b: new GraphBuilder(graph.name), graph, values: new Map() };
  for (const { name, type, shape } of graph.inputs) {
    walk.values.set(name, walk.b.input(name, portableType(type), staticShape(shape)));
  }
  for (const node of graph.nodes) lowerNode(walk, node);
  const outputs = graph.outputs.map(({ name }) => [name, valueOf(walk, name)] as const);
  return { ...model, graph: walk.b.build(Object.fromEntries(outputs)), opsets: PORTABLE_OPSETS };
}

function lowerNode(walk: Walk, node: Node): void {
  const { b, values } = walk;
  const opType = node.opType as OpType;
  const { parameters, lower: instead = keep } = rows[opType];
  const before = b.nodes.length;
  try {
    const outputs = instead({
      b,
      opType,
      inputs: node.inputs.map((name, i) =>
        name === "" ? null : parameters.includes(i) ? parameter(walk, name) : valueOf(walk, name),
      ),
      attributes: node.attributes,
      contents: (index) => (node.inputs[index] ? constant(walk, node.inputs[index]) : undefined),
    });
    for (const added of b.nodes.slice(before)) checkKernel(b, added);
    node.outputs.forEach((name, i) => values.set(name, outputs[i] ?? null));
  } catch (cause) {
    if (!(cause instanceof GraphError)) throw cause;
    throw new GraphError(cause.code, `${node.name}: ${cause.message}`, { cause, place: { node: node.name } });
  }
}

/** @throws GraphError `no-kernel` */
function checkKernel(b: GraphBuilder, node: Node): void {
  if (hasKernel(node.opType, b.value(node.inputs[dataInput(node.opType)]).type)) return;
  const types = node.inputs.filter((name) => name !== "").map((name) => b.value(name).type);
  throw new GraphError("no-kernel", `${node.opType} of ${[...new Set(types)].join(" and ")} has no WebGPU kernel`);
}

/** Whether WebGPU computes such a node on data of this type. */
export function hasKernel(opType: string, type: ElementType): boolean {
  return Object.hasOwn(rows, opType) && rows[opType as OpType].kernel.includes(type);
}

function valueOf(walk: Walk, name: string): Value {
  const { b, values } = walk;
  const known = values.get(name);
  if (known) return known;
  if (known === null) throw new GraphError("no-kernel", `"${name}" has no WebGPU kernel`);
  const value = b.initializer(b.free(name), portable(constant(walk, name)));
  values.set(name, value);
  return value;
}

function parameter(walk: Walk, name: string): Value {
  const tensor = constant(walk, name);
  return tensor.type === "int64" ? walk.b.constant(tensor) : valueOf(walk, name);
}

/** @throws GraphError `shape` where the value is no initializer. */
function constant({ graph }: Walk, name: string): Tensor {
  const tensor = graph.initializers.get(name);
  if (tensor) return tensor;
  throw new GraphError("shape", `"${name}" must be a constant, but is only known at run time`);
}

function portableType(type: ElementType): ElementType {
  return type === "int64" || type === "uint8" ? "int32" : type;
}

/** The tensor as a lowered model takes it. @throws GraphError `no-kernel` for a whole number that int32 does not hold. */
export function portable(tensor: Tensor): Tensor {
  const { type, shape, data } = tensor;
  if (portableType(type) === type) return tensor;
  if (!(data instanceof BigInt64Array)) return { type: "int32", shape, data: new Int32Array(data) };
  const wide = data.find((value) => BigInt.asIntN(32, value) !== value);
  if (wide !== undefined) throw new GraphError("no-kernel", `${wide} does not fit the int32 that WebGPU has`);
  return { type: "int32", shape, data: Int32Array.from(data, Number) };
}
