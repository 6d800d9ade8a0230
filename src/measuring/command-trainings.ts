// The trainings of a cycle by a repository's own commands, each made once: one that the archive already holds is never repeated.

import type { Measurement, TrainingKey } from "../candidate.js";
import { allowanceAfter, generousAllowance, overBudget, type Allowance, type Spent } from "../evaluation/allowance.js";
import { keyOf, type RepositoryVersion } from "../evolution/workshop.js";
import { RUNTIME_VERSION } from "../runtime/session.js";
import type { Archive } from "../store/archive.js";
import { splitName } from "./held-out.js";
import { CommandRuns, type CommandRunsOptions } from "./command-runs.js";

interface Options extends Omit<CommandRunsOptions, "directory"> {
  readonly archive: Archive;
  /** Budget of every training. */
  readonly flops: number;
}

export class CommandTrainings {
  readonly #options: Options;
  readonly #runs: CommandRuns;
  /** What the baseline's runs took, which is what candidates get. */
  readonly #baseline: Spent[] = [];

  private constructor(options: Options, runs: CommandRuns) {
    this.#options = options;
    this.#runs = runs;
  }

  /** @throws InputError as `CommandRuns.open` */
  static async open(options: Options): Promise<CommandTrainings> {
    return new CommandTrainings(options, await CommandRuns.open({ ...options, directory: options.archive.directory }));
  }

  /** A new one is in the archive before anybody hears of it. */
  async measure(version: RepositoryVersion, seed: number): Promise<Measurement> {
    const { archive } = this.#options;
    const key = this.#key(version, seed);
    const known = () => archive.training(key);
    const measurement = await this.#runs.run(version, seed, () => known() ?? this.#allowance());
    const judged = measurement === known() ? measurement : this.#withinBudget(version, measurement);
    if (version.id === "baseline" && judged.ok) this.#baseline.push(judged);
    const ofMachine = !judged.ok && judged.code === "no-sandbox";
    if (!ofMachine && known() === undefined) await archive.append({ kind: "training", key, measurement: judged });
    return judged;
  }

  close(): Promise<void> {
    return this.#runs.close();
  }

  #allowance(): Allowance {
    return this.#baseline.length === 0 ? generousAllowance(this.#options.flops) : allowanceAfter(this.#baseline);
  }

  #withinBudget({ id }: RepositoryVersion, measurement: Measurement): Measurement {
    if (!measurement.ok || id === "baseline" || this.#baseline.length === 0) return measurement;
    const reason = overBudget(measurement, this.#baseline);
    if (reason === undefined) return measurement;
    return { ok: false, code: "over-budget", reason: `over budget: ${reason}`, seconds: measurement.seconds };
  }

  #key(version: RepositoryVersion, seed: number): TrainingKey {
    const { flops, material, ruler, threads } = this.#options;
    return {
      fingerprint: keyOf(version, ruler.ground),
      seed,
      flops,
      split: splitName(material, ruler),
      evaluator: `${ruler.evaluator} on ${material.commit}, onnxruntime ${RUNTIME_VERSION}, ${threads} thread`,
    };
  }
}
