// The space that all proposers search: values of the spec with the range that people would try. It is the peers' only knowledge; AXON's
// moves reach the same values, and what leaves a range counts as a failed training.

import { withChanges, valueAt } from "../dist/proposal/edit-spec.js";
import { parseSpec } from "../dist/spec.js";

/** `log`: whole or rounded to two digits, uniform in the logarithm; `levels`: ordered; `choice`: unordered. */
export const SPACE = [
  { path: "optimizer.learningRate", log: [1e-4, 3e-2] },
  { path: "training.batch", log: [1, 64], multiple: 1 },
  { path: "architecture.width", log: [16, 256], multiple: 8 },
  { path: "architecture.layers", log: [1, 8], multiple: 1 },
  { path: "architecture.context", log: [12, 256], multiple: 1 },
  { path: "architecture.feedForward.ratio", log: [0.5, 16] },
  { path: "optimizer.gradientClip", log: [0.06, 16] },
  { path: "architecture.heads", levels: [1, 2, 4, 8] },
  { path: "optimizer.warmup", levels: [0, 0.02, 0.05, 0.1, 0.2, 0.3] },
  { path: "optimizer.beta1", levels: [0.8, 0.85, 0.9, 0.95] },
  { path: "optimizer.beta2", levels: [0.9, 0.95, 0.98, 0.99, 0.995, 0.999] },
  { path: "optimizer.weightDecay", levels: [0, 0.003, 0.01, 0.03, 0.1, 0.3, 1] },
  { path: "optimizer.finalLearningRate", levels: [0, 0.01, 0.03, 0.1, 0.3] },
  { path: "optimizer.decay", levels: [0.1, 0.2, 0.3, 0.4, 0.6, 0.8] },
  { path: "optimizer.schedule", choice: ["constant", "cosine", "warmup-stable-decay"] },
  { path: "optimizer.kind", choice: ["adamw", "lion", "muon", "sgd"] },
  { path: "architecture.normalization", choice: ["layer-norm", "rms-norm"] },
  { path: "architecture.position", choice: ["learned", "rotary"] },
  { path: "architecture.feedForward.kind", choice: ["gelu", "relu-squared", "swiglu"] },
  { path: "architecture.tieEmbeddings", choice: [false, true] },
];

/** Where a value stands: octaves, places among the levels (between two of them in proportion), or the number of a choice. */
export function coordinate({ log, levels, choice }, value) {
  if (log) return Math.log2(value);
  if (choice) return choice.indexOf(value);
  const above = levels.findIndex((level) => level >= value);
  if (above === -1) return levels.length - 1;
  if (above === 0) return 0;
  return above - (levels[above] - value) / (levels[above] - levels[above - 1]);
}

/** The smallest and the largest coordinate. */
export function rangeOf({ log, levels, choice }) {
  return log ? log.map((end) => Math.log2(end)) : [0, (levels ?? choice).length - 1];
}

/** The nearest value that may be tried. */
export function valueOf({ log, levels, choice, multiple }, at) {
  if (!log) return (levels ?? choice)[Math.round(at)];
  const value = 2 ** at;
  if (!multiple) return Number(value.toPrecision(2));
  return Math.max(multiple, Math.round(value / multiple) * multiple);
}

/** `spec` with the value of every dimension replaced, or null where they do not fit together. */
export function specAt(spec, coordinates) {
  const changes = SPACE.map((dimension, i) => ({ path: dimension.path, value: valueOf(dimension, coordinates[i]) }));
  return valid(withChanges(spec, changes));
}

export function valid(spec) {
  try {
    return parseSpec(JSON.stringify(spec));
  } catch (error) {
    if (error.code === "spec-invalid") return null;
    throw error;
  }
}

export function within(spec) {
  return SPACE.every(({ path, log }) => !log || (valueAt(spec, path) >= log[0] && valueAt(spec, path) <= log[1]));
}
