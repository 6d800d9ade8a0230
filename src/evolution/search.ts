// The cheap tier: a tree that grows mostly at its best version, every attempt a single training paired with its parent's. What it keeps
// proves nothing yet.

import { createHash } from "node:crypto";
import type { Attempt, Bounds, Cost, Failure, ModelCost, Noise, Objective, Proposal } from "../candidate.js";
import { worthKeeping } from "../statistics/search-rule.js";
import { Branches, type Grown } from "./branches.js";
import type { CycleEnvironment, Measured, Version } from "./environment.js";
import { isFailure, type Meter } from "./meter.js";
import { modelCost } from "./model-cost.js";
import { turned, worsening } from "./objective.js";
import type { Node, Step } from "./parents.js";

/** Attempts that train side by side: a fixed number, so that no result depends on the cores. */
const WIDTH = 4;

/** A proposer that is not heard by now will not be. */
const MOST_BARREN = 3;

interface Candidate<V> {
  readonly proposal: Proposal;
  readonly id: string;
  readonly parent: Node<V>;
  readonly version: V | Failure;
  /** What asking for it cost; undefined where nobody was asked, or it was paid for before. */
  readonly paid: ModelCost | undefined;
}

interface SearchOptions<V extends Version> {
  readonly cycle: string;
  readonly objective: Objective;
  readonly bounds: Bounds;
  readonly seed: number;
  readonly noise: Noise;
  readonly baseline: Measured<V>;
  /** Most steps of a bundle. */
  readonly bundle: number;
}

export class Search<V extends Version> {
  readonly #environment: CycleEnvironment<V>;
  readonly #meter: Meter<V>;
  readonly #options: SearchOptions<V>;
  readonly #branches: Branches<V>;
  /** Better than the head was, but not the best of their generation: tried again on top of that one. */
  #deferred: Proposal[] = [];
  /** Generations in a row of which nothing could be trained. */
  #barren = 0;
  readonly attempts: Attempt[] = [];
  /** The baseline, and whatever else was trained, in its order. */
  readonly trained: Measured<V>[];

  constructor(environment: CycleEnvironment<V>, meter: Meter<V>, options: SearchOptions<V>) {
    this.#environment = environment;
    this.#meter = meter;
    this.#options = options;
    this.#branches = new Branches(options, environment.parents);
    this.trained = [options.baseline];
  }

  get head(): Measured<V> {
    return this.#branches.head;
  }

  /** The way from the baseline to the head. */
  get kept(): readonly Step[] {
    return this.#branches.head.steps;
  }

  /** Steps of the longest branch: the next head may stand on it. */
  get longest(): number {
    return this.#branches.longest;
  }

