// Cycles to report on: one that is proven, one of everything that a hostile author may write.

import type { FinishedCycle, Receipt } from "../../src/candidate.js";
import type { Evidence } from "../../src/report/evidence.js";
import { attempt, decision, evaluation, finishedCycle, pair } from "../support/evidence.js";

const curve = (end: number) => Array.from({ length: 32 }, (_, i) => end + 3 / (i + 1));

export const proven: FinishedCycle = finishedCycle({
  noise: { runs: 5, deviation: 0.0042, detectable: 0.0055 },
  attempts: [
    attempt({ id: "1-aaaaaaaa", hypothesis: "learning rate 0.001 -> 0.002: it was too low", effect: -0.0421 }),
    attempt({ id: "2-bbbbbbbb", hypothesis: "width 8 -> 16", decision: "rejected", reason: "worse", effect: 0.031 }),
    attempt({ id: "3-cccccccc", hypothesis: "batch 4 -> 8", decision: "kept", effect: -0.0012 }),
  ],
  pruned: ["3-cccccccc"],
  champion: "1-aaaaaaaa",
  pairs: [11, 22, 33, 44].map((seed, i) => ({
    seed,
    baseline: evaluation({ seed, score: 3 + i / 100, training: { ...evaluation().training!, curve: curve(2) } }),
    candidate: evaluation({ seed, score: 2.95 + i / 90, training: { ...evaluation().training!, curve: curve(1.9) } }),
  })),
  trades: [
    { measure: "parameters", baseline: 5000, candidate: 5500, bound: 0.2, within: true },
    { measure: "peakMemory", baseline: 2e8, candidate: 2e8, bound: null, within: true },
  ],
  decision: decision({
    verdict: "accepted",
    reason: "better by 0.0483 on average of 4 fresh pairs (p = 0.00012, 0.003 needed)",
    effect: -0.0483,
    interval: [-0.0512, -0.0454],
    pValue: 0.00012,
    pairs: 4,
    power: 0.5,
  }),
  cost: { trainings: 20, seconds: 61 },
  branch: "axon/0123456789ab",
  receipt: "receipts/0123456789ab.json",
});

const asking = { requests: 2, inputTokens: 12_345, outputTokens: 678, dollars: 0.0061, seconds: 9 };

/** The same with a step by a model, and one for which another was asked in vain. */
export const byModel: FinishedCycle = {
  ...proven,
  attempts: proven.attempts.map((one, i) => {
    if (i === 0) {
      const origin = {
        asked: "m",
        model: "m-2026 | **x**",
        prompt: "0123456789ab",
        rationale: "r",
        expected: "e",
        ...asking,
      };
      return { ...one, proposer: "llm", origin };
    }
    return i === 1 ? { ...one, instead: { asked: "n", reason: "no JSON", ...asking } } : one;
  }),
  cost: { ...proven.cost, models: asking },
};

/** The same for an objective of which more is better, reported by the repository itself. */
export const higher: FinishedCycle = {
  ...proven,
  objective: { name: "accuracy", direction: "higher", selfReported: true },
  pairs: [1, 2, 3, 4].map((seed) => pair(seed, 0.8, 0.8483 + seed / 1000)),
  decision: { ...proven.decision, effect: 0.0508, interval: [0.0454, 0.0562] },
  trades: [{ measure: "parameters", baseline: 5000, candidate: 7500, bound: 0.2, within: false }],
};

export const DIFF = [
  "--- a/model/spec.yml",
  "+++ b/model/spec.yml",
  "@@ -1 +1 @@",
  "-learningRate: 0.001",
  "+learningRate: 0.002",
  "",
].join("\n");

export function evidence(cycle: FinishedCycle, over: Partial<Evidence> = {}): Evidence {
  return { cycle, receipt: receiptOf(cycle), replay: "axon replay receipts/0123456789ab.json", ...over };
}

function receiptOf({ id, baseCommit, objective, noise, pairs, trades, decision: decided }: FinishedCycle): Receipt {
  return {
    version: 3,
    id,
    baseCommit,
    objective,
    noise,
    pairs,
    trades,
    decision: decided,
    repository: "essays",
    diff: DIFF,
    diffSha256: "d".repeat(64),
    steps: [{ attempt: "1-aaaaaaaa", proposer: "search", model: null, prompt: null }],
    baselineSpec: {},
    candidateSpec: {},
    initialCheckpoint: null,
    corpus: { sha256: "c".repeat(64), paths: null },
    split: { epoch: 0, heldOutSha256: "b".repeat(64), heldOutBytes: 5600 },
    evaluator: "4",
    flops: 1.4e11,
    runtime: { onnxruntime: "1.30.0", node: "v20.20.2", cpu: "some CPU", threads: 1 },
  };
}

/** Each would do something somewhere if it were not escaped. */
export const HOSTILE: readonly string[] = [
  "a | b | c",
  "one\n\n| two |\n# three",
  "`code` ``` and `` more",
  "</details></summary><script>alert(1)</script><img src=x onerror=alert(1)>",
  "@everyone and @octocat, mail@example.org",
  "fixes #1, closes octo/repo#2, resolves GH-3, fixes https://github.com/octo/repo/issues/4",
  "![x](http://example.org/x.png) [y](javascript:alert(1)) <https://example.org> www.example.org",
  "[y][z] [^1] $x$ $$y$$ :tada: ~~gone~~ **loud** __loud__ \\",
  "over\u202Eride \u2066iso\u2069 zero\u200Bwidth tag\u{E0041} filler\u3164 esc\u001B[2J nul\0 cr\r bom\uFEFF",
  '"quotes" "]; click A "x" %%{init: {}}%% --> line [1] #quot;',
  "z\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301algo \uD800",
  "&lt;b&gt; &#64;octocat &commat;octocat",
];

/** Every text of a cycle is this one. */
export function saying(text: string, attempts = 12): FinishedCycle {
  const more = { hypothesis: text, reason: text, diff: text };
  const list = Array.from({ length: attempts }, (_, i) =>
    attempt({ ...proven.attempts[i % 3], id: `${i + 1}-x`, ...more }),
  );
  return {
    ...proven,
    attempts: list,
    pruned: [],
    objective: { ...proven.objective, name: text.slice(0, 200) },
    decision: { ...proven.decision, verdict: "rejected", reason: text },
  };
}
