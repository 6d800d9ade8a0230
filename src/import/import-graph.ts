// A graph by any exporter, node by node into a GraphBuilder: afterwards every value has its type and its sizes in numbers, and
// everything stands in operators that have a gradient rule.

import { GraphError } from "../errors.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Dim, Graph, Model, Node, Value } from "../graph/graph.js";
import { operators, type OpType } from "../graph/operators.js";
import { fold } from "./fold.js";
import { fuse } from "./fusions.js";
import { rewrites } from "./rewrites.js";
import type { Rewrite, Site } from "./site.js";

/** Before 11 operators had other inputs; what comes after 24 nobody has compared yet. */
const OLDEST_OPSET = 11;
const NEWEST_OPSET = 24;

interface Importing {
  readonly b: GraphBuilder;
  readonly model: Model;
  /** What the names of the file mean so far; null for an output that is not computed here. */
  readonly values: Map<string, Value | null>;
  readonly outputs: ReadonlySet<string>;
  /** Who made what so far, for the fusions to look back on. */
  readonly producers: Map<string, Node>;
}

/**
 * Replays a model's nodes into `b`.
 * @param bound Values of `b` that stand for inputs of the model, of the element type the model declares and with numbers for
 * sizes, and for initializers that are to be trained. Every input without a default needs one. All other initializers that are
 * used become initializers of `b`, under their own names where those are free.
 * @returns The model's outputs by name. Gradients can be taken with respect to bound values and to outputs; what lies between may
 * have become part of something larger.
 * @throws GraphError naming the node or value in `place.node`: `no-operator` for what the table of operators lacks and for nodes
 * that run a graph inside, `unsupported-opset`, `unbound-input`, `unknown-value`, `unsupported` for forms of a known operator,
 * `type` and `shape` for what does not fit.
 */
export function importGraph(
  b: GraphBuilder,
  model: Model,
  bound: Readonly<Record<string, Value>> = {},
): Record<string, Value> {
  const outputs = new Set(model.graph.outputs.map(({ name }) => name));
  const importing: Importing = { b, model, outputs, values: new Map(), producers: new Map() };
  bindValues(importing, bound);
  for (const node of model.graph.nodes) importNode(importing, node);
  return Object.fromEntries([...outputs].map((name) => [name, valueOf(importing, name)]));
}

function bindValues({ model: { graph }, values }: Importing, bound: Readonly<Record<string, Value>>): void {
  const symbols = new Map<string, number>();
  for (const declared of graph.inputs) {
    const { name } = declared;
    if (Object.hasOwn(bound, name)) values.set(name, fitting(declared, bound[name], symbols));
    else if (!graph.initializers.has(name))
      throw refusal("unbound-input", name, `needs a value: it is an input of ${described(declared)}`);
  }
  for (const [name, value] of Object.entries(bound)) {
    if (values.has(name)) continue;
    const tensor = graph.initializers.get(name);
    if (!tensor)
      throw refusal("unknown-value", name, `is no input or initializer of the model; it has ${listed(graph)}`);
    values.set(name, fitting({ name, ...tensor }, value, symbols));
  }
}

/** `value` where it has the declared type and sizes. A symbol of the file means one number everywhere. */
function fitting(declared: Value, value: Value, symbols: Map<string, number>): Value {
  const fits = (dim: Dim, axis: number): boolean => {
    const size = value.shape[axis];
    if (typeof size !== "number") return false;
    if (typeof dim === "number" || dim === "") return dim === "" || dim === size;
    if (!symbols.has(dim)) symbols.set(dim, size);
    return symbols.get(dim) === size;
  };
  const sameRank = value.shape.length === declared.shape.length;
  if (value.type === declared.type && sameRank && declared.shape.every(fits)) return value;
  const known = [...symbols].map(([symbol, size]) => `, ${symbol} = ${size}`).join("");
  const message = `is ${described(declared)} in the model, so it cannot be ${described(value)}; sizes are numbers${known}`;
  throw refusal(value.type === declared.type ? "shape" : "type", declared.name, message);
}

