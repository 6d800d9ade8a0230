// How versions of a repository get their numbers: by AXON's own training of the spec, or by the repository's commands.

import type { CycleEnvironment } from "../evolution/environment.js";
import { keyOf, type RepositoryVersion } from "../evolution/workshop.js";
import { fingerprint, type Spec } from "../spec.js";
import type { Archive } from "../store/archive.js";
import type { Progress } from "../training/trainer.js";
import { CommandTrainings } from "./command-trainings.js";
import type { Material } from "./material.js";
import type { Ruler } from "./ruler.js";
import { SCRATCH, THREADS, Trainings } from "./trainings.js";

export interface Measuring extends Pick<CycleEnvironment<RepositoryVersion>, "measure"> {
  close(): Promise<void>;
}

export interface MeasuringOptions {
  readonly material: Material;
  readonly ruler: Ruler;
  readonly archive: Archive;
  /** Budget of every training: bytes at the size of the repository's own spec, and what they cost. */
  readonly tokens: number;
  readonly flops: number;
  /** The repository's `prepare` command may use the network. */
  readonly network: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (training: string, progress: Progress, spec: Spec, seed: number) => void;
}

/** @throws InputError as `CommandTrainings.open` */
export async function openMeasuring(options: MeasuringOptions): Promise<Measuring> {
  const { ruler } = options;
  if (ruler.commands) {
    const byCommands = await CommandTrainings.open({ ...options, threads: THREADS, scratch: SCRATCH });
    return { measure: (version, seed) => byCommands.measure(version, seed), close: () => byCommands.close() };
  }
  const trainings = new Trainings(options);
  return {
    measure: async (version, seed, reference) => {
      const changesCode = keyOf(version, ruler.ground) !== fingerprint(version.spec);
      if (!changesCode) return trainings.measure(version.spec, seed, reference);
      return { ok: false, code: "no-sandbox", reason: `unevaluated: ${ruler.obstacle}` };
    },
    close: async () => {},
  };
}
