// Counts what a cycle spends, and trains what may be trained side by side.

import type { Cost, Evaluation, Failure } from "../candidate.js";
import type { CycleEnvironment, Measured, Version } from "./environment.js";

export class Meter<V extends Version> {
  readonly #environment: Pick<CycleEnvironment<V>, "measure">;
  readonly #limit: number;
  #trainings = 0;
  #seconds = 0;

  /** @param limit how many trainings may be spent */
  constructor(environment: Pick<CycleEnvironment<V>, "measure">, limit: number) {
    this.#environment = environment;
    this.#limit = limit;
  }

  get left(): number {
    return this.#limit - this.#trainings;
  }

  get cost(): Cost {
    return { trainings: this.#trainings, seconds: this.#seconds };
  }

  /** One version on several seeds: all evaluations, or the first failure. */
  async all(version: V, seeds: readonly number[]): Promise<readonly Evaluation[] | Failure> {
    const measured = await Promise.all(seeds.map((seed) => this.one(version, seed, null)));
    return measured.find(isFailure) ?? (measured as readonly Evaluation[]);
  }

  async one(version: V, seed: number, reference: Measured<V> | null): Promise<Evaluation | Failure> {
    this.#trainings++;
    const measurement = await this.#environment.measure(version, seed, reference);
    this.#seconds += measurement.seconds ?? 0;
    if (!measurement.ok) return measurement;
    const { ok: _, ...evaluation } = measurement;
    return evaluation;
  }
}

export function isFailure(value: object): value is Failure {
  return "ok" in value && value.ok === false;
}
