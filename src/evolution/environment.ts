// What a cycle is handed: types only. Whatever trains, proposes, decides or remembers lies behind these.

import type {
  Attempt,
  Bounds,
  Decision,
  Evaluation,
  Failure,
  Measurement,
  Noise,
  Objective,
  Proposal,
} from "../candidate.js";
import type { SequentialPlan } from "../statistics/significance.js";
import type { ChooseParent } from "./parents.js";

/** A version and what one seed of it gave. */
export interface Measured<V> {
  readonly version: V;
  readonly evaluation: Evaluation;
}

/** What a proposer may know of the cycle's means. */
export interface SearchBudget {
  readonly noise: Noise;
  /** Trainings that may still be spent on attempts. */
  readonly trainingsLeft: number;
}

/** A state of the repository that can be trained: the baseline, or what a proposal made of its parent. */
export interface Version {
  /** An attempt's id or "baseline". */
  readonly id: string;
}

export interface CycleRequest<V extends Version> {
  readonly id: string;
  readonly baseCommit: string;
  readonly objective: Objective;
  readonly bounds: Bounds;
  readonly baseline: V;
  /** How many trainings may be spent in all. */
  readonly trainings: number;
}

export type CycleEvent =
  | { readonly kind: "baseline"; readonly evaluations: readonly Evaluation[]; readonly noise: Noise }
  | { readonly kind: "proposed"; readonly number: number; readonly proposal: Proposal }
  | { readonly kind: "attempted"; readonly attempt: Attempt }
  | { readonly kind: "pruned"; readonly pruned: readonly string[]; readonly left: number }
  | { readonly kind: "confirming"; readonly champion: string; readonly pairs: number }
  | { readonly kind: "decided"; readonly decision: Decision };

export interface CycleEnvironment<V extends Version> {
  /**
   * Trains and scores; the same version and seed give the same digits, and are never trained twice. With a `reference`, its
   * parent on the same seed, a training that cannot catch up any more may end early as a Failure `hopeless`.
   */
  measure(version: V, seed: number, reference: Measured<V> | null): Promise<Measurement>;
  /**
   * The next change to the parent, or null when there is nothing left to try.
   * @param pending versions that are about to be trained beside it
   */
  propose(parent: Measured<V>, number: number, pending: readonly V[], budget: SearchBudget): Promise<Proposal | null>;
  /** What the proposal makes of a version; a Failure where it does not apply or is no valid state. */
  apply(proposal: Proposal, to: V, id: string): Promise<V | Failure>;
  /** Why there is nothing to learn from training it: it is its parent, the baseline, or tried or pending already. */
  known(version: V, parent: V, pending: readonly V[]): Promise<Failure | null>;
  /** Told of every attempt in order, with the version where there was one to train. */
  remember(attempt: Attempt, version: V | null, parent: V): Promise<void>;
  readonly plan: SequentialPlan;
  /** From which version an attempt departs, where another rule is to be compared. */
  readonly parents?: ChooseParent;
  report(event: CycleEvent): void;
}
