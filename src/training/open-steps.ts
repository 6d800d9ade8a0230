// Picks who trains: a GPU, this thread, or replicas in threads of their own.

import { openDeviceSteps } from "./device-steps.js";
import { InlineSteps } from "./inline-steps.js";
import { ReplicatedSteps } from "./replicated-steps.js";
import type { TrainingState } from "../optimizer/state.js";
import { divide, type Steps, type StepsOptions } from "./steps.js";

/** `state` is taken over: the caller keeps no use of its buffers. */
export function openSteps(options: StepsOptions, state: TrainingState): Promise<Steps> {
  if (options.device === "webgpu") return openDeviceSteps(options, state);
  const division = divide(options);
  const { objective, plan } = options;
  return division.replicas === 1
    ? InlineSteps.open(objective, plan, division, state)
    : ReplicatedSteps.open(objective, plan, division, state);
}
