// Histories of proposals: contexts for proposers, what their diffs make of a spec, and runs of the search against a judge.

import type { Attempt, Proposal } from "../../src/candidate.js";
import { applyPatch } from "../../src/patch/index.js";
import type { ProposalContext, TriedSpec } from "../../src/proposal/proposer.js";
import { proposeBySearch } from "../../src/proposal/search.js";
import { DEFAULT_SPEC, fingerprint, parseSpec, type Spec } from "../../src/spec.js";

export const PATH = "model/spec.yml";

export function contextOf(over: Partial<ProposalContext>): ProposalContext {
  return {
    specPath: PATH,
    specText: null,
    spec: DEFAULT_SPEC,
    tried: [],
    direction: "lower",
    pending: [],
    objective: { name: "bits per byte", direction: "lower", selfReported: false },
    noise: null,
    score: null,
    attempts: [],
    pendingDiffs: [],
    trainingsLeft: 10,
    check: (diff) => Promise.resolve({ ok: true, diff }),
    files: { globs: [], paths: [], read: () => Promise.resolve(undefined) },
    ...over,
  };
}

export function context(specText: string | null, history: readonly TriedSpec[] = []): ProposalContext {
  const spec = specText === null ? DEFAULT_SPEC : parseSpec(specText);
  return contextOf({ specText, spec, tried: history });
}

export function patched(text: string | null, diff: string): string {
  const result = applyPatch(diff, {
    read: (path) => (path === PATH ? (text ?? undefined) : undefined),
    policy: { allow: [PATH] },
  });
  if (!result.ok) throw new Error(result.error.message);
  return result.files[0].after!;
}

export function tried(proposal: Proposal, spec: Spec, parent: Spec, differences: readonly number[]): TriedSpec {
  const decision: Attempt["decision"] = differences.length > 0 && differences.every((d) => d < 0) ? "kept" : "rejected";
  return {
    spec,
    parent,
    attempt: {
      id: fingerprint(spec),
      parent: fingerprint(parent),
      reason: "",
      differences,
      effect: null,
      pValue: null,
      decision,
      cost: { trainings: differences.length, seconds: 1 },
      ...proposal,
    },
  };
}

/** Proposes again and again; `judge` gives the differences of each attempt. */
export async function propose(
  text: string | null,
  rounds: number,
  judge: (spec: Spec, parent: Spec, round: number) => readonly number[],
  seed = 1,
) {
  const history: TriedSpec[] = [];
  let parentText = text;
  let spec = context(text).spec;
  for (let round = 1; round <= rounds; round++) {
    const here = contextOf({ specText: parentText, spec, tried: history });
    const proposal = await proposeBySearch(here, seed, round);
    if (!proposal) break;
    const next = patched(parentText, proposal.diff);
    const candidate = parseSpec(next);
    const entry = tried(proposal, candidate, spec, judge(candidate, spec, round));
    history.push(entry);
    if (entry.attempt.decision === "kept") [parentText, spec] = [next, candidate];
  }
  return history;
}
