// What a cycle tells the dashboard of another process, made of what its hooks hear. It decides nothing and holds nothing up.

import type { Measurement, Objective, Verdict } from "./candidate.js";
import type { CycleEnvironment, CycleEvent } from "./evolution/environment.js";
import type { RepositoryVersion } from "./evolution/workshop.js";
import type { Phase } from "./live/live-state.js";
import { LiveWriter } from "./live/live-writer.js";
import type { Spec } from "./spec.js";
import type { Progress } from "./training/trainer.js";

/** Milliseconds between two points of a curve. */
const INTERVAL = 500;
/** Characters of a line that a person reads. */
const WORDS = 200;

type Measuring = Pick<CycleEnvironment<RepositoryVersion>, "measure">;

export interface PublishedCycle {
  readonly id: string;
  readonly objective: Objective;
  readonly trainings: number;
}

interface Running {
  readonly spec: Spec;
  readonly seed: number;
  /** Losses since the last point. */
  sum: number;
  count: number;
  told: number;
}

export class Publisher {
  readonly #writer: LiveWriter;
  readonly #running = new Map<number, Running>();
  readonly #titles = new Map<string, string>();
  #asked = 0;

  /**
   * @param directory of the archive, whose lock is held
   * @param onTrouble hears, in words, when nothing can be published
   */
  constructor(directory: string, { id, objective, trainings }: PublishedCycle, onTrouble: (text: string) => void) {
    this.#writer = new LiveWriter(directory, onTrouble);
    const { name, direction } = objective;
    const about = { cycle: id, objective: { name: name.slice(0, 100), direction }, budget: trainings };
    this.#writer.write({ kind: "began", at: Date.now(), ...about });
  }

  /** The same, with every measurement told. */
  watched<M extends Measuring>(measuring: M): M {
    return {
      ...measuring,
      measure: async (version, seed, reference) => {
        const training = this.#begin(version.id, version.spec, seed);
        try {
          const measurement = await measuring.measure(version, seed, reference);
          this.#end(training, measurement);
          return measurement;
        } catch (error) {
          this.#running.delete(training); // the cycle ends, and says so
          throw error;
        }
      },
    };
  }

  progress({ step, steps, loss, tokensPerSecond, secondsLeft }: Progress, spec: Spec, seed: number): void {
    const found = [...this.#running].find(([, one]) => one.spec === spec && one.seed === seed);
    if (!found) return;
    const [training, one] = found;
    one.sum += loss;
    one.count++;
    const at = Date.now();
    if (at - one.told < INTERVAL && step < steps) return;
    const mean = one.sum / one.count;
    Object.assign(one, { sum: 0, count: 0, told: at });
    if (!Number.isFinite(mean)) return; // it diverges, which its measurement will say
    const [speed, left] = [tokensPerSecond, secondsLeft].map((value) => (Number.isFinite(value) ? value : 0));
    this.#writer.write({ kind: "loss", at, training, step, steps, loss: mean, speed, left });
  }

  event(event: CycleEvent): void {
    if (event.kind === "proposed") this.#titles.set(String(event.number), titleOf(event.proposal.hypothesis));
    const [phase, text] = noteOf(event);
    this.#writer.write({ kind: "noted", at: Date.now(), phase, text: text.slice(0, 2 * WORDS) });
  }

  /** @param verdict null where the cycle was interrupted or failed */
  end(verdict: Verdict | null): void {
    this.#writer.write({ kind: "ended", at: Date.now(), verdict });
    this.#writer.close();
  }

  #begin(id: string, spec: Spec, seed: number): number {
    const training = ++this.#asked;
    const at = Date.now();
    this.#running.set(training, { spec, seed, sum: 0, count: 0, told: 0 });
    const title = this.#titles.get(id.split("-")[0]) ?? "";
    this.#writer.write({ kind: "asked", at, training, version: id.slice(0, 100), seed, title });
    return training;
  }

  #end(training: number, measurement: Measurement): void {
    this.#running.delete(training);
    const result = measurement.ok
      ? { score: measurement.score, reason: null, seconds: measurement.seconds }
      : { score: null, reason: measurement.reason.slice(0, WORDS), seconds: 0 };
    this.#writer.write({ kind: "measured", at: Date.now(), training, ...result });
  }
}

function titleOf(hypothesis: string): string {
  return hypothesis.split("\n")[0].slice(0, WORDS);
}

function noteOf(event: CycleEvent): readonly [Phase, string] {
  switch (event.kind) {
    case "baseline":
      return ["search", `The baseline was measured ${event.evaluations.length} times; the search begins.`];
    case "proposed":
      return ["search", `Attempt ${event.number}: ${titleOf(event.proposal.hypothesis)}`];
    case "attempted":
      return ["search", `${event.attempt.id} ${event.attempt.decision}: ${event.attempt.reason}`];
    case "pruned":
      return ["pruning", `${event.pruned.join(", ")} contributed nothing and left the bundle; ${event.left} left.`];
    case "confirming":
      return ["confirmation", `${event.champion} against the baseline on ${event.pairs} fresh pairs of trainings`];
    default:
      return ["decided", `${event.decision.verdict}: ${event.decision.reason}`];
  }
}
