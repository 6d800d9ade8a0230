// Is there a GPU that ONNX Runtime can use through WebGPU? Asked in a process of its own: what goes wrong in a driver may end it.

import { spawnSync } from "node:child_process";

const QUESTION = `
  require("onnxruntime-node")
    .InferenceSession.create("test/fixtures/torch-mlp.onnx", { executionProviders: ["webgpu"] })
    .then(() => process.exit(0), () => process.exit(1));
`;

export const hasWebGpu = spawnSync(process.execPath, ["-e", QUESTION]).status === 0;
