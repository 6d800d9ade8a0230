// Versions of a repository: what a proposal makes of one, and which of them are known already. It trains nothing.

import type { Attempt, Failure, Proposal } from "../candidate.js";
import { InputError } from "../errors.js";
import { applyPatch } from "../patch/index.js";
import type { ProposalContext, Propose, TriedSpec } from "../proposal/proposer.js";
import { fingerprint, parseSpec, type Spec } from "../spec.js";
import type { CycleEnvironment, Version } from "./environment.js";

/** A spec as text and as meaning. */
export interface SpecVersion extends Version {
  /** Null where the repository has none and the built-in one stands in. */
  readonly text: string | null;
  readonly spec: Spec;
}

type Workshop = Pick<CycleEnvironment<SpecVersion>, "propose" | "apply" | "known" | "remember">;

interface WorkshopOptions {
  readonly specPath: string;
  readonly baseline: SpecVersion;
  readonly seed: number;
  readonly propose: Propose;
  readonly remember: (attempt: Attempt) => Promise<void>;
}

export function workshop({ specPath, baseline, seed, propose, remember }: WorkshopOptions): Workshop {
  const tried: TriedSpec[] = [];
  const context = (parent: SpecVersion, pending: readonly SpecVersion[]): ProposalContext => ({
    specPath,
    specText: parent.text,
    spec: parent.spec,
    tried,
    pending: pending.map(({ spec }) => spec),
  });
  return {
    propose: (parent, number, pending) => propose(context(parent, pending), seed, number),
    apply: async (proposal, to, id) => patched(proposal, to, id, specPath),
    known: (version, parent, pending) => known(version, parent, baseline, pending, tried),
    remember: async (attempt, version, parent) => {
      if (version) tried.push({ spec: version.spec, parent: parent.spec, attempt });
      await remember(attempt);
    },
  };
}

function patched({ diff }: Proposal, { text }: SpecVersion, id: string, specPath: string): SpecVersion | Failure {
  const read = (path: string) => (path === specPath ? (text ?? undefined) : undefined);
  const applied = applyPatch(diff, { read, policy: { allow: [specPath] } });
  if (!applied.ok) return failure("patch", `the patch does not apply: ${applied.error.message}`);
  const after = applied.files.find((file) => file.path === specPath)?.after;
  if (after === undefined || after === null) return failure("patch", `the patch removes ${specPath}`);
  try {
    return { id, text: after, spec: parseSpec(after, specPath) };
  } catch (error) {
    if (error instanceof InputError) return failure(error.code, error.message);
    throw error;
  }
}

function known(
  { spec }: SpecVersion,
  parent: SpecVersion,
  baseline: SpecVersion,
  pending: readonly SpecVersion[],
  tried: readonly TriedSpec[],
): Failure | null {
  const same = fingerprint(spec);
  if (same === fingerprint(parent.spec)) return failure("no-op", "no-op: it trains exactly the same model");
  if (same === fingerprint(baseline.spec)) return failure("known", "the same as the baseline, which its parent beat");
  const twin = pending.find((one) => fingerprint(one.spec) === same);
  if (twin) return failure("known", `the same as attempt ${twin.id}, which trains beside it`);
  const earlier = tried.find((one) => fingerprint(one.spec) === same);
  return earlier
    ? failure("known", `the same as attempt ${earlier.attempt.id}, ${earlier.attempt.decision} before`)
    : null;
}

function failure(code: string, reason: string): Failure {
  return { ok: false, code, reason };
}
