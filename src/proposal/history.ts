// What all attempts of a repository say about specs: one score per spec, relative to where its chain of attempts began. It fits no model.

import { fingerprint, type Spec } from "../spec.js";
import type { ProposalContext, TriedSpec } from "./proposer.js";

/** A spec that was trained. */
export interface Sample {
  readonly spec: Spec;
  /** In the objective's unit, lower is better, 0 where its chain began; null where the training gave no number. */
  readonly score: number | null;
  /** Samples of one chain can be compared with each other, those of different ones cannot. */
  readonly chain: number;
  /** Score minus the parent's; null as above, and where a chain begins. */
  readonly change: number | null;
  readonly parent: Sample | null;
  /** The search built on it, or meant to. */
  readonly kept: boolean;
}

/** All that was trained, oldest first, with where it departed from. What is known of a spec twice counts once, as it was first known. */
export function samplesOf({ tried, direction, spec }: ProposalContext): ReadonlyMap<string, Sample> {
  const samples = new Map<string, Sample>();
  const byId = new Map<string, TriedSpec>();
  let chains = 0;
  const begin = (of: Spec): Sample => ({
    spec: of,
    score: 0,
    chain: chains++,
    change: null,
    parent: null,
    kept: false,
  });
  for (const one of tried) {
    const from = one.parent ?? byId.get(one.attempt.parent)?.spec ?? spec;
    const parent = samples.get(nameOf(from)) ?? begin(from);
    samples.set(nameOf(from), parent);
    byId.set(one.attempt.id, one);
    const name = nameOf(one.spec);
    if (samples.has(name)) continue;
    const change = changeOf(one, direction);
    const score = change === null || parent.score === null ? null : parent.score + change;
    samples.set(name, {
      spec: one.spec,
      score,
      chain: parent.chain,
      change,
      parent,
      kept: one.attempt.decision !== "rejected",
    });
  }
  return samples;
}

/**
 * Names of what is not proposed: all that was trained or improved on, what is being trained, and the spec at hand. What did well in an
 * earlier cycle may be tried again, for there it met other seeds.
 */
export function knownNames({ tried, spec, pending }: ProposalContext): ReadonlySet<string> {
  const repeatable = new Set(tried.filter(didWellEarlier).map((one) => nameOf(one.spec)));
  const known = new Set([spec, ...pending].map(nameOf));
  for (const one of tried) {
    if (!didWellEarlier(one)) known.add(nameOf(one.spec));
    if (one.parent && !(one.earlier && repeatable.has(nameOf(one.parent)))) known.add(nameOf(one.parent));
  }
  return known;
}

function didWellEarlier({ earlier, attempt }: TriedSpec): boolean {
  return earlier === true && attempt.decision !== "rejected";
}

/** Mean of the differences; null where there are none or one is no number. */
function changeOf({ attempt }: TriedSpec, direction: ProposalContext["direction"]): number | null {
  const { differences } = attempt;
  const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length;
  if (!Number.isFinite(mean)) return null;
  return direction === "lower" ? mean : -mean;
}

const names = new WeakMap<Spec, string>();

/** `fingerprint`, remembered for as long as the spec is. */
export function nameOf(spec: Spec): string {
  const known = names.get(spec);
  if (known !== undefined) return known;
  const name = fingerprint(spec);
  names.set(spec, name);
  return name;
}
