// Bytes of an .onnx file → Model. Whoever wrote the file may be hostile: what this house cannot represent is refused, never
// dropped, except where the standard lets readers ignore it (documentation, unknown fields).

import { GraphError } from "../errors.js";
import { checkGraph } from "./check-graph.js";
import type { Attribute, Dim, Graph, Model, Node, Tensor, Value } from "./graph.js";
import { ATTRIBUTE, ATTRIBUTE_KINDS, ATTRIBUTE_VALUES, DIM, ENTRY, GRAPH, MODEL, NODE, OPSET } from "./onnx-fields.js";
import { SHAPE, TENSOR_TYPE, TYPE, VALUE_INFO } from "./onnx-fields.js";
import { type ProtobufField, protobufFields } from "./protobuf-reader.js";
import { quoted } from "./quoted.js";
import { elementType, readTensor } from "./read-tensor.js";

/** Graphs inside attributes of nodes inside graphs …: deeper than any exporter goes, shallower than the stack. */
const MAX_DEPTH = 8;

/**
 * Reads a whole model and checks that its graph can be computed in file order.
 * @throws GraphError with a code: `onnx-malformed`, `unsupported`, `unsupported-type`, `external-data`, `bad-shape`,
 * `bad-tensor`, `duplicate-name` or `undefined-value`; `place.node` names the node or tensor.
 */
export function readOnnx(bytes: Uint8Array): Model {
  let graph: Graph | undefined;
  let irVersion = 0;
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  for (const field of protobufFields(bytes)) {
    if (field.number === MODEL.irVersion) irVersion = field.int();
    else if (field.number === MODEL.graph) graph = once(graph, readGraph(field, 0), "graph", "model");
    else if (field.number === MODEL.opsetImport) insert(opsets, ...readOpset(field), "operator set");
    else if (field.number === MODEL.metadata) insert(metadata, ...readEntry(field), "metadata key");
    else if (field.number === MODEL.functions) throw unsupported("functions", "model");
  }
  if (!graph) throw new GraphError("onnx-malformed", "not an ONNX model: it has no graph");
  checkGraph(graph);
  return { graph, irVersion, opsets: Object.fromEntries(opsets), metadata: Object.fromEntries(metadata) };
}

function readOpset(field: ProtobufField): [string, number] {
  let domain = "";
  let version = 0;
  for (const part of field.fields()) {
    if (part.number === OPSET.domain) domain = part.string();
    else if (part.number === OPSET.version) version = part.int();
  }
  return [domain === "ai.onnx" ? "" : domain, version];
}

function readEntry(field: ProtobufField): [string, string] {
  let key = "";
  let value = "";
  for (const part of field.fields()) {
    if (part.number === ENTRY.key) key = part.string();
    else if (part.number === ENTRY.value) value = part.string();
  }
  return [key, value];
}

function readGraph(field: ProtobufField, depth: number): Graph {
  if (depth > MAX_DEPTH) throw unsupported(`graphs nested deeper than ${MAX_DEPTH}`, "model");
  let name = "";
  const inputs: Value[] = [];
  const outputs: Value[] = [];
  const nodes: Node[] = [];
  const initializers = new Map<string, Tensor>();
  const values = new Map<string, Value>();
  for (const part of field.fields()) {
    if (part.number === GRAPH.name) name = part.string();
    else if (part.number === GRAPH.node) nodes.push(readNode(part, depth));
    else if (part.number === GRAPH.input) inputs.push(required(readValue(part)));
    else if (part.number === GRAPH.output) outputs.push(required(readValue(part)));
    else if (part.number === GRAPH.sparseInitializer) throw unsupported("sparse initializers", "graph");
    else if (part.number === GRAPH.initializer) {
      const read = readTensor(part, "initializer without a name");
      insert(initializers, read.name, read.tensor, "initializer");
    } else if (part.number === GRAPH.valueInfo) {
      const { name: about, value } = readValue(part);
      if (value) insert(values, about, value, "value");
    }
  }
  return { name, inputs, outputs, initializers, nodes, values };
}

function readNode(field: ProtobufField, depth: number): Node {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const encoded: ProtobufField[] = [];
  let name = "";
  let opType = "";
  let domain = "";
  for (const part of field.fields()) {
    if (part.number === NODE.input) inputs.push(part.string());
    else if (part.number === NODE.output) outputs.push(part.string());
    else if (part.number === NODE.name) name = part.string();
    else if (part.number === NODE.opType) opType = part.string();
    else if (part.number === NODE.domain) domain = part.string();
    else if (part.number === NODE.attribute) encoded.push(part);
  }
  const owner = name || outputs[0] || opType;
  if (opType === "") throw malformed(`node ${quoted(owner)} at byte ${field.start} has no operator`, owner);
  const attributes = new Map<string, Attribute>();
  for (const part of encoded) {
    insert(attributes, ...readAttribute(part, owner, depth), `attribute of node ${quoted(owner)}`);
  }
  if (domain === "ai.onnx") domain = "";
  return { name, opType, domain, inputs, outputs, attributes: Object.fromEntries(attributes) };
}