function importNode(importing: Importing, node: Node): void {
  const name = node.name || node.outputs.find((output) => output !== "") || node.opType;
  const full = node.domain === "" ? node.opType : `${node.domain}.${node.opType}`;
  try {
    const rewrite = rewriteOf(node, full);
    const results = rewrite(siteOf(importing, node));
    node.outputs.forEach((output, i) => {
      if (output === "") return;
      if (i >= results.length) throw new GraphError("shape", `it has no output ${i} ("${output}")`);
      importing.values.set(output, results[i]);
      if (results[i] && importing.outputs.has(output)) importing.producers.delete(results[i].name);
    });
  } catch (cause) {
    if (!(cause instanceof GraphError)) throw cause;
    const origin = cause.cause instanceof GraphError ? cause.cause : cause; // as it was before the builder's own name for the node
    const message = `node "${name}" (${full}): ${origin.message}`;
    throw new GraphError(origin.code, message, { cause, place: { node: name } });
  }
}

function rewriteOf(node: Node, full: string): Rewrite {
  if (Object.values(node.attributes).some(({ kind }) => kind === "graph")) {
    throw new GraphError("no-operator", "it runs a graph inside; export the model without control flow");
  }
  if (Object.hasOwn(rewrites, full)) return rewrites[full];
  const opType = node.opType as OpType;
  if (Object.hasOwn(operators, opType) && operators[opType].domain === node.domain) {
    return ({ inputs, attributes, emit }) => emit(opType, inputs, attributes);
  }
  throw new GraphError(
    "no-operator",
    "there is no such operator here; write it in others, or leave it out of the model",
  );
}

function siteOf(importing: Importing, { domain, inputs, outputs, attributes }: Node): Site {
  const { b, model } = importing;
  const given = inputs.map((name) => (name === "" ? null : valueOf(importing, name)));
  return {
    b,
    opset: opsetOf(model, domain),
    inputs: given,
    attributes,
    outputs: outputs.length,
    emit: (op, operands, options = {}) => addNode(importing, op, operands, options),
  };
}

/** A node, or what stands for it: constants, or an operator that its pattern ends. */
function addNode(
  { b, producers }: Importing,
  opType: OpType,
  operands: readonly (Value | null)[],
  attributes: Node["attributes"],
): readonly Value[] {
  const folded = fold(b, opType, operands, attributes);
  if (folded) return folded;
  const before = b.nodes.length;
  const fused = fuse({ b, producers }, opType, operands);
  const results = fused ? [fused] : b.node(opType, operands, attributes);
  for (const node of b.nodes.slice(before)) for (const output of node.outputs) producers.set(output, node);
  return results;
}

function opsetOf({ opsets }: Model, domain: string): number {
  const version = opsets[domain];
  if (domain !== "" || (version >= OLDEST_OPSET && version <= NEWEST_OPSET)) return version ?? 1;
  const range = `${OLDEST_OPSET} to ${NEWEST_OPSET}`;
  throw new GraphError(
    "unsupported-opset",
    `the model uses ONNX operator set ${version ?? "none"}; export it with one from ${range}`,
  );
}

function valueOf({ b, model, values }: Importing, name: string): Value {
  const known = values.get(name);
  if (known) return known;
  const tensor = known === undefined ? model.graph.initializers.get(name) : undefined;
  if (!tensor) throw refusal("unknown-value", name, known === null ? "is not computed here" : "comes from nowhere");
  const value = b.initializer(b.free(name), tensor);
  values.set(name, value);
  return value;
}

function described({ type, shape }: Pick<Value, "type" | "shape">): string {
  return `${type}[${shape.map((dim) => (dim === "" ? "?" : dim)).join(", ")}]`;
}

/** The names that can be bound, or the first of them. */
function listed({ inputs, initializers }: Graph): string {
  const names = [...new Set([...inputs.map(({ name }) => name), ...initializers.keys()])];
  return names.length > 12 ? `${names.slice(0, 12).join(", ")}, and ${names.length - 12} more` : names.join(", ");
}

function refusal(code: string, name: string, what: string): GraphError {
  return new GraphError(code, `"${name}" ${what}`, { place: { node: name } });
}
