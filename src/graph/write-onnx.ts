// Model → bytes of an .onnx file. It checks nothing: whoever builds a graph answers for it.

import { ATTRIBUTE, ATTRIBUTE_KINDS, DIM, ENTRY, GRAPH, MODEL, NODE, OPSET, SHAPE, STORAGE } from "./onnx-fields.js";
import { TENSOR, TENSOR_TYPE, TYPE, VALUE_INFO } from "./onnx-fields.js";
import type { Attribute, Dim, Graph, Model, Node, Tensor, Value } from "./graph.js";
import { ProtobufWriter } from "./protobuf-writer.js";

/** The file that ONNX Runtime (and `readOnnx`) reads. The same model always gives the same bytes. */
export function writeOnnx(model: Model): Uint8Array {
  const file = new ProtobufWriter().int(MODEL.irVersion, model.irVersion).string(MODEL.producerName, "axon-evolve");
  file.message(MODEL.graph, writeGraph(model.graph));
  for (const [domain, version] of Object.entries(model.opsets)) {
    file.message(MODEL.opsetImport, new ProtobufWriter().string(OPSET.domain, domain).int(OPSET.version, version));
  }
  for (const [key, value] of Object.entries(model.metadata)) {
    file.message(MODEL.metadata, new ProtobufWriter().string(ENTRY.key, key).string(ENTRY.value, value));
  }
  return file.finish();
}

function writeGraph(graph: Graph): ProtobufWriter {
  const out = new ProtobufWriter().string(GRAPH.name, graph.name);
  for (const node of graph.nodes) out.message(GRAPH.node, writeNode(node));
  for (const [name, tensor] of graph.initializers) out.message(GRAPH.initializer, writeTensor(tensor, name));
  for (const input of graph.inputs) out.message(GRAPH.input, writeValue(input));
  for (const output of graph.outputs) out.message(GRAPH.output, writeValue(output));
  for (const value of graph.values.values()) out.message(GRAPH.valueInfo, writeValue(value));
  return out;
}

function writeNode(node: Node): ProtobufWriter {
  const out = new ProtobufWriter();
  for (const input of node.inputs) out.string(NODE.input, input);
  for (const output of node.outputs) out.string(NODE.output, output);
  out.string(NODE.name, node.name).string(NODE.opType, node.opType).string(NODE.domain, node.domain);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    out.message(NODE.attribute, writeAttribute(name, attribute));
  }
  return out;
}

function writeAttribute(name: string, attribute: Attribute): ProtobufWriter {
  const out = new ProtobufWriter()
    .string(ATTRIBUTE.name, name)
    .int(ATTRIBUTE.type, ATTRIBUTE_KINDS.indexOf(attribute.kind) + 1);
  switch (attribute.kind) {
    case "int":
      return out.int(ATTRIBUTE.int, attribute.value);
    case "float":
      return out.float(ATTRIBUTE.float, attribute.value);
    case "string":
      return out.string(ATTRIBUTE.string, attribute.value);
    case "tensor":
      return out.message(ATTRIBUTE.tensor, writeTensor(attribute.value));
    case "graph":
      return out.message(ATTRIBUTE.graph, writeGraph(attribute.value));
    case "ints":
      return out.packedInts(ATTRIBUTE.ints, attribute.value);
    case "floats":
      return out.packedFloats(ATTRIBUTE.floats, attribute.value);
    case "strings":
      for (const value of attribute.value) out.string(ATTRIBUTE.strings, value);
  }
  return out;
}

/** Elements go out as they lie in memory: little-endian, like every machine that Node's ONNX Runtime runs on. */
function writeTensor({ type, shape, data }: Tensor, name = ""): ProtobufWriter {
  return new ProtobufWriter()
    .packedInts(TENSOR.dims, shape)
    .int(TENSOR.dataType, STORAGE[type].code)
    .string(TENSOR.name, name)
    .bytes(TENSOR.rawData, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValue(value: Value): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const dim of value.shape) shape.message(SHAPE.dim, writeDim(dim));
  const tensor = new ProtobufWriter()
    .int(TENSOR_TYPE.elementType, STORAGE[value.type].code)
    .message(TENSOR_TYPE.shape, shape);
  return new ProtobufWriter()
    .string(VALUE_INFO.name, value.name)
    .message(VALUE_INFO.type, new ProtobufWriter().message(TYPE.tensor, tensor));
}

/** A size without a number or a name ("") is an empty message. */
function writeDim(dim: Dim): ProtobufWriter {
  const out = new ProtobufWriter();
  if (dim === "") return out;
  return typeof dim === "number" ? out.int(DIM.value, dim) : out.string(DIM.param, dim);
}
