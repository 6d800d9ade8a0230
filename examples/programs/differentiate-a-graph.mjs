// Appends the backward pass of a loss to its graph and runs both in ONNX Runtime. Run: node examples/programs/differentiate-a-graph.mjs

import ort from "onnxruntime-node";
import { gradients } from "axon-evolve/autodiff";
import { GraphBuilder, IR_VERSION, OPSETS, writeOnnx } from "axon-evolve/graph";

// loss = Σ tanh(x · w)², a matrix product, a nonlinearity and a reduction
const b = new GraphBuilder("differentiated");
const x = b.input("x", "float32", [2, 3]);
const w = b.input("w", "float32", [3, 1]);
const y = b.op("Tanh", [b.matMul(x, w)]);
const loss = b.reshape(b.op("ReduceSumSquare", [y]), []);
const [dw] = gradients(b, loss, [w]);
const graph = b.build({ loss, dw });

const bytes = writeOnnx({ graph, irVersion: IR_VERSION, opsets: OPSETS, metadata: {} });
const session = await ort.InferenceSession.create(bytes);
const tensor = (shape, ...data) => new ort.Tensor("float32", Float32Array.from(data), shape);
const feeds = { x: tensor([2, 3], 1, 2, 3, 4, 5, 6), w: tensor([3, 1], 0.1, -0.2, 0.3) };
const result = await session.run(feeds);

// The same derivative by finite differences.
const h = 1e-2;
const lossAt = async (delta) => {
  const moved = Float32Array.from(feeds.w.data);
  moved[0] += delta;
  return (await session.run({ ...feeds, w: new ort.Tensor("float32", moved, [3, 1]) })).loss.data[0];
};
const numeric = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h);
console.log(`loss    ${result.loss.data[0].toFixed(4)}`);
console.log(`dw      ${Array.from(result.dw.data, (value) => value.toFixed(3)).join(" ")}`);
console.log(`numeric ${numeric.toFixed(3)} for the first`);
