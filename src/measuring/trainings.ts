// The trainings of a cycle, each made once: one that the archive already holds is never repeated.

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Measurement, TrainingKey } from "../candidate.js";
import { EVALUATOR, measure } from "../evaluation/measure.js";
import type { Measured } from "../evolution/environment.js";
import type { RepositoryVersion } from "../evolution/workshop.js";
import { availableCores, availableMemory } from "../machine.js";
import { Lanes } from "../process/lanes.js";
import { RUNTIME_VERSION } from "../runtime/session.js";
import { fingerprint, type Spec } from "../spec.js";
import type { Archive } from "../store/archive.js";
import { givenUp } from "../statistics/catch-up.js";
import type { Progress } from "../training/trainer.js";
import { removeForeign } from "../workspace/materialise.js";
import { splitName } from "./held-out.js";
import type { Material } from "./material.js";
import { timed } from "./timed.js";

/** Receipts promise digits per thread count, and independent trainings gain more from cores than one training does. */
export const THREADS = 1;

/** How the names of scratch directories begin. */
export const SCRATCH = "training-";

export interface TrainingsOptions {
  readonly material: Material;
  readonly archive: Archive;
  /** Budget of every training. */
  readonly flops: number;
  readonly signal: AbortSignal;
  /** Told of what trains, by the name of its scratch directory and by what it was asked for. */
  readonly onProgress: (training: string, progress: Progress, spec: Spec, seed: number) => void;
}

export class Trainings {
  readonly #options: TrainingsOptions;
  readonly #lanes = new Lanes(availableCores());

  constructor(options: TrainingsOptions) {
    this.#options = options;
  }

  /** A new one is in the archive before anybody hears of it. With a reference that has the same loss over the same text, it may be given up. */
  measure(spec: Spec, seed: number, reference: Measured<RepositoryVersion> | null): Promise<Measurement> {
    const comparable = reference && sameLoss(spec, reference.version.spec) ? reference : null;
    return this.#lanes.run(() => this.#once(spec, seed, comparable));
  }

  async #once(spec: Spec, seed: number, reference: Measured<RepositoryVersion> | null): Promise<Measurement> {
    const { signal, archive } = this.#options;
    signal.throwIfAborted();
    const key = this.#key(spec, seed);
    const model = reference?.evaluation.model?.sha256;
    const curve = reference?.evaluation.training?.curve;
    const gaveUp = model === undefined ? undefined : { ...key, reference: model };
    const whole = archive.training(key);
    if (whole) return (curve && asGivenUp(whole, curve)) ?? whole;
    const earlier = gaveUp && archive.training(gaveUp);
    if (earlier) return earlier;
    const measurement = await timed(this.#train(spec, seed, curve));
    if (measurement.ok || !OF_ONE_RUN.has(measurement.code))
      await archive.append({ kind: "training", key, measurement });
    else if (measurement.code === "hopeless") await archive.append({ kind: "training", key: gaveUp!, measurement });
    return measurement;
  }

  #key(spec: Spec, seed: number): TrainingKey {
    const { flops, material } = this.#options;
    const evaluator = `${EVALUATOR}, onnxruntime ${RUNTIME_VERSION}, ${THREADS} thread`;
    const split = splitName(material, { heldOutSha256: material.split.sha256 });
    return { fingerprint: fingerprint(spec), seed, flops, split, evaluator };
  }

  async #train(spec: Spec, seed: number, reference: readonly number[] | undefined): Promise<Measurement> {
    const { material, archive, flops, signal, onProgress } = this.#options;
    const { training, heldOut } = material.split;
    const directory = await mkdtemp(join(archive.directory, SCRATCH));
    try {
      return await measure({
        spec,
        seed,
        flops,
        training,
        heldOut,
        threads: THREADS,
        memory: availableMemory() / availableCores(), // as many go side by side
        directory,
        signal,
        onProgress: (progress) => onProgress(directory, progress, spec, seed),
        ...(reference && { reference }),
      });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
}

/** Failures that say nothing about the same training elsewhere: a larger machine, or another reference, would answer otherwise. */
const OF_ONE_RUN: ReadonlySet<string> = new Set(["memory", "hopeless"]);

/** Losses of two specs can be held against each other only where both mean the same: what else they add to it, and over which text. */
function sameLoss(a: Spec, b: Spec): boolean {
  return lossMeaning(a) === lossMeaning(b);
}

function lossMeaning({ data, training: { dropout, zLoss } }: Spec): string {
  return JSON.stringify([data, dropout, zLoss]);
}

/** A whole training is in the archive, yet it would have been given up: the answer must not depend on what the archive holds. */
function asGivenUp(whole: Measurement, reference: readonly number[]): Measurement | undefined {
  if (!whole.ok || whole.training?.curve.length !== reference.length) return undefined;
  const reason = givenUp(whole.training.curve, reference);
  return reason === undefined ? undefined : { ok: false, code: "hopeless", reason, seconds: whole.seconds };
}

/** Removes scratch directories of trainings that were killed. The archive's lock says that nobody works in them. */
export async function removeLeftovers(directory: string): Promise<void> {
  const names = await readdir(directory);
  for (const name of names.filter((one) => one.startsWith(SCRATCH))) {
    await removeForeign(join(directory, name));
  }
}
