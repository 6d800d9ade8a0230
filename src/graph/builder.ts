// Builds a graph node by node, in an order that can run. Every value has its type and shape from the moment it exists.

import { GraphError } from "../errors.js";
import {
  elementCount,
  readsOf,
  type Attribute,
  type Dim,
  type ElementType,
  type Graph,
  type Node,
  type Tensor,
  type Value,
} from "./graph.js";
import { STORAGE } from "./onnx-fields.js";
import type { Output } from "./operators/call.js";
import { operators, type OpType } from "./operators.js";
import { broadcastAxes, checkSizes, sameShape } from "./shapes.js";

type Attributes = Readonly<Record<string, Attribute>>;

export const attribute = {
  int: (value: number): Attribute => ({ kind: "int", value }),
  float: (value: number): Attribute => ({ kind: "float", value }),
  string: (value: string): Attribute => ({ kind: "string", value }),
  ints: (value: readonly number[]): Attribute => ({ kind: "ints", value }),
};

export interface MatMulOptions {
  readonly transA?: boolean;
  readonly transB?: boolean;
  /** The product is multiplied by it. */
  readonly alpha?: number;
}

export class GraphBuilder {
  readonly #name: string;
  readonly #parent: GraphBuilder | undefined;
  readonly #prefix: string;
  readonly #inputs: Value[] = [];
  readonly #initializers = new Map<string, Tensor>();
  readonly #nodes: Node[] = [];
  readonly #values = new Map<string, Value>();
  readonly #constants = new Map<string, Value>();
  #part = "";

  /** With a `parent`, the graph of a Loop's body: it may read the parent's values, and its names are its own. */
  constructor(name: string, parent?: GraphBuilder) {
    this.#name = name;
    this.#parent = parent;
    this.#prefix = parent ? `${name}.` : "";
  }

