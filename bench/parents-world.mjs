// Simulated trainings in which what a change does depends on what was changed before it: a tree of versions could help there.
// Effects and scores are in standard deviations between seeds; lower is better.

import { generator } from "../dist/random.js";
import { lossNoise } from "./decisions-world.mjs";

const SITES = 12;

/** Kinds of land: values per site, and the score of a genome. */
export const LANDS = {
  /** The effect of a site depends on four others (an NK landscape, K = 4): many hills, most of them low. */
  rugged: { values: 4, score: (genome, draw) => genome.reduce((sum, _, site) => sum + 2 * draw(site, genome), 0) },
  /** Site 0 has a value that gains 3 at once and leads nowhere, and one that gains 1 and with which six others gain 1 each. */
  fork: { values: 3, score: fork },
};

function fork([first, ...others]) {
  const leads = first === 2;
  const start = [0, -3, -1][first];
  return others.reduce(
    (sum, value, site) => sum + (value === 0 ? 0 : site < 6 ? -Number(leads) : Number(site < 8)),
    start,
  );
}

/** One land and a purse of trainings. */
export class Land {
  #kind;
  #keys;
  #correlation;
  #random;
  #draws = new Map();
  #scores = new Map();
  left;
  start;

  /** @param correlation of two versions on the same seed */
  constructor({ land, repeat, trainings, correlation }) {
    this.#kind = LANDS[land];
    this.#keys = ["land", land, repeat];
    this.#correlation = correlation;
    this.left = trainings;
    const uniform = generator(...this.#keys);
    let i = 0;
    this.#random = () => uniform.uniform(i++);
    const anywhere = () => Math.floor(this.#random() * this.#kind.values);
    this.start = Array.from({ length: SITES }, land === "fork" ? () => 0 : anywhere);
  }

  /** A neighbour: one site differs, or two of them in one case of five. */
  mutate(genome) {
    const next = [...genome];
    for (let times = this.#random() < 0.8 ? 1 : 2; times > 0; times--) {
      const site = Math.floor(this.#random() * SITES);
      next[site] = (next[site] + 1 + Math.floor(this.#random() * (this.#kind.values - 1))) % this.#kind.values;
    }
    return next;
  }

  /** True score, relative to the start. */
  effect(genome) {
    return this.#score(genome) - this.#score(this.start);
  }

  /** A repeated training is free and the same. */
  train(genome, seed) {
    const key = `${genome.join("")}@${seed}`;
    if (!this.#scores.has(key)) {
      this.left--;
      const rho = this.#correlation;
      const noise = Math.sqrt(rho) * this.#draw(`@${seed}`) + Math.sqrt(1 - rho) * this.#draw(key);
      this.#scores.set(key, this.effect(genome) + noise);
    }
    return this.#scores.get(key);
  }

  #score(genome) {
    return this.#kind.score(genome, (site, all) => {
      const place = [0, 1, 5, 7, 10].reduce((at, step) => at * this.#kind.values + all[(site + step) % SITES], 0);
      return generator(...this.#keys, site).normal(place);
    });
  }

  #draw(name) {
    if (!this.#draws.has(name)) this.#draws.set(name, lossNoise(this.#random));
    return this.#draws.get(name);
  }
}
