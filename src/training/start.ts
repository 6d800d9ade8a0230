// A training in a process of its own.

import { createRequire } from "node:module";
import { AxonError } from "../errors.js";
import { runChild, type ChildOptions } from "../process/child.js";
import type { Progress, TrainingRequest, TrainingResult } from "./trainer.js";

const worker = createRequire(import.meta.url).resolve("#training-worker");

/**
 * As `train`, without blocking; aborting leaves a checkpoint.
 * @throws AxonError `webgpu-crashed` where the GPU's driver ended the process.
 */
export async function startTraining(
  request: TrainingRequest,
  options: ChildOptions<Progress> = {},
): Promise<TrainingResult> {
  try {
    return await runChild(worker, request, options);
  } catch (cause) {
    if (request.device !== "webgpu" || !(cause instanceof AxonError) || cause.code !== "child-crashed") throw cause;
    const message = `${cause.message}, most likely by a fault in the GPU's driver: update it, or train with --device cpu`;
    throw new AxonError("webgpu-crashed", message, { cause });
  }
}
