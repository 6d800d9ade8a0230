// Learning-rate schedules: one row each, as a share of the peak at a point of the way.

import type { Spec } from "../spec.js";

type Optimizer = Spec["optimizer"];
type Shape = (progress: number, optimizer: Optimizer) => number;

/** `progress` runs from 0 after the warm-up towards 1, which would be the step after the last. */
const shapes: Readonly<Record<Optimizer["schedule"], Shape>> = {
  constant: () => 1,
  cosine: (progress, { finalLearningRate: end }) => end + ((1 - end) * (1 + Math.cos(Math.PI * progress))) / 2,
  "warmup-stable-decay": (progress, { decay }) => (decay === 0 ? 1 : Math.min(1, (1 - progress) / decay)),
};

/** The learning rate of step `step` (counted from 0) of `steps`. */
export function learningRateAt(step: number, steps: number, optimizer: Optimizer): number {
  const warmup = Math.round(optimizer.warmup * steps);
  if (step < warmup) return (optimizer.learningRate * (step + 1)) / warmup;
  const progress = (step - warmup) / Math.max(1, steps - warmup);
  return optimizer.learningRate * shapes[optimizer.schedule](progress, optimizer);
}
