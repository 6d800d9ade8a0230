// The shared nouns, types only. Whatever crosses from one room to another and belongs to neither is named here.

export type Proposer = "search" | "llm";

/** The number to improve. */
export interface Objective {
  /** "bits per byte" for held-out bits per byte, else what the repository calls it. */
  readonly name: string;
  readonly direction: "lower" | "higher";
  /** The repository's own command reports it; AXON does not measure it. */
  readonly selfReported: boolean;
}

/** What one seed of one version gave. */
export interface Evaluation {
  readonly seed: number;
  /** The objective's value. */
  readonly score: number;
  /** Wall-clock time of the training, or of the repository's own command. */
  readonly seconds: number;
  /** Processor time of the same, over all threads and processes, in seconds. */
  readonly cpuSeconds: number;
  /** Most memory it ever took, in bytes. */
  readonly peakMemory: number;
  /** Of the model handed over; null where the objective is a number that a command reports. */
  readonly model: ModelMeasures | null;
  /** What AXON's own trainer says; null where a command of the repository trained. */
  readonly training: TrainingMeasures | null;
}

export interface ModelMeasures {
  readonly sha256: string;
  readonly parameters: number;
  /** Time of scoring one byte, one window at a time on one thread, in seconds: the median over the windows. */
  readonly secondsPerByte: number;
}

/** Losses are in nats per byte. */
export interface TrainingMeasures {
  readonly loss: number;
  readonly steps: number;
  readonly tokens: number;
  readonly flops: number;
  readonly flopsPerToken: number;
  /** Mean loss over each of equal parts of the steps, in their order. */
  readonly curve: readonly number[];
}

/** A hypothesis in words and the unified diff that would test it. */
export interface Proposal {
  readonly proposer: Proposer;
  readonly hypothesis: string;
  readonly diff: string;
  /** Of a proposal by an LLM. */
  readonly origin?: Origin;
  /** An LLM was asked first and gave nothing that could be used. */
  readonly instead?: FailedRequest;
}

/** What asking a language model cost. */
export interface ModelCost {
  /** Repairs included. */
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Null where the price of a model is not known. */
  readonly dollars: number | null;
  /** Of waiting for its answers. */
  readonly seconds: number;
}

/** An LLM that was asked in vain, and why nothing came of it. */
export interface FailedRequest extends ModelCost {
  /** The model's name as it was asked for. */
  readonly asked: string;
  readonly reason: string;
}

/** Where an LLM's proposal came from, and what it cost. */
export interface Origin extends ModelCost {
  /** The model's name as it was asked for. */
  readonly asked: string;
  /** As the endpoint names it. */
  readonly model: string;
  /** Version of the prompts: a hash over their texts. */
  readonly prompt: string;
  /** Why it should help, in the model's own words. */
  readonly rationale: string;
  /** What it expects, in its own words. */
  readonly expected: string;
}

export type Verdict = "accepted" | "rejected" | "indecisive";

/** `effect` is candidate minus baseline in the objective's unit; null where nothing was trained. */
export interface Decision {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly effect: number | null;
  readonly interval: readonly [number, number] | null;
  readonly pValue: number | null;
  readonly pairs: number;
  /** Chance that all planned looks together find an effect of one standard deviation between seeds; null where unknown. */
  readonly power: number | null;
  /** Of an indecisive verdict: pairs beyond those measured that would find the effect seen, four times out of five. */
  readonly morePairs: number | null;
}

/** What trainings cost. */
export interface Cost {
  readonly trainings: number;
  /** Of wall clock, added up over trainings that may have run side by side. */
  readonly seconds: number;
  /** Of language models, where any was asked. */
  readonly models?: ModelCost;
}

/** How much the score of one version moves with the seed alone. */
export interface Noise {
  /** Trainings of the baseline behind it, each with a seed of its own. */
  readonly runs: number;
  readonly deviation: number;
  /** Smallest effect that the confirmation finds four times out of five, if pairing halves the variance of a difference. */
  readonly detectable: number;
}

/** What an improvement may cost elsewhere: shares by which a measure may grow, 0.05 for "at most 5 %". */
export type Bounds = Readonly<Partial<Record<Measure, number>>>;

export type Measure = "parameters" | "flopsPerToken" | "trainingSeconds" | "secondsPerByte" | "peakMemory";

/** A secondary measure of both arms: medians over the pairs. */
export interface Trade {
  readonly measure: Measure;
  readonly baseline: number;
  readonly candidate: number;
  /** The share by which it may grow; null where nobody set one. */
  readonly bound: number | null;
  readonly within: boolean;
}

/** Which model, on which data, with which budget: equal keys mean equal digits. */
export interface TrainingKey {
  readonly fingerprint: string;
  readonly seed: number;
  readonly flops: number;
  readonly split: string;
  readonly evaluator: string;
  /** Of a training that was given up: the model it could not catch up with. */
  readonly reference?: string;
}

/** A training that gave no number, with the reason in words. Expected, so a value. */
export interface Failure {
  readonly ok: false;
  readonly code: string;
  readonly reason: string;
  /** Wall-clock time that it had taken, where anything ran. */
  readonly seconds?: number;
}

export type Measurement = ({ readonly ok: true } & Evaluation) | Failure;

