// What language models cost, added up.

import type { Attempt, Cost, ModelCost, Proposal } from "../candidate.js";

/** Of one proposal: what it took, or what was spent in vain before another proposer stepped in. */
export function modelCost({ origin, instead }: Pick<Proposal, "origin" | "instead">): ModelCost | undefined {
  const from = origin ?? instead;
  if (from === undefined) return undefined;
  const { requests, inputTokens, outputTokens, dollars, seconds } = from;
  return { requests, inputTokens, outputTokens, dollars, seconds };
}

/** The dollars are null where those of any part are. */
export function sumOfModelCosts(costs: readonly ModelCost[]): ModelCost {
  const sum = (value: (one: ModelCost) => number) => costs.reduce((total, one) => total + value(one), 0);
  const unpriced = costs.some(({ dollars }) => dollars === null);
  return {
    requests: sum(({ requests }) => requests),
    inputTokens: sum(({ inputTokens }) => inputTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    dollars: unpriced ? null : sum(({ dollars }) => dollars ?? 0),
    seconds: sum(({ seconds }) => seconds),
  };
}

/** The cost of a cycle's trainings, and of the models that its attempts took. */
export function withModels(cost: Cost, attempts: readonly Attempt[]): Cost {
  const paid = attempts.flatMap((attempt) => attempt.cost.models ?? []);
  return paid.length === 0 ? cost : { ...cost, models: sumOfModelCosts(paid) };
}
