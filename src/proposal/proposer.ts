// What every proposer is given and gives back, types only.

import type { Attempt, Proposal } from "../candidate.js";
import type { Spec } from "../spec.js";

/** An earlier attempt: what it would have trained, and from where it departed. */
export interface TriedSpec {
  readonly spec: Spec;
  /** The spec its differences are measured against; unknown if absent and not the one at hand. */
  readonly parent?: Spec;
  readonly attempt: Attempt;
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
}

/**
 * The next change to try, or null if there is none left. Pure in its arguments: the same history, seed and number (from 1) give the
 * same proposal.
 */
export type Propose = (context: ProposalContext, seed: number, number: number) => Promise<Proposal | null>;
