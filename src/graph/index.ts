// The public face of the graph room, `axon-evolve/graph`: build ONNX graphs as values, read and write .onnx files.

export { attribute, GraphBuilder, type MatMulOptions } from "./builder.js";
export {
  IR_VERSION,
  OPSETS,
  type Attribute,
  type Dim,
  type ElementType,
  type Graph,
  type Model,
  type Node,
  type Tensor,
  type TensorData,
  type Value,
} from "./graph.js";
export type { OpType } from "./operators.js";
export { readOnnx } from "./read-onnx.js";
export { writeOnnx } from "./write-onnx.js";
