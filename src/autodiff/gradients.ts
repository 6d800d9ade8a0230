// Reverse-mode differentiation of a graph: one walk that knows no operator by name.

import { GraphError } from "../errors.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Node, Value } from "../graph/graph.js";
import { rules } from "./rules.js";
import type { Rule } from "./rule.js";

/**
 * Appends the backward graph of `loss` (one number) to the builder.
 * @returns d loss / d value for each of `values`, of the value's own shape.
 * @throws GraphError `no-gradient` naming the node that has no rule, or the value on which the loss does not depend.
 */
export function gradients(b: GraphBuilder, loss: Value, values: readonly Value[]): Value[] {
  if (loss.shape.some((dim) => dim !== 1)) {
    throw new GraphError("no-gradient", `"${loss.name}" of shape [${loss.shape.join(", ")}] is not one number`);
  }
  const forward = b.nodes.slice();
  const reached = dependents(forward, values);
  const parts = new Map<string, Value[]>([[loss.name, [b.reshape(b.scalar(1, loss), loss.shape)]]]);
  const total = (name: string): Value | null => {
    const [first, ...rest] = parts.get(name) ?? [];
    if (!first) return null;
    const sum = rest.reduce((whole, part) => b.add(whole, part), first);
    parts.set(name, [sum]);
    return sum;
  };
  for (const node of forward.toReversed()) {
    if (!node.inputs.some((name) => reached.has(name))) continue;
    const outputs = node.outputs.map(total);
    if (outputs.every((g) => g === null)) continue;
    const needed = node.inputs.map((name) => reached.has(name));
    backward(b, node, outputs, needed).forEach((g, i) => {
      const name = node.inputs[i];
      if (!g || !reached.has(name)) return;
      parts.set(name, [...(parts.get(name) ?? []), b.unbroadcast(g, b.value(name).shape)]);
    });
  }
  return values.map((value) => {
    const g = total(value.name);
    if (!g)
      throw new GraphError("no-gradient", `the loss does not depend on "${value.name}"`, {
        place: { node: value.name },
      });
    return g;
  });
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
): readonly (Value | null)[] {
  const rule = (rules as Readonly<Record<string, Rule>>)[node.opType];
  const at = { place: { node: node.name } };
  if (!rule) throw new GraphError("no-gradient", `${node.name}: ${node.opType} has no gradient rule`, at);
  const g = outputs[0];
  try {
    return rule(b, {
      g: g ?? outputs.find((gradient) => gradient !== null)!,
      gradients: outputs,
      inputs: node.inputs.map((name) => (name === "" ? undefined : b.value(name))) as Value[],
      outputs: node.outputs.map((name) => b.value(name)),
      attributes: node.attributes,
      needed,
    });
  } catch (cause) {
    if (!(cause instanceof GraphError) || cause.place.node) throw cause;
    throw new GraphError(cause.code, `${node.name}: ${cause.message}`, { cause, ...at });
  }
}
