// What the history says about a step: tried earlier attempts that changed the same value, and how they ended.

import { fingerprint, type Spec } from "../spec.js";
import { valueAt, type SpecValue } from "./edit-spec.js";
import type { Direction, Step } from "./moves.js";
import type { ProposalContext, TriedSpec } from "./proposer.js";

type Ending = "helped" | "hurt" | "unclear";

/** One value changed, others perhaps too, and what came of it. */
export interface Observation {
  readonly path: string;
  readonly from: SpecValue;
  readonly to: SpecValue;
  readonly direction: Direction;
  readonly ending: Ending;
  /** It departed from the spec at hand, so that it says what a step from here does. */
  readonly here: boolean;
}

/** Observations of single changes at `paths`, oldest first. */
export function observe(context: ProposalContext, paths: readonly string[]): Observation[] {
  const current = fingerprint(context.spec);
  const observations: Observation[] = [];
  for (const tried of context.tried) {
    const parent = parentOf(context, tried, current);
    if (!parent) continue;
    const changed = paths.filter((path) => valueAt(parent, path) !== valueAt(tried.spec, path));
    if (changed.length !== 1) continue;
    const [path] = changed;
    const [from, to] = [valueAt(parent, path), valueAt(tried.spec, path)];
    const here = parent === context.spec || fingerprint(parent) === current;
    observations.push({
      path,
      from,
      to,
      direction: directionOf(from, to),
      ending: endingOf(tried, context.direction),
      here,
    });
  }
  return observations;
}

/** Fingerprints of all that has been trained or is being improved on. */
export function knownSpecs(context: ProposalContext): ReadonlySet<string> {
  const specs = new Set([context.spec, ...context.pending]);
  for (const { spec, parent } of context.tried) {
    specs.add(spec);
    if (parent) specs.add(parent);
  }
  return new Set([...specs].map(fingerprint));
}

/**
 * How much the observations raise or lower the hope in a step of `path`, as a factor; 0 forbids it. A direction that helped is followed
 * further; nobody goes as far again as where it hurt, nor back to where it was worse.
 */
export function hope(path: string, step: Step, observations: readonly Observation[]): number {
  let factor = 1;
  for (const observation of observations) {
    if (observation.path === path) factor *= lesson(step, observation);
  }
  return Math.min(factor, 8);
}

function lesson(step: Step, { from, to, direction, ending, here }: Observation): number {
  if (step.direction === "aside" || direction === "aside") return step.value === to && ending === "hurt" ? 0.3 : 1;
  if (ending === "helped") {
    if (step.direction === direction) return 4;
    return reaches(step, from) ? 0 : 0.5;
  }
  if (step.direction !== direction) return ending === "hurt" ? 1.5 : 1;
  if (ending === "unclear") return 0.8;
  if (!reaches(step, to)) return 0.6;
  if (step.value === to) return 0.3;
  return here ? 0 : 0.3;
}

/** The step goes at least as far as `value`. */
function reaches(step: Step, value: SpecValue): boolean {
  return step.direction === "up" ? step.value >= value : step.value <= value;
}

function directionOf(from: SpecValue, to: SpecValue): Direction {
  if (typeof from !== "number" || typeof to !== "number") return "aside";
  return to > from ? "up" : "down";
}

/** A training that gave no number hurt as much as one that gave a worse one. */
function endingOf({ attempt }: TriedSpec, direction: ProposalContext["direction"]): Ending {
  if (attempt.decision !== "rejected") return "helped";
  const { differences } = attempt;
  const sum = differences.reduce((total, difference) => total + difference, 0);
  return (direction === "lower" ? sum < 0 : sum > 0) ? "unclear" : "hurt";
}

/** Given with the attempt; else the attempt of that id; else the spec at hand, if the attempt departed from it. */
function parentOf(context: ProposalContext, { parent, attempt }: TriedSpec, current: string): Spec | undefined {
  if (parent) return parent;
  const named = context.tried.find((other) => other.attempt.id === attempt.parent);
  if (named) return named.spec;
  const departed = context.tried.some(
    (other) => other.attempt.decision === "kept" && fingerprint(other.spec) === current,
  );
  return departed ? undefined : context.spec;
}
