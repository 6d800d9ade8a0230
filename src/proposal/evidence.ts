// What the history says about a step: tried earlier attempts that changed the same value alone, and how they ended.

import type { Spec } from "../spec.js";
import { valueAt, type SpecValue } from "./edit-spec.js";
import { nameOf, type Sample } from "./history.js";
import type { Direction, Move, Step } from "./move.js";
import { placesOf } from "./places.js";
import type { ProposalContext } from "./proposer.js";

type Ending = "helped" | "hurt" | "unclear";

/** One value changed, no other, and what came of it. */
export interface Observation {
  readonly path: string;
  readonly from: SpecValue;
  readonly to: SpecValue;
  readonly direction: Direction;
  readonly ending: Ending;
  /** It departed from the spec at hand, so that it says what a step from here does. */
  readonly here: boolean;
}

/** Observations of single changes of what `moves` change. */
export function observe(
  { spec }: Pick<ProposalContext, "spec">,
  samples: Iterable<Sample>,
  moves: readonly Move[],
): Observation[] {
  const current = nameOf(spec);
  const observations: Observation[] = [];
  for (const sample of samples) {
    const { parent } = sample;
    const move = parent && onlyChange(sample.spec, parent.spec, moves);
    if (!parent || !move) continue;
    const { path } = move;
    const [from, to] = [valueAt(parent.spec, path), valueAt(sample.spec, path)];
    const here = nameOf(parent.spec) === current;
    observations.push({ path, from, to, direction: directionOf(from, to), ending: endingOf(sample), here });
  }
  return observations;
}

function onlyChange(spec: Spec, parent: Spec, moves: readonly Move[]): Move | undefined {
  const [to, from] = [placesOf(spec, moves), placesOf(parent, moves)];
  const changed = moves.filter((_, i) => to[i] !== from[i]);
  return changed.length === 1 ? changed[0] : undefined;
}

/** Nobody goes as far again as where it hurt, nor back to where it was worse. */
export function forbidden(path: string, step: Step, observations: readonly Observation[]): boolean {
  return observations.some((observation) => observation.path === path && forbids(observation, step));
}

function forbids({ from, to, direction, ending, here }: Observation, step: Step): boolean {
  if (step.direction === "aside" || direction === "aside") return false;
  if (ending === "helped") return step.direction !== direction && reaches(step, from);
  return ending === "hurt" && here && step.direction === direction && reaches(step, to);
}

/** The step goes at least as far as `value`. */
function reaches(step: Step, value: SpecValue): boolean {
  return step.direction === "up" ? step.value >= value : step.value <= value;
}

export function directionOf(from: SpecValue, to: SpecValue): Direction {
  if (typeof from !== "number" || typeof to !== "number") return "aside";
  return to > from ? "up" : "down";
}

/** A training that gave no number hurt as much as one that gave a worse one. */
function endingOf({ kept, change }: Sample): Ending {
  if (kept) return "helped";
  return change !== null && change < 0 ? "unclear" : "hurt";
}
