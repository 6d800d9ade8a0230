// One cycle for one repository: measure the baseline and its noise, search, prune what was kept, confirm it on fresh seeds.
// Pure choice: whatever trains, proposes, decides or remembers is handed in.

import type { Bounds, CycleResult, Evaluation, Noise } from "../candidate.js";
import { AxonError, InputError } from "../errors.js";
import { noiseOf } from "../statistics/noise.js";
import { withinReach } from "../statistics/search-rule.js";
import { confirm, type Confirmed } from "./confirm.js";
import { withoutPairs } from "./decision.js";
import type { CycleEnvironment, CycleRequest, Version } from "./environment.js";
import { frontOf } from "./front.js";
import { isFailure, Meter } from "./meter.js";
import { withModels } from "./model-cost.js";
import { worsening } from "./objective.js";
import { mostAsked, prune } from "./prune.js";
import { unmeasured } from "./trade.js";
import type { Step } from "./parents.js";
import { Search } from "./search.js";
import { seedsOf, type Seeds } from "./seeds.js";

/** Trainings of the baseline that tell its noise, beside that of the search. They cost once per baseline, since their seeds never change. */
const NOISE_RUNS = 4;
const PRUNING_SEEDS = 1;
/** Steps of a bundle. More of them share one confirmation's cost, and one bad step spoils more good ones; found with `npm run bench -- decisions`. */
const BUNDLE = 8;

export interface CycleOutcome<V extends Version> {
  readonly result: CycleResult;
  /** The accepted version. */
  readonly accepted: V | null;
}

/**
 * @throws InputError `budget` when the trainings cannot pay for a verdict, `bound-unmeasured` for a bound that would forbid nothing; AxonError `baseline-failed` when the
 * baseline itself gives no number.
 */
export async function runCycle<V extends Version>(
  request: CycleRequest<V>,
  environment: CycleEnvironment<V>,
): Promise<CycleOutcome<V>> {
  const confirmation = environment.plan.looks.at(-1)!;
  const needed = NOISE_RUNS + 1 + 1 + 2 * confirmation;
  if (request.trainings < needed) {
    throw new InputError(
      "budget",
      `${request.trainings} trainings cannot end in a verdict: at least ${needed} are needed`,
    );
  }
  const seeds = seedsOf(request.id, { noise: NOISE_RUNS, pruning: PRUNING_SEEDS, confirmation });
  return new Cycle(request, environment, seeds).run();
}

class Cycle<V extends Version> {
  readonly #request: CycleRequest<V>;
  readonly #environment: CycleEnvironment<V>;
  readonly #seeds: Seeds;
  readonly #meter: Meter<V>;

  constructor(request: CycleRequest<V>, environment: CycleEnvironment<V>, seeds: Seeds) {
    this.#request = request;
    this.#environment = environment;
    this.#seeds = seeds;
    this.#meter = new Meter(environment, request.trainings);
  }