  /** The nodes so far; autodiff walks them backwards. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** The name, or one like it that no value has yet. */
  free(name: string): string {
    let free = name;
    while (this.#values.has(free)) free += "_";
    return free;
  }

  value(name: string): Value {
    const value = this.#values.get(name);
    if (value) return value;
    if (this.#parent) return this.#parent.value(name);
    throw new GraphError("unknown-value", `no value is called "${name}"`);
  }

  /** Nodes added meanwhile carry the name of a part of the graph in their own, which is where a profile of a run finds it. */
  inPart<T>(part: string, add: () => T): T {
    const around = this.#part;
    this.#part = `${part}/`;
    try {
      return add();
    } finally {
      this.#part = around;
    }
  }

  input(name: string, type: ElementType, shape: readonly Dim[]): Value {
    const value = this.#declare({ name, type, shape });
    this.#inputs.push(value);
    return value;
  }

  initializer(name: string, tensor: Tensor): Value {
    if (elementCount(tensor.shape) !== tensor.data.length) {
      throw new GraphError(
        "shape",
        `initializer "${name}" of shape [${tensor.shape.join(", ")}] holds ${tensor.data.length} elements`,
      );
    }
    const value = this.#declare({ name, type: tensor.type, shape: tensor.shape });
    this.#initializers.set(name, tensor);
    return value;
  }

  /** An unnamed initializer; small equal ones are shared. */
  constant(tensor: Tensor): Value {
    const name = this.free(`${this.#prefix}constant_${this.#initializers.size}`);
    if (tensor.data.length > 16) return this.initializer(name, tensor);
    const { buffer, byteOffset, byteLength } = tensor.data;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength); // 0 and -0 are equal numbers of unequal bytes
    const key = `${tensor.type}[${tensor.shape.join()}]${bytes.join()}`;
    const known = this.#constants.get(key);
    if (known) return known;
    const value = this.initializer(name, tensor);
    this.#constants.set(key, value);
    return value;
  }

  /** A number in the type of `like`, broadcastable to anything. */
  scalar(value: number, like: Value): Value {
    const data = STORAGE[like.type].allocate(1);
    if (data instanceof BigInt64Array) data[0] = BigInt(value);
    else data[0] = value;
    return this.constant({ type: like.type, shape: [], data });
  }

  integers(values: readonly number[]): Value {
    return this.constant({ type: "int64", shape: [values.length], data: BigInt64Array.from(values, BigInt) });
  }

  /**
   * Adds a node and returns its outputs. `declared` stands in for shape inference where sizes are only known at run time.
   * @throws GraphError naming the node when operands do not fit.
   */
  node(
    opType: OpType,
    inputs: readonly (Value | null)[],
    attributes: Attributes = {},
    declared?: readonly Output[],
  ): Value[] {
    const { domain } = operators[opType];
    const name = `${this.#prefix}${this.#part}${opType}_${this.#nodes.length}`;
    const outputs = (declared ?? this.infer(opType, inputs, attributes, name)).map(({ type, shape }, i) =>
      this.#declare({ name: this.free(i === 0 ? `${name}_out` : `${name}_out${i}`), type, shape }),
    );
    // Absent inputs at the end are left out: ONNX Runtime crashes where LayerNormalization has one for its bias.
    const given = inputs.slice(0, inputs.findLastIndex((value) => value !== null) + 1);
    const names = given.map((value) => value?.name ?? "");
    this.#nodes.push({ name, opType, domain, inputs: names, outputs: outputs.map((value) => value.name), attributes });
    return outputs;
  }

  /** What such a node would give. @throws GraphError naming it when operands do not fit. */
  infer(
    opType: OpType,
    inputs: readonly (Value | null)[],
    attributes: Attributes = {},
    name: string = opType,
  ): readonly Output[] {
    const constant = (index: number): Tensor => {
      const value = inputs[index];
      const tensor = value ? this.contents(value) : undefined;
      if (!tensor) throw new GraphError("shape", `input ${index} must be a constant`);
      return tensor;
    };
    try {
      const outputs = operators[opType].infer({ inputs, attributes, constant });
      outputs.forEach(({ shape }) => checkSizes(shape));
      return outputs;
    } catch (cause) {
      if (!(cause instanceof GraphError)) throw cause;
      throw new GraphError(cause.code, `${name}: ${cause.message}`, { cause, place: { node: name } });
    }
  }

  op(
    opType: OpType,
    inputs: readonly (Value | null)[],
    attributes: Attributes = {},
    declared?: readonly Output[],
  ): Value {
    return this.node(opType, inputs, attributes, declared)[0];
  }

  // ----- Shorthand for what the rules and the transformer write most -----
  add = (x: Value, y: Value): Value => this.op("Add", [x, y]);
  sub = (x: Value, y: Value): Value => this.op("Sub", [x, y]);
  mul = (x: Value, y: Value): Value => this.op("Mul", [x, y]);
  div = (x: Value, y: Value): Value => this.op("Div", [x, y]);
  neg = (x: Value): Value => this.op("Neg", [x]);
  scale = (x: Value, factor: number): Value => (factor === 1 ? x : this.mul(x, this.scalar(factor, x)));

  /** op(A)·op(B)·alpha; a plain MatMul where nothing else is asked. */
  matMul(a: Value, b: Value, { transA = false, transB = false, alpha = 1 }: MatMulOptions = {}): Value {
    if (!transA && !transB && alpha === 1) return this.op("MatMul", [a, b]);
    return this.op("FusedMatMul", [a, b], {
      transA: attribute.int(transA ? 1 : 0),
      transB: attribute.int(transB ? 1 : 0),
      alpha: attribute.float(alpha),
    });
  }

  /** A symbolic size keeps its place (0) or is inferred (-1), so at most one may move. */
  reshape(x: Value, shape: readonly Dim[]): Value {
    if (sameShape(x.shape, shape)) return x;
    const target = shape.map((dim, i) => (typeof dim === "number" ? dim : x.shape[i] === dim ? 0 : -1));
    return this.op("Reshape", [x, this.integers(target)]);
  }

  transpose(x: Value, perm: readonly number[]): Value {
    return this.op("Transpose", [x], { perm: attribute.ints(perm) });
  }

  reduceSum(x: Value, axes: readonly number[], keepDims: boolean): Value {
    return this.op("ReduceSum", [x, this.integers(axes)], { keepdims: attribute.int(keepDims ? 1 : 0) });
  }

  cast(x: Value, type: ElementType): Value {
    return x.type === type ? x : this.op("Cast", [x], { to: attribute.int(STORAGE[type].code) });
  }

  split(x: Value, sizes: readonly number[], axis: number): Value[] {
    return this.node("Split", [x, this.integers(sizes)], { axis: attribute.int(axis) });
  }

  concat(values: readonly Value[], axis: number): Value {
    return values.length === 1 ? values[0] : this.op("Concat", values, { axis: attribute.int(axis) });
  }

  /** Sums what broadcasting spread, so that a gradient gets the shape of the value it belongs to. */
  unbroadcast(g: Value, shape: readonly Dim[]): Value {
    if (sameShape(g.shape, shape)) return g;
    const axes = broadcastAxes(g.shape, shape);
    return this.reshape(axes.length === 0 ? g : this.reduceSum(g, axes, false), shape);
  }

  /**
   * The finished graph: `outputs` under their public names, without the nodes that none of them needs.
   * @throws GraphError when a name is taken by another value.
   */
  build(outputs: Readonly<Record<string, Value>>): Graph {
    const entries = Object.entries(outputs);
    for (const [name] of entries) {
      if (this.#values.has(name)) throw new GraphError("name", `the output "${name}" has the name of another value`);
    }
    const produced = new Set(this.#nodes.flatMap((node) => node.outputs));
    const renamed = new Map(
      entries
        .filter(([, value]) => produced.has(value.name))
        .toReversed() // of several outputs that are one value, the first gives the name
        .map(([name, value]) => [value.name, name]),
    );
    const rename = (name: string) => renamed.get(name) ?? name;
    const copies = entries.filter(([name, value]) => rename(value.name) !== name);
    const all = [
      ...this.#nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) })),
      ...copies.map(([name, value]) => identity(rename(value.name), name)),
    ];
    const nodes = unreadLast(live(all, Object.keys(outputs)));
    const used = new Set(nodes.flatMap(readsOf));
    const computed = new Set(nodes.flatMap((node) => node.outputs));
    return {
      name: this.#name,
      inputs: this.#inputs,
      outputs: entries.map(([name, { type, shape }]) => ({ name, type, shape })),
      initializers: new Map([...this.#initializers].filter(([name]) => used.has(name))),
      nodes,
      values: new Map([...this.#values].filter(([name]) => computed.has(name))),
    };
  }

  #declare(value: Value): Value {
    if (this.#values.has(value.name)) throw new GraphError("name", `two values are called "${value.name}"`);
    this.#values.set(value.name, value);
    return value;
  }

  /** The contents of a constant value, or undefined for anything computed. */
  contents(value: Value): Tensor | undefined {
    return this.#initializers.get(value.name) ?? this.#parent?.contents(value);
  }
}

function identity(from: string, to: string): Node {
  return { name: `output_${to}`, opType: "Identity", domain: "", inputs: [from], outputs: [to], attributes: {} };
}

/** Without the nodes from which no path leads to an output. */
function live(nodes: readonly Node[], outputs: readonly string[]): Node[] {
  const used = new Set(outputs);
  const kept: Node[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => used.has(name))) continue;
    for (const name of readsOf(node)) used.add(name);
    kept.push(node);
  }
  return kept.toReversed();
}

/**
 * Nodes that no other node reads go last, the latest first. ONNX Runtime computes what the last of them needs, then what the one before
 * it needs, and so on: this way gradients are taken in the order in which the backward pass comes to them, and what they read is freed.
 */
function unreadLast(nodes: readonly Node[]): Node[] {
  const read = new Set(nodes.flatMap(readsOf));
  const unread = (node: Node) => !node.outputs.some((name) => read.has(name));
  return [...nodes.filter((node) => !unread(node)), ...nodes.filter(unread).toReversed()];
}
