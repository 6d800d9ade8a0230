// What earlier cycles tried, from the archive to proposers and back.

import type { Objective } from "../candidate.js";
import { InputError } from "../errors.js";
import type { Rejection } from "../evolution/duplicates.js";
import type { TriedSpec } from "../proposal/proposer.js";
import { parseSpec, type Spec } from "../spec.js";
import type { Archive } from "../store/archive.js";
import { clearlyRejected } from "../statistics/search-rule.js";
import type { TriedSpecs, ArchivedTry } from "../store/entries.js";

/** As the archive's entry of an attempt holds it. */
export function specsOf(tried: TriedSpec | null, { name }: Objective): { readonly specs?: TriedSpecs } {
  return tried ? { specs: { objective: name, spec: tried.spec, parent: tried.parent } } : {};
}

/** What was tried for the same objective before the cycle began. */
export function triedBefore(archive: Archive, cycle: string, { name }: Objective): readonly TriedSpec[] {
  return archive.triesBefore(cycle).flatMap((one) => triedOf(one, name));
}

/** By step: what cycles before this one tried last and found clearly worse. */
export function rejectedBefore(archive: Archive, cycle: string): ReadonlyMap<string, Rejection> {
  const rejected = new Map<string, Rejection>();
  for (const { cycle: of, step, attempt } of archive.triesBefore(cycle)) {
    if (step === undefined) continue;
    rejected.delete(step);
    if (clearlyRejected(attempt)) rejected.set(step, { cycle: of, attempt: attempt.id, reason: attempt.reason });
  }
  return rejected;
}

/** None where another version of AXON wrote a spec that this one does not understand. */
function triedOf({ attempt, specs }: ArchivedTry, objective: string): readonly TriedSpec[] {
  if (specs?.objective !== objective) return [];
  const [spec, parent] = [understood(specs.spec), understood(specs.parent)];
  return spec && parent ? [{ spec, parent, attempt, earlier: true }] : [];
}

function understood(spec: unknown): Spec | undefined {
  try {
    return parseSpec(JSON.stringify(spec));
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
