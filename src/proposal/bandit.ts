// Who proposes next, by what each proposer has earned for its cost. A pure function of the attempts so far, seed and number.

import type { Attempt, ModelCost, Noise } from "../candidate.js";
import { generator } from "../random.js";

export const SEARCH_ARM = "search";

/** @param model as it is asked for */
export function modelArm(model: string): string {
  return `llm:${model}`;
}

export interface Earnings {
  readonly attempts: readonly Attempt[];
  readonly noise: Noise | null;
  readonly direction: "lower" | "higher";
}

/** Standard deviations between seeds beyond which a gain counts no more: the first steps from a bad start say little about who is better. */
const MOST_GAIN = 10;

/** Seconds of training that a dollar is worth: about an hour of a machine, and of whoever waits for it. */
const SECONDS_PER_DOLLAR = 3600;

/** After so many outcomes one counts half: easy gains come first, and what helped early may help no more. */
const HALF_LIFE = 40;

/** What one proposal brought, 0 to 1, and cost in seconds. */
interface Outcome {
  readonly arm: string;
  readonly gain: number;
  readonly cost: number;
}

/**
 * Thompson sampling for gains per cost (Xia et al., "Thompson Sampling for Budgeted Multi-armed Bandits", IJCAI 2015): each arm draws a gain
 * from what is believed of it, and the best ratio to its mean cost wins. An arm that has been tried little draws far and wide.
 * @param arms at least one
 */
export function chooseArm(arms: readonly string[], earnings: Earnings, seed: number, number: number): string {
  const outcomes = outcomesOf(earnings);
  const usual = outcomes.length === 0 ? 1 : outcomes.reduce((sum, { cost }) => sum + cost, 0) / outcomes.length;
  const worth = (arm: string) => {
    const { gains, misses, cost } = belief(arm, outcomes, usual);
    return drawBeta(1 + gains, 1 + misses, seed, number, arm) / cost;
  };
  return arms.map((arm) => ({ arm, worth: worth(arm) })).reduce((a, b) => (b.worth > a.worth ? b : a)).arm;
}

/** In the order of the attempts. */
function outcomesOf({ attempts, noise, direction }: Earnings): Outcome[] {
  const seen = new Set<string>();
  const usual = usualSeconds(attempts);
  return attempts.flatMap((attempt) => {
    const { instead, origin, cost, diff } = attempt;
    // What was not trained to its end took the turn of a proposal too: to fail early must not look cheap.
    const trained = attempt.effect === null ? Math.max(cost.seconds, usual) : cost.seconds;
    const whole = trained + secondsOf(cost.models);
    // Asking in vain took the turn of a proposal, so it is charged with the training that another's took.
    const failed = instead ? [{ arm: modelArm(instead.asked), gain: 0, cost: whole }] : [];
    if (seen.has(diff)) return failed; // tried again on top of another: it has earned already
    const gain = gainOf(attempt, noise, direction);
    if (gain > 0) seen.add(diff);
    if (origin) return [{ arm: modelArm(origin.asked), gain, cost: whole }];
    return [...failed, { arm: SEARCH_ARM, gain, cost: trained }];
  });
}

/** Mean seconds of the trainings that gave a number; 1 where none did. */
function usualSeconds(attempts: readonly Attempt[]): number {
  const measured = attempts.filter(({ effect }) => effect !== null);
  if (measured.length === 0) return 1;
  return measured.reduce((sum, { cost }) => sum + cost.seconds, 0) / measured.length;
}

function secondsOf(models: ModelCost | undefined): number {
  return models ? models.seconds + SECONDS_PER_DOLLAR * (models.dollars ?? 0) : 0;
}

function gainOf({ decision, effect }: Attempt, noise: Noise | null, direction: "lower" | "higher"): number {
  if (decision === "rejected" || effect === null) return 0;
  const better = direction === "lower" ? -effect : effect;
  const deviations = noise && noise.deviation > 0 ? better / noise.deviation : MOST_GAIN;
  return Math.min(1, Math.max(0, deviations / MOST_GAIN));
}

/** Weighted counts of gains and misses, and the mean cost with one outcome of the usual cost before all others. */
function belief(arm: string, outcomes: readonly Outcome[], usual: number) {
  let [gains, misses, weights, cost] = [0, 0, 1, usual];
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.arm !== arm) continue;
    const weight = 0.5 ** ((outcomes.length - 1 - i) / HALF_LIFE);
    gains += weight * outcome.gain;
    misses += weight * (1 - outcome.gain);
    weights += weight;
    cost += weight * outcome.cost;
  }
  return { gains, misses, cost: Math.max(cost / weights, Number.MIN_VALUE) };
}

function drawBeta(a: number, b: number, ...keys: readonly (string | number)[]): number {
  const [x, y] = [drawGamma(a, ...keys, "gain"), drawGamma(b, ...keys, "miss")];
  return x / (x + y);
}

/** Gamma deviate with scale 1 (Marsaglia & Tsang, "A simple method for generating gamma variables", 2000). @param shape at least 1 */
function drawGamma(shape: number, ...keys: readonly (string | number)[]): number {
  const [normal, uniform] = [generator("bandit", ...keys, "normal"), generator("bandit", ...keys, "uniform")];
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (let i = 0; ; i++) {
    const x = normal.normal(i);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - uniform.uniform(i)) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
