// What earlier cycles of a repository tried, as far as it tells anything about the objective at hand.

import type { Attempt, FinishedCycle, Objective } from "../candidate.js";

/** The last ones; a proposer reads no more. */
const MOST = 500;

/** Attempts of earlier cycles for the same objective, oldest first. */
export function attemptsFor(objective: Objective, cycles: readonly FinishedCycle[]): readonly Attempt[] {
  const same = cycles.filter(({ objective: { name, direction } }) => {
    return name === objective.name && direction === objective.direction;
  });
  return same.flatMap(({ attempts }) => attempts).slice(-MOST);
}
