// Builders of what a cycle leaves behind: everything has a plausible value, and a test says what matters to it.

import type { Attempt, Decision, Evaluation, FinishedCycle, Pair } from "../../src/candidate.js";

export function evaluation(over: Partial<Evaluation> = {}): Evaluation {
  return {
    seed: 1,
    score: 3.012345678901,
    seconds: 0.5,
    cpuSeconds: 0.6,
    peakMemory: 2e8,
    model: { sha256: "ab".repeat(32), parameters: 5000, secondsPerByte: 2e-5 },
    training: { loss: 2.1, steps: 10, tokens: 1000, flops: 1e9, flopsPerToken: 1e6, curve: [4, 3, 2.1] },
    ...over,
  };
}

export function decision(over: Partial<Decision> = {}): Decision {
  return {
    verdict: "rejected",
    reason: "no proposal was better than the baseline",
    effect: null,
    interval: null,
    pValue: null,
    pairs: 0,
    power: null,
    morePairs: null,
    ...over,
  };
}

export function attempt(over: Partial<Attempt> = {}): Attempt {
  return {
    id: "1-5f0c2a11",
    parent: "baseline",
    proposer: "search",
    hypothesis: "learning rate 0.003 instead of 0.002",
    diff: "",
    decision: "kept",
    reason: "better than its parent on the same seed",
    differences: [-0.04045],
    effect: -0.04045,
    pValue: 0.013,
    cost: { trainings: 1, seconds: 2 },
    ...over,
  };
}

export function pair(seed: number, baseline: number, candidate: number): Pair {
  return { seed, baseline: evaluation({ seed, score: baseline }), candidate: evaluation({ seed, score: candidate }) };
}

export function finishedCycle(over: Partial<FinishedCycle> = {}): FinishedCycle {
  return {
    id: "0123456789ab",
    baseCommit: "a".repeat(40),
    objective: { name: "bits per byte", direction: "lower", selfReported: false },
    baseline: { score: 2.98765, parameters: 1_234_567, trainings: 5 },
    noise: { runs: 5, deviation: 0.01, detectable: 0.012 },
    attempts: [],
    pruned: [],
    champion: null,
    pairs: [],
    trades: [],
    decision: decision(),
    cost: { trainings: 9, seconds: 18 },
    branch: null,
    receipt: null,
    ...over,
  };
}