/** One proposal of a cycle and what became of it. `diff` is against `parent`, an attempt's id or "baseline". */
export interface Attempt extends Proposal {
  readonly id: string;
  readonly parent: string;
  /** "deferred": better than its parent, but not the best, or out of bounds: tried again on top of what was better, or gone on with as a branch. */
  readonly decision: "kept" | "deferred" | "rejected";
  readonly reason: string;
  /** Code of the Failure where there is no number. */
  readonly failure?: string;
  /** Candidate minus parent, in the objective's unit, per search seed; empty where nothing was trained. */
  readonly differences: readonly number[];
  /** Mean of the differences. */
  readonly effect: number | null;
  /** One-sided, from the noise between seeds: how often a change that does nothing would look at least as good. */
  readonly pValue: number | null;
  readonly cost: Cost;
}

export interface Pair {
  readonly seed: number;
  readonly baseline: Evaluation;
  readonly candidate: Evaluation;
}

/** All that is needed to get the same numbers again. */
export interface Receipt {
  readonly version: 3;
  readonly id: string;
  readonly repository: string;
  readonly baseCommit: string;
  readonly diff: string;
  readonly diffSha256: string;
  /** Who proposed what the diff is made of, in the order in which it was kept. */
  readonly steps: readonly ReceiptStep[];
  readonly baselineSpec: unknown;
  readonly candidateSpec: unknown;
  /** SHA-256 of a checkpoint both arms started from; null for fresh parameters drawn from the seed. */
  readonly initialCheckpoint: string | null;
  readonly corpus: { readonly sha256: string; readonly paths: readonly string[] | null };
  readonly split: { readonly epoch: number; readonly heldOutSha256: string; readonly heldOutBytes: number };
  readonly evaluator: string;
  readonly objective: Objective;
  readonly flops: number;
  readonly noise: Noise;
  readonly pairs: readonly Pair[];
  readonly trades: readonly Trade[];
  readonly decision: Decision;
  readonly runtime: {
    readonly onnxruntime: string;
    readonly node: string;
    readonly cpu: string;
    readonly threads: number;
  };
}

/** One step of an accepted bundle. `model` and `prompt` are those of its origin; null for a proposal of the search. */
export interface ReceiptStep {
  readonly attempt: string;
  readonly proposer: Proposer;
  readonly model: string | null;
  readonly prompt: string | null;
}

/** An answer of a language model, or the failure to get one. Kept before it is used. */
export interface StoredAnswer {
  /** SHA-256 over all that was asked, and for which attempt of which cycle. */
  readonly key: string;
  readonly cycle: string;
  /** As the endpoint names it. */
  readonly model: string;
  /** Null for a failure. */
  readonly text: string | null;
  /** Of a failure. */
  readonly failure: { readonly code: string; readonly reason: string } | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly dollars: number | null;
  readonly seconds: number;
}

/** What one try to get an answer cost, answered or not. */
export interface ModelExpense {
  /** A later expense of the same id takes the place of an earlier one: what a try may cost is written before it, what it did cost after it. */
  readonly id?: string;
  /** In UTC: 2026-11-24. */
  readonly day: string;
  /** As it was asked for. */
  readonly model: string;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number; readonly estimated?: boolean };
  /** Null where the price is not known. */
  readonly dollars: number | null;
  readonly outcome: string;
}

/** What language models cost on one day. */
export interface Spending {
  readonly tokens: number;
  /** Of those requests whose price is known. */
  readonly dollars: number;
}

/** What a cycle ended with. */
export interface CycleResult {
  readonly id: string;
  readonly baseCommit: string;
  readonly objective: Objective;
  readonly baseline: { readonly score: number; readonly parameters: number | null; readonly trainings: number };
  readonly noise: Noise;
  readonly attempts: readonly Attempt[];
  /** Attempts that were kept and then left the bundle: it is no worse without them, or grew better on another branch. */
  readonly pruned: readonly string[];
  /** What is best at what on the seed of the search; only where bounds are set. */
  readonly front?: readonly FrontPoint[];
  /** Last attempt of the accepted bundle. */
  readonly champion: string | null;
  /** Baseline against bundle on fresh seeds; empty where nothing was confirmed. */
  readonly pairs: readonly Pair[];
  readonly trades: readonly Trade[];
  readonly decision: Decision;
  readonly cost: Cost;
}

/** A version of a cycle than which none trained is better in one thing and as good in all others. */
export interface FrontPoint {
  /** An attempt's or "baseline". */
  readonly id: string;
  readonly score: number;
  /** Those that have a bound; null where it has none. */
  readonly measures: Readonly<Partial<Record<Measure, number | null>>>;
  /** No bound is broken. */
  readonly within: boolean;
  /** What it is the champion of. */
  readonly best: readonly ("objective" | Measure)[];
}

/** A cycle that has begun, and the text that judges it. */
export interface CycleStart {
  readonly cycle: string;
  /** As in the keys of its trainings. */
  readonly split: string;
  /** What tells its text from other text: see `sketchOf`. */
  readonly sketch: readonly number[];
}

/** How often a held-out side was looked at. */
export interface LedgerLine {
  readonly split: string;
  /** What tells its text from other text: see `sketchOf`. */
  readonly sketch: readonly number[];
  readonly looks: number;
}

/** A promise held against what was measured after the merge. Effects are in the objective's own unit and direction. */
export interface Claim {
  /** "smaller": a gain, but less than was claimed. "gone": none is left, and the change should be reverted. */
  readonly outcome: "holds" | "smaller" | "gone";
  readonly reason: string;
  readonly claimed: number;
  readonly effect: number;
  readonly interval: readonly [number, number] | null;
  readonly pairs: number;
}

/** A cycle as the archive keeps it. */
export interface FinishedCycle extends CycleResult {
  /** Where the accepted change was committed; null when nothing was accepted. */
  readonly branch: string | null;
  /** The receipt of the accepted change, a file name below the archive's directory. */
  readonly receipt: string | null;
}
