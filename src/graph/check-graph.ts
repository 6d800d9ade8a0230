// Is a graph computable in the order it is written? Names only: types and shapes are another file's work.

import { GraphError } from "../errors.js";
import type { Graph, Node } from "./graph.js";
import { quoted } from "./quoted.js";

/**
 * Every node reads inputs, initializers or what earlier nodes made (graphs inside a node also what stands around them), every name
 * is given once, and the outputs exist. Hence there is no cycle.
 * @throws GraphError `undefined-value` or `duplicate-name`; `place.node` names the node.
 */
export function checkGraph(graph: Graph): void {
  checkNames(graph, new Set());
}

/** `defined` holds what stands around the graph, and again only that afterwards: a copy for each graph takes quadratic time. */
function checkNames(graph: Graph, defined: Set<string>): void {
  const inputs = new Set(graph.inputs.map((input) => input.name));
  // An initializer may carry the default of an input of the same name.
  const initializers = [...graph.initializers.keys()].filter((name) => !inputs.has(name));
  for (const { name } of graph.inputs) define(defined, name, "graph input");
  for (const name of initializers) define(defined, name, "initializer");
  for (const node of graph.nodes) checkNode(node, defined);
  for (const { name } of graph.outputs) {
    if (!defined.has(name)) throw undefinedValue(name, "the graph's outputs", name);
  }
  const own = [inputs, initializers, ...graph.nodes.map((node) => node.outputs)];
  for (const names of own) for (const name of names) defined.delete(name);
}

function checkNode(node: Node, defined: Set<string>): void {
  const owner = node.name || node.outputs[0] || node.opType;
  for (const input of node.inputs) {
    if (input !== "" && !defined.has(input)) throw undefinedValue(input, describe(node, owner), owner);
  }
  for (const attribute of Object.values(node.attributes)) {
    if (attribute.kind === "graph") checkNames(attribute.value, defined);
  }
  for (const output of node.outputs) {
    if (output !== "") define(defined, output, "output", owner);
  }
}

function describe(node: Node, owner: string): string {
  return `node ${quoted(owner)} (${quoted(node.opType)})`;
}

function define(defined: Set<string>, name: string, what: string, owner = name): void {
  if (defined.has(name) || name === "") {
    const message = name === "" ? `a ${what} has no name` : `${what} ${quoted(name)} is defined a second time`;
    throw new GraphError("duplicate-name", message, { place: { node: owner } });
  }
  defined.add(name);
}

function undefinedValue(name: string, reader: string, owner: string): GraphError {
  const message = `${reader} reads ${quoted(name)}, which no input, initializer or earlier node provides`;
  return new GraphError("undefined-value", message, { place: { node: owner } });
}
