// The tree of versions that a search has grown, and its head: the best one, from which most attempts depart.

import type { Bounds, Evaluation, Noise, Objective, Proposal } from "../candidate.js";
import { worthKeeping } from "../statistics/search-rule.js";
import type { Measured } from "./environment.js";
import { turned } from "./objective.js";
import { chooseParent, linesAfter, type ChooseParent, type Node } from "./parents.js";
import { brokenBound } from "./trade.js";

/** Branches that are remembered, the best ones. */
const MOST_NODES = 64;

interface BranchesOptions<V> {
  readonly cycle: string;
  readonly objective: Objective;
  readonly bounds: Bounds;
  readonly noise: Noise;
  readonly baseline: Measured<V>;
  /** Steps of a bundle: what has as many is no parent any more. */
  readonly bundle: number;
}

/** What a proposal made of its parent, and what its training gave. */
export interface Grown<V> extends Measured<V> {
  readonly parent: Node<V>;
  readonly id: string;
  readonly proposal: Proposal;
}

export class Branches<V> {
  readonly #options: BranchesOptions<V>;
  readonly #choose: ChooseParent;
  readonly #baseline: Node<V>;
  #nodes: readonly Node<V>[];
  #head: Node<V>;
  #stale = 0;

  constructor(options: BranchesOptions<V>, choose: ChooseParent = chooseParent) {
    const { baseline, objective } = options;
    const cost = turned(objective, baseline.evaluation.score);
    this.#options = options;
    this.#choose = choose;
    this.#baseline = { ...baseline, steps: [], cost, lines: new Set(), children: 0 };
    this.#nodes = [this.#baseline];
    this.#head = this.#baseline;
  }

  get head(): Node<V> {
    return this.#head;
  }

  /** Steps of the longest branch. */
  get longest(): number {
    return Math.max(...this.#nodes.map(({ steps }) => steps.length));
  }

  /** From which version the attempt of that number departs. */
  parent(number: number): Node<V> {
    const { cycle, noise, bundle } = this.#options;
    const nodes = this.#nodes.filter(({ steps }) => steps.length < bundle);
    return this.#choose({ head: this.#head, nodes, stale: this.#stale, cycle, number, deviation: noise.deviation });
  }

  /** The one that shall be the new head, if any is better than its parent and than the head. Within bounds comes first. */
  best(grown: readonly Grown<V>[]): Grown<V> | undefined {
    const better = grown.filter((one) => this.#beats(one, one.parent) && this.#beats(one, this.#rival(one)));
    const within = better.filter(({ evaluation }) => this.brokenBound(evaluation) === undefined);
    const allowed = within.length > 0 ? within : better.filter(() => !this.#leadsWithin());
    return allowed.toSorted((a, b) => this.#cost(a.evaluation) - this.#cost(b.evaluation))[0];
  }

  /** Takes in a generation; `better` are those that were better than their parents. */
  grow(better: readonly Grown<V>[], best: Grown<V> | undefined): void {
    const added = better.map((one) => ({ one, node: this.#nodeOf(one) }));
    const head = added.find(({ one }) => one === best)?.node;
    this.#stale = head === undefined ? this.#stale + 1 : 0;
    this.#head = head ?? this.#head;
    const all = [...this.#nodes, ...added.map(({ node }) => node)];
    const kept = new Set(all.toSorted((a, b) => a.cost - b.cost).slice(0, MOST_NODES)).add(this.#head);
    this.#nodes = all.filter((node) => kept.has(node) || node === this.#baseline);
  }

  brokenBound(evaluation: Evaluation): string | undefined {
    return brokenBound(evaluation, this.#baseline.evaluation, this.#options.bounds);
  }

  /** What it has to beat beside its parent: the head, unless that broke a bound which it keeps. */
  #rival({ evaluation }: Measured<V>): Node<V> {
    const mends = this.brokenBound(this.#head.evaluation) !== undefined && this.brokenBound(evaluation) === undefined;
    return mends ? this.#baseline : this.#head;
  }

  /** Somebody is better than the baseline and within bounds. */
  #leadsWithin(): boolean {
    return this.#head !== this.#baseline && this.brokenBound(this.#head.evaluation) === undefined;
  }

  #beats({ evaluation }: Measured<V>, other: Node<V>): boolean {
    return worthKeeping(this.#cost(evaluation) - other.cost, this.#options.noise).keep;
  }

  #cost({ score }: Evaluation): number {
    return turned(this.#options.objective, score);
  }

  #nodeOf({ version, evaluation, parent, id, proposal }: Grown<V>): Node<V> {
    const steps = [...parent.steps, { id, proposal }];
    return {
      version,
      evaluation,
      steps,
      cost: this.#cost(evaluation),
      lines: linesAfter(parent, proposal),
      children: 0,
    };
  }
}
