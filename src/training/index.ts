// The public face of the training room, `axon-evolve/training`: train a decoder over bytes, in this process or in one of its own.

export { startTraining } from "./start.js";
export { train, type Progress, type TrainingMetrics, type TrainingRequest, type TrainingResult } from "./trainer.js";
