// A training in a process of its own.

import { createRequire } from "node:module";
import { runChild, type ChildOptions } from "../process/child.js";
import type { Progress, TrainingRequest, TrainingResult } from "./trainer.js";

const worker = createRequire(import.meta.url).resolve("#training-worker");

/** As `train`, without blocking; aborting leaves a checkpoint. */
export function startTraining(request: TrainingRequest, options: ChildOptions<Progress> = {}): Promise<TrainingResult> {
  return runChild(worker, request, options);
}
