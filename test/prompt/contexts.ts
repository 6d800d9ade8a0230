// Small contexts for tests of prompts.

import type { Attempt } from "../../src/candidate.js";
import type { PromptContext } from "../../src/prompt/prompt.js";

export const SPEC = "architecture:\n  width: 64\n  layers: 2\n\noptimizer:\n  learningRate: 0.003\n";

export function attemptOf(fields: Partial<Attempt> = {}): Attempt {
  return {
    id: "a1",
    parent: "baseline",
    proposer: "llm",
    hypothesis: "A warm-up keeps the first steps from doing harm.",
    diff: "--- a/model/spec.yml\n+++ b/model/spec.yml\n@@\n optimizer:\n   learningRate: 0.003\n+  warmup: 0.1\n",
    decision: "kept",
    reason: "better on the search seed",
    differences: [-0.04],
    effect: -0.04,
    pValue: 0.012,
    cost: { trainings: 1, seconds: 3 },
    ...fields,
  };
}

export function contextOf(fields: Partial<PromptContext> = {}): PromptContext {
  return {
    objective: { name: "bits per byte", direction: "lower", selfReported: false },
    score: 2.51234,
    noise: { runs: 4, deviation: 0.0101, detectable: 0.0123 },
    tokens: 60_000,
    trainingsLeft: 40,
    paths: ["model/spec.yml", "src/**"],
    files: [{ path: "model/spec.yml", text: SPEC }],
    attempts: [],
    hint: null,
    ...fields,
  };
}
