// The public face of the autodiff room, `axon-evolve/autodiff`: gradients of ONNX graphs, as ONNX graphs.

export { gradients } from "./gradients.js";
