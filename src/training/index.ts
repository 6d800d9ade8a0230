// The public face of the training room, `axon-evolve/training`: train any ONNX model, or a decoder over bytes from a spec.

export { crossEntropy, lossOutput, meanSquaredError, type Loss } from "./losses.js";
export { startTraining } from "./start.js";
export type { TrainingState } from "../optimizer/state.js";
export { train, type Progress, type TrainingMetrics, type TrainingRequest, type TrainingResult } from "./trainer.js";
export { TrainingSession, type Feeds, type TrainingSessionOptions } from "./training-session.js";
