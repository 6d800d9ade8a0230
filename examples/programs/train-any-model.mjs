// Trains an .onnx file that PyTorch exported (examples/torch), in Node. Run: node examples/programs/train-any-model.mjs

import { readFile } from "node:fs/promises";
import { crossEntropy, TrainingSession } from "axon-evolve/training";

const here = new URL(".", import.meta.url);
const session = await TrainingSession.create({
  model: await readFile(new URL("../torch/tiny-gpt.onnx", here)),
  sizes: { batch: 8, sequence: 32 },
  loss: crossEntropy("logits", "labels"), // the output "logits" against an input "labels"
  train: (name, shape) => shape.length > 0, // all weights; numbers without axes are constants of the exporter
  optimizer: { kind: "adamw", learningRate: 0.01, weightDecay: 0.01 },
});

const text = await readFile(new URL("../demo/essays/tide-table.md", here));
let random = 1;
const window = () => {
  random = (random * 48271) % 2147483647;
  return random % (text.length - 33);
};
function batch() {
  const starts = Array.from({ length: 8 }, window);
  const bytes = starts.flatMap((start) => [...text.subarray(start, start + 33)]);
  const rows = (from) => starts.flatMap((_, row) => bytes.slice(33 * row + from, 33 * row + from + 32));
  return {
    input_ids: { type: "int64", shape: [8, 32], data: BigInt64Array.from(rows(0), BigInt) },
    labels: { type: "int32", shape: [8, 32], data: Int32Array.from(rows(1)) },
  };
}

for (let step = 0; step <= 120; step++) {
  const loss = await session.runTrainStep(batch());
  await session.runOptimizerStep();
  session.lazyResetGrad();
  if (step % 40 === 0) console.log(`step ${step}: ${loss.toFixed(2)} nats per byte`);
}
console.log(`trained model: ${session.exportModel().length} bytes`);
await session.release();
