// The simulated trainings that decision rules are compared on: streams of changes whose true effects are known, and noise as it was measured.
// Effects and scores are in standard deviations between seeds; lower is better.

import { generator } from "../dist/random.js";

/**
 * Validation losses of 80 trainings of one and the same program, published by Keller Jordan and contributors in modded-nanogpt,
 * records/track_1_short/2025-01-04_SoftCap/README.md (MIT licence): 3.28 was the aim, here in units of the fourth digit above 3.27.
 */
const LOSSES = [
  98, 104, 137, 108, 82, 101, 130, 125, 77, 69, 134, 132, 53, 109, 78, 101, 99, 104, 65, 92, 86, 92, 101, 62, 103, 84,
  92, 91, 69, 90, 84, 75, 130, 85, 53, 105, 66, 66, 81, 119, 54, 127, 103, 84, 102, 94, 65, 80, 82, 80, 116, 90, 71, 91,
  68, 81, 94, 98, 85, 104, 77, 65, 96, 80, 103, 93, 93, 88, 97, 80, 99, 113, 103, 68, 103, 96, 100, 96, 83, 80,
];

/** Shares of changes and their true effects; a negative one is a gain. */
export const STREAMS = {
  null: [{ share: 1, effect: 0 }],
  early: [
    { share: 0.8, effect: 0 },
    { share: 0.12, effect: 1 },
    { share: 0.06, effect: -1 },
    { share: 0.02, effect: -3 },
  ],
  plateau: [
    { share: 0.69, effect: 0 },
    { share: 0.3, effect: 1 },
    { share: 0.01, effect: -1 },
  ],
};

const MEAN = LOSSES.reduce((sum, loss) => sum + loss, 0) / LOSSES.length;
const DEVIATION = Math.sqrt(LOSSES.reduce((sum, loss) => sum + (loss - MEAN) ** 2, 0) / LOSSES.length);

/** Draws from the 80 losses, spread over the width of their last digit, with mean 0 and standard deviation 1. */
export function lossNoise(random) {
  const place = random() * LOSSES.length;
  const cell = Math.floor(place);
  return (LOSSES[cell] + (place - cell) - 0.5 - MEAN) / Math.hypot(DEVIATION, Math.sqrt(1 / 12));
}

/** One stream of changes and a purse of trainings. */
export class World {
  #random;
  #stream;
  #correlation;
  #inherited;
  #draws = new Map();
  #scores = new Map();
  left;

  /** @param correlation of two versions on the same seed; trainings without a seed share nothing */
  constructor({ stream, repeat, trainings, correlation, inherited }) {
    const uniform = generator("decisions", stream, repeat);
    let i = 0;
    this.#random = () => uniform.uniform(i++);
    this.#stream = STREAMS[stream];
    this.#correlation = correlation;
    this.#inherited = inherited;
    this.left = trainings;
  }

  /** True effect of the next change. */
  propose() {
    let place = this.#random();
    return (this.#stream.find(({ share }) => (place -= share) < 0) ?? this.#stream[0]).effect;
  }

  /** A training with noise of its own. */
  train(effect) {
    this.left--;
    return effect + lossNoise(this.#random);
  }

  /**
   * A training of a version that is known by its changes, oldest first; a repeated one is free and the same.
   * @param effect true sum of the changes
   */
  trainSeeded({ changes, effect }, seed) {
    const key = `${changes.join()}@${seed}`;
    if (!this.#scores.has(key)) {
      this.left--;
      this.#scores.set(key, effect + (this.#inherited ? this.#inherit(changes, seed) : this.#share(key, seed)));
    }
    return this.#scores.get(key);
  }

  /** Part of the noise belongs to the seed, the rest to this version alone. */
  #share(key, seed) {
    const rho = this.#correlation;
    return Math.sqrt(rho) * this.#draw(`@${seed}`) + Math.sqrt(1 - rho) * this.#draw(`${key}`);
  }

  /** Every change keeps a part of its parent's noise and adds its own, the same wherever it is applied. */
  #inherit(changes, seed) {
    const rho = this.#correlation;
    return changes.reduce(
      (noise, change) => rho * noise + Math.sqrt(1 - rho ** 2) * this.#draw(`${change}@${seed}`),
      this.#draw(`@${seed}`),
    );
  }

  #draw(name) {
    if (!this.#draws.has(name)) this.#draws.set(name, lossNoise(this.#random));
    return this.#draws.get(name);
  }
}
