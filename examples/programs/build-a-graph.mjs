// Builds an ONNX graph, writes it, reads it back, and says what is in it. Run: node examples/programs/build-a-graph.mjs

import { GraphBuilder, IR_VERSION, OPSETS, readOnnx, writeOnnx } from "axon-evolve/graph";

const b = new GraphBuilder("two_layers");
const x = b.input("x", "float32", ["rows", 4]); // a size may be a name: any number of rows
const weights = (shape) => ({
  type: "float32",
  shape,
  data: Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(i)),
});
const hidden = b.op("Relu", [b.matMul(x, b.initializer("first", weights([4, 8])))]);
const graph = b.build({ y: b.matMul(hidden, b.initializer("second", weights([8, 2]))) });

const bytes = writeOnnx({ graph, irVersion: IR_VERSION, opsets: OPSETS, metadata: { made: "by hand" } });
const model = readOnnx(bytes);
for (const { opType, inputs, outputs } of model.graph.nodes)
  console.log(`${opType}(${inputs.join(", ")}) -> ${outputs.join(", ")}`);
console.log(`y is [${model.graph.outputs[0].shape.join(", ")}]`);
