// How long a training took that gave no number: one that gives one says so itself.

import type { Measurement } from "../candidate.js";

export async function timed(training: Promise<Measurement>): Promise<Measurement> {
  const began = performance.now();
  const measurement = await training;
  return measurement.ok ? measurement : { ...measurement, seconds: (performance.now() - began) / 1000 };
}
