// Which way is better. Everything that decides works with "lower is better"; here numbers are turned that way and back.

import type { Decision, Evaluation, Objective } from "../candidate.js";

type Direction = Pick<Objective, "direction">;

/** Candidate minus reference, turned so that below 0 is better. */
export function worsening(objective: Direction, candidate: Evaluation, reference: Evaluation): number {
  return turned(objective, candidate.score - reference.score);
}

/** Between the objective's own direction and "lower is better"; its own inverse. */
export function turned({ direction }: Direction, value: number): number {
  return direction === "lower" || value === 0 ? value : -value;
}

/** A decision that was made where lower is better, in the objective's own direction. */
export function facing(objective: Direction, decision: Decision): Decision {
  if (objective.direction === "lower") return decision;
  const { effect, interval } = decision;
  return {
    ...decision,
    effect: effect === null ? null : turned(objective, effect),
    interval: interval && [-interval[1], -interval[0]],
  };
}