  async run(): Promise<CycleOutcome<V>> {
    const { baseline, id: cycle, objective, bounds } = this.#request;
    const { search: seed } = this.#seeds;
    const evaluations = await this.#baseline();
    const noise = noiseOf(
      evaluations.map(({ score }) => score),
      this.#environment.plan,
    );
    this.#environment.report({ kind: "baseline", evaluations, noise });
    const start = { version: baseline, evaluation: evaluations[0] };
    const options = { cycle, objective, bounds, seed, noise, baseline: start, bundle: BUNDLE };
    const search = new Search(this.#environment, this.#meter, options);
    let more = true;
    while (more && search.kept.length < BUNDLE) {
      more = await search.generation(this.#affordable(search.longest));
    }
    return this.#conclude(search, evaluations, noise);
  }

  /**
   * How many attempts leave enough for pruning and confirming what may have been kept after the next generation.
   * @param kept steps of the longest branch
   */
  #affordable(kept: number): number {
    const reserved = PRUNING_SEEDS * mostAsked(Math.min(kept + 1, BUNDLE)) + 2 * this.#environment.plan.looks.at(-1)!;
    return Math.max(0, this.#meter.left - reserved);
  }

  /** The first evaluation is on the seed of the search. */
  async #baseline(): Promise<readonly Evaluation[]> {
    const { search, noise } = this.#seeds;
    const measured = await this.#meter.all(this.#request.baseline, [search, ...noise]);
    if (!isFailure(measured)) return this.#bounded(measured);
    throw new AxonError("baseline-failed", `the baseline could not be measured: ${measured.reason}`);
  }

  #bounded(evaluations: readonly Evaluation[]): readonly Evaluation[] {
    const missing = unmeasured(evaluations[0], this.#request.bounds);
    if (missing.length === 0) return evaluations;
    const message = `bounds.${missing[0]} cannot be kept, because nothing measures it for this objective and these commands: remove it`;
    throw new InputError("bound-unmeasured", message);
  }

  async #conclude(search: Search<V>, evaluations: readonly Evaluation[], noise: Noise): Promise<CycleOutcome<V>> {
    const found = await this.#bundle(search, evaluations[0], noise);
    const confirmed = "reason" in found ? nothingMeasured(found.reason) : await this.#confirm(found.version, noise);
    const { decision } = confirmed;
    this.#environment.report({ kind: "decided", decision });
    const accepted = decision.verdict === "accepted" && !("reason" in found) ? found : null;
    const { id, baseCommit, objective, bounds } = this.#request;
    const result: CycleResult = {
      id,
      baseCommit,
      objective,
      baseline: baselineOf(evaluations),
      noise,
      attempts: search.attempts,
      pruned: leftOf(search, "reason" in found ? search.kept : found.steps),
      ...frontField(search, objective, bounds),
      champion: accepted?.version.id ?? null,
      ...confirmed,
      cost: withModels(this.#meter.cost, search.attempts),
    };
    return { result, accepted: accepted?.version ?? null };
  }

  /** What the search kept, without its barnacles; or why it is not worth a confirmation. */
  async #bundle(
    search: Search<V>,
    baseline: Evaluation,
    noise: Noise,
  ): Promise<Bundle<V> | { readonly reason: string }> {
    const { kept, head } = search;
    if (kept.length === 0) return { reason: "no proposal was better than the baseline" };
    const change = worsening(this.#request.objective, head.evaluation, baseline);
    if (!withinReach(change, noise))
      return { reason: "the gain is too small for this confirmation to show: more trainings could" };
    const steps = await prune(kept, (some) => this.#score(some));
    if (steps.length < kept.length) {
      this.#environment.report({ kind: "pruned", pruned: prunedOf(kept, steps), left: steps.length });
    }
    const version = steps.length < kept.length ? await this.#build(steps) : head.version;
    if (version === null) throw new AxonError("bug", "a pruned bundle that was measured cannot be built again");
    return { steps, version };
  }

  async #score(steps: readonly Step[]): Promise<number | null> {
    const version = await this.#build(steps);
    if (version === null) return null;
    const measured = await this.#meter.all(version, this.#seeds.pruning);
    if (isFailure(measured)) return null;
    const zero = { ...measured[0], score: 0 };
    return measured.reduce((sum, one) => sum + worsening(this.#request.objective, one, zero), 0) / measured.length;
  }

  /** The steps in their order on top of the baseline; null where one does not apply without those that are missing. */
  async #build(steps: readonly Step[]): Promise<V | null> {
    let version = this.#request.baseline;
    for (const { proposal, id } of steps) {
      const next = await this.#environment.apply(proposal, version, id);
      if (isFailure(next)) return null;
      version = next;
    }
    return version;
  }

  async #confirm(candidate: V, { deviation }: Noise): Promise<Confirmed> {
    const { baseline, objective, bounds } = this.#request;
    const terms = { objective, bounds, deviation };
    return confirm({ baseline, candidate }, terms, this.#seeds.confirmation, this.#meter, this.#environment);
  }
}

interface Bundle<V> {
  readonly steps: readonly Step[];
  readonly version: V;
}

function nothingMeasured(reason: string): Confirmed {
  return { decision: withoutPairs("rejected", reason), pairs: [], trades: [] };
}

function prunedOf(kept: readonly Step[], left: readonly Step[]): string[] {
  return kept.filter((step) => !left.includes(step)).map(({ id }) => id);
}

/** What was kept and is not in the bundle: pruned, or on a branch that another one outgrew. */
function leftOf<V extends Version>({ attempts }: Search<V>, bundle: readonly Step[]): string[] {
  const ids = new Set(bundle.map(({ id }) => id));
  return attempts.filter(({ decision, id }) => decision === "kept" && !ids.has(id)).map(({ id }) => id);
}

function frontField<V extends Version>(
  { trained }: Search<V>,
  objective: CycleResult["objective"],
  bounds: Bounds,
): Pick<CycleResult, "front"> {
  if (Object.keys(bounds).length === 0) return {};
  const named = trained.map(({ version, evaluation }) => ({ id: version.id, evaluation }));
  return { front: frontOf(named, objective, bounds) };
}

function baselineOf(evaluations: readonly Evaluation[]): CycleResult["baseline"] {
  const score = evaluations.reduce((sum, one) => sum + one.score, 0) / evaluations.length;
  return { score, parameters: evaluations[0].model?.parameters ?? null, trainings: evaluations.length };
}
