// The cheap tier: greedy on a branch, every attempt a single training paired with its parent's. What it keeps proves nothing yet.

import { createHash } from "node:crypto";
import type { Attempt, Cost, Evaluation, Failure, ModelCost, Noise, Objective, Proposal } from "../candidate.js";
import type { CycleEnvironment, Measured, Version } from "./environment.js";
import { isFailure, type Meter } from "./meter.js";
import { modelCost } from "./model-cost.js";
import { turned, worsening } from "./objective.js";
import { worthKeeping } from "../statistics/search-rule.js";

/** Attempts that depart from the same parent and train side by side: a fixed number, so that no result depends on the cores. */
const WIDTH = 4;

/** A proposer that is not heard by now will not be. */
const MOST_BARREN = 3;

/** A step of the bundle: a proposal that was kept, and the attempt it came from. */
export interface KeptStep {
  readonly id: string;
  readonly proposal: Proposal;
}

interface Candidate<V> {
  readonly proposal: Proposal;
  readonly id: string;
  readonly version: V | Failure;
  /** What asking for it cost; undefined where nobody was asked, or it was paid for before. */
  readonly paid: ModelCost | undefined;
}

interface SearchOptions<V extends Version> {
  readonly cycle: string;
  readonly objective: Objective;
  readonly seed: number;
  readonly noise: Noise;
  readonly baseline: Measured<V>;
}

export class Search<V extends Version> {
  readonly #environment: CycleEnvironment<V>;
  readonly #meter: Meter<V>;
  readonly #options: SearchOptions<V>;
  /** Where the search stands: the baseline, or the last attempt that was kept. */
  #head: Measured<V>;
  /** Better than their parent, but not the best of their generation: tried again on top of that one. */
  #deferred: Proposal[] = [];
  /** Generations in a row of which nothing could be trained. */
  #barren = 0;
  readonly attempts: Attempt[] = [];
  readonly kept: KeptStep[] = [];

  constructor(environment: CycleEnvironment<V>, meter: Meter<V>, options: SearchOptions<V>) {
    this.#environment = environment;
    this.#meter = meter;
    this.#options = options;
    this.#head = options.baseline;
  }

  get head(): Measured<V> {
    return this.#head;
  }

  /**
   * Trains some attempts side by side and keeps the best, if it is good enough; false when there is nothing left to try, or when
   * nothing but what cannot be trained is proposed again and again.
   * @param affordable trainings that may be spent on attempts
   */
  async generation(affordable: number): Promise<boolean> {
    const candidates = await this.#candidates(affordable);
    const parent = this.#head;
    const measured = await Promise.all(
      candidates.map(async ({ version }) =>
        isFailure(version) ? version : this.#meter.one(version, this.#options.seed, parent),
      ),
    );
    const best = this.#best(measured, parent.evaluation);
    for (const [i, candidate] of candidates.entries()) {
      const result = measured[i];
      const judged = isFailure(result)
        ? untrained(result.reason)
        : this.#judge(result, parent.evaluation, result === best);
      await this.#remember(candidate, { ...judged, cost: costOf(candidate, result) }, parent.version);
      if (judged.decision === "deferred") this.#deferred.push(candidate.proposal);
      if (result !== best || isFailure(result) || isFailure(candidate.version)) continue;
      this.#head = { version: candidate.version, evaluation: result };
      this.kept.push({ id: candidate.id, proposal: candidate.proposal });
    }
    if (candidates.length === 0) return false;
    const barren = candidates.every(({ version }) => isFailure(version));
    this.#barren = barren ? this.#barren + 1 : 0;
    return this.#barren < MOST_BARREN;
  }

  async #candidates(affordable: number): Promise<readonly Candidate<V>[]> {
    const width = Math.min(WIDTH, affordable);
    const { noise } = this.#options;
    const candidates: Candidate<V>[] = [];
    const pending: V[] = [];
    // What is refused before training costs nothing, but a proposer may never tire of it.
    for (let drawn = 0; drawn < 2 * width && pending.length < width; drawn++) {
      const number = this.attempts.length + candidates.length + 1;
      const parent = this.#head.version;
      const again = this.#deferred.shift();
      const budget = { noise, trainingsLeft: affordable - pending.length };
      const proposal = again ?? (await this.#environment.propose(this.#head, number, pending, budget));
      if (proposal === null) break;
      const id = attemptId(this.#options.cycle, number, proposal);
      const applied = await this.#environment.apply(proposal, parent, id);
      const version = isFailure(applied) ? applied : (this.#environment.known(applied, parent, pending) ?? applied);
      if (again && isFailure(version)) continue; // it does not go together with what was kept since
      this.#environment.report({ kind: "proposed", number, proposal });
      candidates.push({ proposal, id, version, paid: again ? undefined : modelCost(proposal) });
      if (!isFailure(version)) pending.push(version);
    }
    return candidates;
  }

  /** The evaluation that improves most, if any is worth keeping. */
  #best(measured: readonly (Evaluation | Failure)[], parent: Evaluation): Evaluation | undefined {
    const { objective, noise } = this.#options;
    const change = (one: Evaluation) => worsening(objective, one, parent);
    const worthy = measured.filter((one) => !isFailure(one) && worthKeeping(change(one), noise).keep) as Evaluation[];
    return worthy.toSorted((a, b) => change(a) - change(b))[0];
  }

  #judge(evaluation: Evaluation, parent: Evaluation, best: boolean): Judged {
    const { objective, noise } = this.#options;
    const change = worsening(objective, evaluation, parent);
    const { keep, reason, pValue } = worthKeeping(change, noise);
    const effect = turned(objective, change);
    const numbers = { differences: [effect], effect, pValue };
    if (!keep) return { decision: "rejected", reason, ...numbers };
    if (best) return { decision: "kept", reason, ...numbers };
    return {
      decision: "deferred",
      reason: "better, but a sibling more so: tried again on top of that",
      ...numbers,
    };
  }

  async #remember(
    { id, proposal, version }: Candidate<V>,
    judged: Judged & { readonly cost: Cost },
    parent: V,
  ): Promise<void> {
    const attempt: Attempt = { id, parent: parent.id, ...proposal, ...judged };
    this.attempts.push(attempt);
    await this.#environment.remember(attempt, isFailure(version) ? null : version, parent);
    this.#environment.report({ kind: "attempted", attempt });
  }
}

type Judged = Pick<Attempt, "decision" | "reason" | "differences" | "effect" | "pValue">;

function untrained(reason: string): Judged {
  return { decision: "rejected", reason, differences: [], effect: null, pValue: null };
}

function costOf({ version, paid }: Candidate<Version>, result: Evaluation | Failure): Cost {
  const trained = { trainings: isFailure(version) ? 0 : 1, seconds: isFailure(result) ? 0 : result.seconds };
  return paid === undefined ? trained : { ...trained, models: paid };
}

function attemptId(cycle: string, number: number, { diff }: Proposal): string {
  const hash = createHash("sha256").update(`${cycle}\0${number}\0${diff}`).digest("hex");
  return `${number}-${hash.slice(0, 8)}`;
}
