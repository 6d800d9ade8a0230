// Reverse-mode differentiation of a graph: one walk that knows no operator by name.

import { GraphError } from "../errors.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Node, Value } from "../graph/graph.js";
import { Recomputation } from "./recomputation.js";
import { rules } from "./rules.js";
import type { Reader, Rule } from "./rule.js";

export interface GradientOptions {
  /**
   * Values to keep from the forward pass, in the order they are computed. What lies between two of them is forgotten and computed
   * again when the backward pass comes there: less memory, about a third more work.
   */
  readonly checkpoints?: readonly Value[];
}

/**
 * Appends the backward graph of `loss` (one number) to the builder.
 * @returns d loss / d value for each of `values`, of the value's own shape.
 * @throws GraphError `no-gradient` naming the node that has no rule, or the value on which the loss does not depend.
 */
export function gradients(
  b: GraphBuilder,
  loss: Value,
  values: readonly Value[],
  { checkpoints = [] }: GradientOptions = {},
): Value[] {
  if (loss.shape.some((dim) => dim !== 1)) {
    throw new GraphError("no-gradient", `"${loss.name}" of shape [${loss.shape.join(", ")}] is not one number`);
  }
  const forward = b.nodes.slice();
  const reached = dependents(forward, values);
  const recomputation = new Recomputation(b, forward, checkpoints);
  const sums = new Sums(b, loss);
  const readers = readersOf(forward);
  const valueOf = (name: string) => recomputation.value(name);
  const readerOf = (name: string): Reader | undefined => {
    const [node, ...others] = readers.get(name) ?? [];
    const gradient = node && others.length === 0 ? sums.total(node.outputs[0]) : null;
    if (!node || !gradient) return undefined;
    return { opType: node.opType, inputs: node.inputs.map(valueOf), output: valueOf(node.outputs[0]), gradient };
  };
  for (let i = forward.length - 1; i >= 0; i--) {
    const node = forward[i];
    if (!node.inputs.some((name) => reached.has(name))) continue;
    const outputs = node.outputs.map((name) => sums.total(name));
    const g = outputs.find((gradient) => gradient !== null);
    if (!g) continue;
    recomputation.before(i, g);
    const needed = node.inputs.map((name) => reached.has(name));
    backward(b, node, outputs, needed, valueOf, readerOf(node.outputs[0])).forEach((part, j) => {
      const name = node.inputs[j];
      if (part && reached.has(name)) sums.add(name, b.unbroadcast(part, b.value(name).shape));
    });
  }
  return values.map((value) => {
    const g = sums.total(value.name);
    if (g) return g;
    const place = { node: value.name };
    throw new GraphError("no-gradient", `the loss does not depend on "${value.name}"`, { place });
  });
}

/** What has come together for each value so far. */
class Sums {
  readonly #b: GraphBuilder;
  readonly #parts: Map<string, readonly Value[]>;

  constructor(b: GraphBuilder, loss: Value) {
    this.#b = b;
    this.#parts = new Map([[loss.name, [b.reshape(b.scalar(1, loss), loss.shape)]]]);
  }

  add(name: string, part: Value): void {
    this.#parts.set(name, [...(this.#parts.get(name) ?? []), part]);
  }

  total(name: string): Value | null {
    const [first, ...rest] = this.#parts.get(name) ?? [];
    if (!first) return null;
    const sum = rest.reduce((whole, part) => this.#b.add(whole, part), first);
    this.#parts.set(name, [sum]);
    return sum;
  }
}

function readersOf(nodes: readonly Node[]): Map<string, Node[]> {
  const readers = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  return readers;
}

/** Names of all values that change when one of `values` does. */
function dependents(nodes: readonly Node[], values: readonly Value[]): Set<string> {
  const reached = new Set(values.map((value) => value.name));
  for (const node of nodes) {
    if (node.inputs.some((name) => reached.has(name))) for (const name of node.outputs) reached.add(name);
  }
  return reached;
}

function backward(
  b: GraphBuilder,
  node: Node,
  outputs: readonly (Value | null)[],
  needed: readonly boolean[],
  valueOf: (name: string) => Value,
  reader: Reader | undefined,
): readonly (Value | null)[] {
  const rule = (rules as Readonly<Record<string, Rule>>)[node.opType];
  const at = { place: { node: node.name } };
  if (!rule) throw new GraphError("no-gradient", `${node.name}: ${node.opType} has no gradient rule`, at);
  const g = outputs[0];
  try {
    return rule(b, {
      g: g ?? outputs.find((gradient) => gradient !== null)!,
      gradients: outputs,
      inputs: node.inputs.map((name) => (name === "" ? undefined : valueOf(name))) as Value[],
      outputs: node.outputs.map(valueOf),
      attributes: node.attributes,
      reader,
      needed,
    });
  } catch (cause) {
    if (!(cause instanceof GraphError) || cause.place.node) throw cause;
    throw new GraphError(cause.code, `${node.name}: ${cause.message}`, { cause, ...at });
  }
}
