// What earlier cycles tried, from the archive to proposers and back.

import type { Objective } from "../candidate.js";
import { InputError } from "../errors.js";
import type { TriedSpec } from "../proposal/proposer.js";
import { parseSpec, type Spec } from "../spec.js";
import type { Archive } from "../store/archive.js";
import type { ArchivedTry, TriedSpecs } from "../store/entries.js";

/** As the archive's entry of an attempt holds it. */
export function specsOf(tried: TriedSpec | null, { name }: Objective): { readonly specs?: TriedSpecs } {
  return tried ? { specs: { objective: name, spec: tried.spec, parent: tried.parent } } : {};
}

/** What was tried for the same objective before the cycle began. */
export function triedBefore(archive: Archive, cycle: string, { name }: Objective): readonly TriedSpec[] {
  const same = archive.triesBefore(cycle).filter(({ specs }) => specs.objective === name);
  return same.flatMap(triedOf);
}

/** None where another version of AXON wrote a spec that this one does not understand. */
function triedOf({ attempt, specs }: ArchivedTry): readonly TriedSpec[] {
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
