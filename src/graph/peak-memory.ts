// How much memory a run of a graph takes at its height, from shapes alone.

import { elementCount, readsOf, type Graph, type Node, type Value } from "./graph.js";
import { STORAGE } from "./onnx-fields.js";

/** Their outputs are other views of their first input, not memory of their own. */
const VIEWS: ReadonlySet<string> = new Set(["Reshape", "Squeeze", "Unsqueeze", "Flatten", "Identity"]);

/**
 * Bytes of all values that nodes compute and that are alive at once, at most; values of symbolic shape count as empty. Inputs and initializers
 * are not among them. It is an estimate: ONNX Runtime rewrites graphs, aligns memory and takes it in growing blocks.
 */
export function peakBytes(graph: Graph): number {
  const nodes = executionOrder(graph.nodes);
  const owner = viewOwners(nodes);
  const lastRead = new Map<string, number>();
  nodes.forEach((node, i) => readsOf(node).forEach((name) => lastRead.set(owner(name), i)));
  for (const { name } of graph.outputs) lastRead.set(owner(name), Infinity);
  let [alive, peak] = [0, 0];
  nodes.forEach((node, i) => {
    const owned = node.outputs.filter((name) => owner(name) === name);
    for (const name of owned) alive += bytes(graph.values.get(name));
    peak = Math.max(peak, alive + innerBytes(node));
    const read = new Set([...readsOf(node).map(owner), ...owned]);
    for (const name of read) if ((lastRead.get(name) ?? i) === i) alive -= bytes(graph.values.get(name));
  });
  return peak;
}

function innerBytes({ attributes }: Node): number {
  return Object.values(attributes).reduce(
    (sum, given) => sum + (given.kind === "graph" ? peakBytes(given.value) : 0),
    0,
  );
}

function bytes(value: Value | undefined): number {
  if (!value || value.shape.some((dim) => typeof dim === "string")) return 0;
  return elementCount(value.shape as number[]) * STORAGE[value.type].bytesPerElement;
}

/** For every value the one whose memory it shares. */
function viewOwners(nodes: readonly Node[]): (name: string) => string {
  const owners = new Map<string, string>();
  const owner = (name: string) => owners.get(name) ?? name;
  for (const node of nodes) if (VIEWS.has(node.opType)) owners.set(node.outputs[0], owner(node.inputs[0]));
  return owner;
}

/** ONNX Runtime's order: from the last node that nobody reads backwards, depth first, later nodes before earlier ones. */
function executionOrder(nodes: readonly Node[]): Node[] {
  const producer = new Map(nodes.flatMap((node, i) => node.outputs.map((name) => [name, i] as const)));
  const read = new Set(nodes.flatMap(readsOf));
  const stack = nodes.flatMap((node, i) => (node.outputs.some((name) => read.has(name)) ? [] : [i]));
  const entered = new Set<number>();
  const order: Node[] = [];
  while (stack.length > 0) {
    const top = stack.pop()!;
    if (top < 0) {
      order.push(nodes[-1 - top]); // all it reads has been visited
    } else if (!entered.has(top)) {
      entered.add(top);
      stack.push(-1 - top, ...sources(nodes[top], producer));
    }
  }
  return order;
}

/** Indices of the nodes it reads, ascending. */
function sources(node: Node, producer: ReadonlyMap<string, number>): number[] {
  const found = readsOf(node).flatMap((name) => producer.get(name) ?? []);
  return [...new Set(found)].toSorted((a, b) => a - b);
}
