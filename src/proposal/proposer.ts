// What every proposer is given and gives back, types only.

import type { Attempt, Noise, Objective, Proposal } from "../candidate.js";
import type { Spec } from "../spec.js";

/** An earlier attempt: what it would have trained, and from where it departed. */
export interface TriedSpec {
  readonly spec: Spec;
  /** The spec its differences are measured against; unknown if absent and not the one at hand. */
  readonly parent?: Spec;
  readonly attempt: Attempt;
  /** Of an earlier cycle, on other seeds: what did well there may be tried again. */
  readonly earlier?: boolean;
}

export interface ProposalContext {
  /** Where the spec lies in the repository. */
  readonly specPath: string;
  /** Its text; null if the repository has none, so that `spec` is the built-in one. */
  readonly specText: string | null;
  readonly spec: Spec;
  /** In the order in which they were tried. */
  readonly tried: readonly TriedSpec[];
  /** Which way the differences of attempts are better. */
  readonly direction: "lower" | "higher";
  /** Specs that are about to be trained beside this one. */
  readonly pending: readonly Spec[];
  readonly objective: Objective;
  readonly noise: Noise | null;
  /** What the parent scored; null where not measured yet. */
  readonly score: number | null;
  /** Every attempt of the repository so far, those without a spec of their own included, oldest first. */
  readonly attempts: readonly Attempt[];
  /** Diffs of those that are about to be trained beside this one. */
  readonly pendingDiffs: readonly string[];
  /** Trainings that may still be spent on attempts. */
  readonly trainingsLeft: number;
  /** The files that a proposal may change, as the parent has them. */
  readonly files: EvolvableFiles;
  /** What a diff would do to the parent under the policy; writes nothing. */
  readonly check: (diff: string) => Promise<CheckedDiff>;
}

/**
 * `diff` is the same change written exactly; `reason` says to its author how to mend it, and `short` in a sentence what is wrong. One that `applies`
 * is refused for what it does: another way of writing it does not help.
 */
export type CheckedDiff =
  | { readonly ok: true; readonly diff: string }
  | { readonly ok: false; readonly reason: string; readonly short: string; readonly applies?: boolean };

/** Paths relative to the repository. What judges is not among them. */
export interface EvolvableFiles {
  readonly globs: readonly string[];
  readonly paths: readonly string[];
  /** Undefined for a path that is not among `paths`. */
  read(path: string): Promise<string | undefined>;
}

/**
 * The next change to try, or null if there is none left. Pure in its arguments: the same history, seed and number (from 1) give the
 * same proposal.
 */
export type Propose = (context: ProposalContext, seed: number, number: number) => Promise<Proposal | null>;