function readAttribute(field: ProtobufField, owner: string, depth: number): [string, Attribute] {
  let name = "";
  let type = 0;
  const parts: ProtobufField[] = [];
  for (const part of field.fields()) {
    if (part.number === ATTRIBUTE.name) name = part.string();
    else if (part.number === ATTRIBUTE.type) type = part.int();
    else if (part.number === ATTRIBUTE.reference) throw unsupported("attribute references", owner);
    else if (ATTRIBUTE_VALUES.includes(part.number)) parts.push(part);
  }
  const kind: Attribute["kind"] | undefined = ATTRIBUTE_KINDS[type - 1];
  if (!kind) throw unsupported(`attribute ${quoted(name)} of type ${type}`, owner);
  if (parts.some((part) => part.number !== ATTRIBUTE[kind])) {
    throw malformed(`node ${quoted(owner)} gives its attribute ${quoted(name)} a value that is no ${kind}`, owner);
  }
  return [name, readAttributeValue(kind, parts, owner, depth)];
}

/** A scalar that is absent has the value protobuf gives it: zero or the empty string. */
function readAttributeValue(kind: Attribute["kind"], parts: ProtobufField[], owner: string, depth: number): Attribute {
  const last = parts.at(-1);
  switch (kind) {
    case "int":
      return { kind, value: last?.int() ?? 0 };
    case "float":
      return { kind, value: last?.float() ?? 0 };
    case "string":
      return { kind, value: last?.string() ?? "" };
    case "ints":
      return { kind, value: parts.flatMap((part) => part.intList()) };
    case "floats":
      return { kind, value: parts.flatMap((part) => part.floatList()) };
    case "strings":
      return { kind, value: parts.map((part) => part.string()) };
    case "tensor":
      return { kind, value: readTensor(single(parts, owner), owner).tensor };
  }
  return { kind, value: readGraph(single(parts, owner), depth + 1) };
}

/** `value` is absent where the file gives no full type, or one this house does not hold. */
interface TypedName {
  readonly name: string;
  readonly value?: Value;
}

const KINDS_OF_VALUES: readonly number[] = Object.values(TYPE);

function readValue(field: ProtobufField): TypedName {
  let name = "";
  let typed: ProtobufField | undefined;
  for (const part of field.fields()) {
    if (part.number === VALUE_INFO.name) name = part.string();
    if (part.number !== VALUE_INFO.type) continue;
    for (const inner of part.fields()) {
      if (KINDS_OF_VALUES.includes(inner.number)) typed = once(typed, inner, "type", name);
    }
  }
  let code = 0;
  let shape: readonly Dim[] | undefined;
  for (const part of typed?.number === TYPE.tensor ? typed.fields() : []) {
    if (part.number === TENSOR_TYPE.elementType) code = part.int();
    else if (part.number === TENSOR_TYPE.shape) shape = once(shape, readShape(part, name), "shape", name);
  }
  const type = elementType(code);
  return type && shape ? { name, value: { name, type, shape } } : { name };
}

function readShape(field: ProtobufField, name: string): readonly Dim[] {
  const shape: Dim[] = [];
  for (const part of field.fields()) {
    if (part.number === SHAPE.dim) shape.push(readDim(part, name));
  }
  return shape;
}

function readDim(field: ProtobufField, name: string): Dim {
  let dim: Dim = "";
  for (const part of field.fields()) {
    if (part.number === DIM.value) dim = part.int();
    else if (part.number === DIM.param) dim = part.string();
  }
  if (typeof dim === "string" || dim >= 0) return dim;
  throw new GraphError("bad-shape", `value ${quoted(name)} has the negative size ${dim}`, { place: { node: name } });
}

function required({ name, value }: TypedName): Value {
  if (value) return value;
  const message = `graph input or output ${quoted(name)} has no shape, or a type that is not a tensor this house can hold`;
  throw new GraphError("unsupported-type", message, { place: { node: name } });
}

function insert<T>(map: Map<string, T>, name: string, value: T, what: string): void {
  if (map.has(name))
    throw new GraphError("duplicate-name", `${what} ${quoted(name)} appears twice`, { place: { node: name } });
  map.set(name, value);
}

/** Other readers merge a message that appears twice; two readings of one file are refused. */
function once<T>(before: T | undefined, value: T, what: string, owner: string): T {
  if (before === undefined) return value;
  throw new GraphError("duplicate-name", `${quoted(owner)} has more than one ${what}`, { place: { node: owner } });
}

function single(parts: readonly ProtobufField[], owner: string): ProtobufField {
  if (parts.length === 1) return parts[0];
  throw malformed(`node ${quoted(owner)} has an attribute with ${parts.length} values where one belongs`, owner);
}

function malformed(message: string, owner: string): GraphError {
  return new GraphError("onnx-malformed", message, { place: { node: owner } });
}

function unsupported(what: string, owner: string): GraphError {
  const message = `${what} cannot be read (in ${quoted(owner)}); export the model without them`;
  return new GraphError("unsupported", message, { place: { node: owner } });
}
