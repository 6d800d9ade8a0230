// The same race with real trainings: the demonstration's text and its untuned spec, a tiny budget. What was trained once is kept in a file, so that a second run is quick.

import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EVALUATOR } from "../dist/evaluation/measure.js";
import { scoreModel } from "../dist/evaluation/scorer.js";
import { fingerprint } from "../dist/spec.js";
import { train } from "../dist/training/trainer.js";
import { flopsPerToken } from "../dist/transformer/parameters.js";
import { demoRepository } from "../dist/wire/demo.js";
import { gatherMaterial } from "../dist/measuring/material.js";
import { DEVIATION } from "./search-functions.mjs";

/** @param settings tokens of the budget at the size of `start`, the target in bits per byte, most trainings of a run */
export async function realWorlds(start, seeds, { tokens, target, limit }) {
  const trainings = new Trainings(start, tokens, await material());
  return seeds.map((seed) => ({
    start,
    seed,
    limit,
    noise: { runs: 5, deviation: DEVIATION, detectable: DEVIATION },
    score: (spec) => trainings.score(spec, seed),
    done: (spec) => (trainings.known(spec, seed) ?? Infinity) <= target,
  }));
}

async function material() {
  const { split } = await gatherMaterial(await demoRepository(), "HEAD", {
    corpus: null,
    privateCorpus: null,
    epoch: 0,
  });
  return split;
}

class Trainings {
  #file = join(tmpdir(), "axon-bench-search.jsonl");
  #scores = new Map();
  #flops;
  #split;

  constructor(start, tokens, split) {
    this.#flops = tokens * flopsPerToken(start);
    this.#split = split;
    const lines = existsSync(this.#file) ? readFileSync(this.#file, "utf8").trim().split("\n") : [];
    for (const line of lines) this.#scores.set(...JSON.parse(line));
  }

  known(spec, seed) {
    return this.#scores.get(this.#key(spec, seed));
  }

  /** Bits per byte, or null where the training gives none. */
  async score(spec, seed) {
    const key = this.#key(spec, seed);
    if (!this.#scores.has(key)) {
      const score = await this.#train(spec, seed);
      appendFileSync(this.#file, `${JSON.stringify([key, score])}\n`);
      this.#scores.set(key, score);
    }
    return this.#scores.get(key);
  }

  #key(spec, seed) {
    return `${EVALUATOR} ${this.#flops} ${seed} ${fingerprint(spec)}`;
  }

  async #train(spec, seed) {
    const directory = mkdtempSync(join(tmpdir(), "axon-bench-search-"));
    try {
      const tokens = Math.floor(this.#flops / flopsPerToken(spec));
      if (tokens < spec.training.batch * spec.architecture.context) return null;
      const request = { spec, files: this.#split.training, tokens, seed, threads: 1, directory };
      const trained = await train(request, { onProgress: () => {}, stopped: () => false });
      if (!trained.ok) return null;
      const model = readFileSync(join(directory, "model.onnx"));
      const scored = await scoreModel({ model, heldOut: this.#split.heldOut, threads: 1 });
      return scored.ok ? scored.bitsPerByte : null;
    } finally {
      rmSync(directory, { recursive: true });
    }
  }
}
