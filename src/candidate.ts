// The shared nouns, types only. Whatever crosses from one room to another and belongs to neither is named here.

export type Proposer = "search" | "llm";

/** What one training measured. Losses are in nats per byte, scores in bits per byte of the whole held-out side. */
export interface Evaluation {
  readonly seed: number;
  readonly bitsPerByte: number;
  readonly trainLoss: number;
  readonly steps: number;
  readonly tokens: number;
  readonly flops: number;
  readonly parameters: number;
  readonly seconds: number;
  readonly modelSha256: string;
}

/** A hypothesis in words and the unified diff that would test it. */
export interface Proposal {
  readonly proposer: Proposer;
  readonly hypothesis: string;
  readonly diff: string;
}

export type Verdict = "accepted" | "rejected" | "indecisive";

/** `effect` is candidate minus baseline of the objective, so negative is better; null where nothing was trained. */
export interface Decision {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly effect: number | null;
  readonly interval: readonly [number, number] | null;
  readonly pValue: number | null;
  readonly pairs: number;
}

/** Which model, on which data, with which budget: equal keys mean equal digits. */
export interface TrainingKey {
  readonly fingerprint: string;
  readonly seed: number;
  readonly flops: number;
  readonly split: string;
  readonly evaluator: string;
}

/** A training that gave no number, with the reason in words. Expected, so a value. */
export interface Failure {
  readonly ok: false;
  readonly code: string;
  readonly reason: string;
}

export type Measurement = ({ readonly ok: true } & Evaluation) | Failure;

/** One proposal of a cycle and what became of it. `diff` is against `parent`, an attempt's id or "baseline". */
export interface Attempt {
  readonly id: string;
  readonly parent: string;
  readonly proposer: Proposer;
  readonly hypothesis: string;
  readonly diff: string;
  readonly decision: "kept" | "rejected";
  readonly reason: string;
  /** Candidate minus parent, in the objective's unit, per search seed; empty where nothing was trained. */
  readonly differences: readonly number[];
  /** Mean of the differences. */
  readonly effect: number | null;
  /** One-sided, of those few pairs alone: how often a change that does nothing would look at least as good. */
  readonly pValue: number | null;
}

export interface Pair {
  readonly seed: number;
  readonly baseline: Evaluation;
  readonly candidate: Evaluation;
}

/** All that is needed to get the same numbers again. */
export interface Receipt {
  readonly version: 1;
  readonly id: string;
  readonly repository: string;
  readonly baseCommit: string;
  readonly specPath: string;
  readonly diff: string;
  readonly diffSha256: string;
  readonly baselineSpec: unknown;
  readonly candidateSpec: unknown;
  /** SHA-256 of a checkpoint both arms started from; null for fresh parameters drawn from the seed. */
  readonly initialCheckpoint: string | null;
  readonly corpus: { readonly sha256: string; readonly paths: readonly string[] | null };
  readonly split: { readonly epoch: number; readonly heldOutSha256: string; readonly heldOutBytes: number };
  readonly evaluator: string;
  readonly objective: { readonly name: "bits per byte"; readonly direction: "lower" };
  readonly flops: number;
  readonly pairs: readonly Pair[];
  readonly decision: Decision;
  readonly runtime: {
    readonly onnxruntime: string;
    readonly node: string;
    readonly cpu: string;
    readonly threads: number;
  };
}

/** What a cycle ended with. */
export interface CycleResult {
  readonly id: string;
  readonly baseCommit: string;
  readonly baseline: { readonly bitsPerByte: number; readonly parameters: number; readonly trainings: number };
  readonly attempts: readonly Attempt[];
  readonly champion: string | null;
  readonly decision: Decision;
  readonly trainings: number;
}

/** A cycle as the archive keeps it. */
export interface FinishedCycle extends CycleResult {
  /** Where the accepted change was committed; null when nothing was accepted. */
  readonly branch: string | null;
  /** The receipt of the accepted change, a file name below the archive's directory. */
  readonly receipt: string | null;
}
