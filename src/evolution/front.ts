// What is best at what, where more than the objective counts: the Pareto front of a cycle, and a champion for each of its measures. Pure.

import type { Bounds, Evaluation, FrontPoint, Measure, Objective } from "../candidate.js";
import { turned } from "./objective.js";
import { keepsBounds, measureOf } from "./trade.js";

/** A trained version of a cycle: the baseline or an attempt. */
export interface Trained {
  readonly id: string;
  readonly evaluation: Evaluation;
}

/**
 * Those than which none is better in one thing and as good in all others, the objective's best first. What counts is the objective and every measure that has a bound;
 * of equals, the earlier one stays.
 */
export function frontOf(trained: readonly Trained[], objective: Objective, bounds: Bounds): FrontPoint[] {
  const names = Object.keys(bounds) as Measure[];
  const points = trained.map(({ id, evaluation }) => {
    const measures = names.map((name) => measureOf(name, evaluation) ?? Infinity);
    return { id, evaluation, costs: [turned(objective, evaluation.score), ...measures] };
  });
  const front = points.filter(
    ({ costs }, i) => !points.some((other, j) => dominates(other.costs, costs) || (j < i && equal(other.costs, costs))),
  );
  const within = (evaluation: Evaluation) => keepsBounds(evaluation, trained[0].evaluation, bounds);
  const sorted = front.toSorted((a, b) => a.costs[0] - b.costs[0]);
  const champions = [
    // What is out of bounds is no champion of the objective while something else is left.
    sorted.find(({ evaluation }) => within(evaluation)) ?? sorted[0],
    ...names.map((_, i) => sorted.toSorted((a, b) => a.costs[i + 1] - b.costs[i + 1])[0]),
  ];
  return sorted.map((point) => ({
    id: point.id,
    score: point.evaluation.score,
    measures: Object.fromEntries(names.map((name) => [name, measureOf(name, point.evaluation) ?? null])),
    within: within(point.evaluation),
    best: (["objective", ...names] as const).filter((_, i) => champions[i] === point),
  }));
}

/** At least as good everywhere, and better somewhere. */
function dominates(one: readonly number[], other: readonly number[]): boolean {
  return one.every((cost, i) => cost <= other[i]) && one.some((cost, i) => cost < other[i]);
}

function equal(one: readonly number[], other: readonly number[]): boolean {
  return one.every((cost, i) => cost === other[i]);
}