  /**
   * Trains some attempts side by side and keeps the best, if it is good enough; false when there is nothing left to try, or when
   * nothing but what cannot be trained is proposed again and again.
   * @param affordable trainings that may be spent on attempts
   */
  async generation(affordable: number): Promise<boolean> {
    const candidates = await this.#candidates(affordable);
    const { head } = this.#branches;
    const results = await Promise.all(candidates.map((candidate) => this.#train(candidate)));
    const grown = results.filter((result): result is Grown<V> => !isFailure(result));
    const best = this.#branches.best(grown);
    this.trained.push(...grown);
    const better: Grown<V>[] = [];
    const attempts = candidates.map((candidate, i): Remembered<V> => {
      const result = results[i];
      const judged = isFailure(result) ? untrained(result.reason) : this.#judge(result, head, best);
      if (!isFailure(result) && judged.decision !== "rejected") better.push(result);
      if (judged.again) this.#deferred.push(candidate.proposal);
      return { candidate, attempt: attemptOf(candidate, judged, result) };
    });
    this.#branches.grow(better, best);
    await this.#remember(attempts);
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
      const again = this.#deferred.shift();
      const node = again ? this.#branches.head : this.#branches.parent(number);
      const parent = node.version;
      const budget = { noise, trainingsLeft: affordable - pending.length };
      const proposal = again ?? (await this.#environment.propose(node, number, pending, budget));
      if (proposal === null) break;
      const id = attemptId(this.#options.cycle, number, proposal);
      const applied = await this.#environment.apply(proposal, parent, id);
      const version = isFailure(applied) ? applied : await this.#unknown(applied, parent, pending);
      if (again && isFailure(version)) continue; // it does not go together with what was kept since
      this.#environment.report({ kind: "proposed", number, proposal });
      candidates.push({ proposal, id, parent: node, version, paid: again ? undefined : modelCost(proposal) });
      node.children++;
      if (!isFailure(version)) pending.push(version);
    }
    return candidates;
  }

  async #unknown(version: V, parent: V, pending: readonly V[]): Promise<V | Failure> {
    return (await this.#environment.known(version, parent, pending)) ?? version;
  }

  async #train({ id, proposal, parent, version }: Candidate<V>): Promise<Grown<V> | Failure> {
    if (isFailure(version)) return version;
    const evaluation = await this.#meter.one(version, this.#options.seed, parent);
    return isFailure(evaluation) ? evaluation : { id, proposal, parent, version, evaluation };
  }

  #judge(result: Grown<V>, head: Node<V>, best: Grown<V> | undefined): Judged {
    const { objective, noise } = this.#options;
    const change = worsening(objective, result.evaluation, result.parent.evaluation);
    const { keep, reason, pValue } = worthKeeping(change, noise);
    const effect = turned(objective, change);
    const numbers = { differences: [effect], effect, pValue };
    if (!keep) return { decision: "rejected", reason, again: false, ...numbers };
    if (result === best) return { decision: "kept", reason, again: false, ...numbers };
    return { decision: "deferred", ...this.#deferral(result, head, best), ...numbers };
  }

  /** Why something better is not the new head, and whether it is tried again on top of it. */
  #deferral({ evaluation, parent }: Grown<V>, head: Node<V>, best: Grown<V> | undefined): Deferral {
    const broken = this.#branches.brokenBound(evaluation);
    if (broken !== undefined) return { reason: `better, but ${broken}`, again: false };
    if (parent === head && best) {
      return { reason: "better, but a sibling more so: tried again on top of that", again: true };
    }
    const leader = (best ?? head).version.id;
    return {
      reason: `better than its parent, but not than ${leader}: a branch that may be gone on with`,
      again: false,
    };
  }

  /** In their order, and on disk when it returns: one wait for all, since each is worth nothing without those before it. */
  async #remember(attempts: readonly Remembered<V>[]): Promise<void> {
    this.attempts.push(...attempts.map(({ attempt }) => attempt));
    await Promise.all(
      attempts.map(({ candidate: { version, parent }, attempt }) =>
        this.#environment.remember(attempt, isFailure(version) ? null : version, parent.version),
      ),
    );
    for (const { attempt } of attempts) this.#environment.report({ kind: "attempted", attempt });
  }
}

interface Remembered<V> {
  readonly candidate: Candidate<V>;
  readonly attempt: Attempt;
}

interface Deferral {
  readonly reason: string;
  readonly again: boolean;
}

type Judged = Deferral & Pick<Attempt, "decision" | "differences" | "effect" | "pValue">;

function untrained(reason: string): Judged {
  return { decision: "rejected", reason, again: false, differences: [], effect: null, pValue: null };
}

function attemptOf<V extends Version>(
  { id, parent, proposal, version, paid }: Candidate<V>,
  { again: _, ...judged }: Judged,
  result: Measured<V> | Failure,
): Attempt {
  const seconds = isFailure(result) ? (result.seconds ?? 0) : result.evaluation.seconds;
  const trained: Cost = { trainings: isFailure(version) ? 0 : 1, seconds };
  const cost = paid === undefined ? trained : { ...trained, models: paid };
  const failed = isFailure(result) ? { failure: result.code } : {};
  return { id, parent: parent.version.id, ...proposal, ...judged, ...failed, cost };
}

function attemptId(cycle: string, number: number, { diff }: Proposal): string {
  const hash = createHash("sha256").update(`${cycle}\0${number}\0${diff}`).digest("hex");
  return `${number}-${hash.slice(0, 8)}`;
}
