// The whole loop on a local repository: everything concrete is built here, by hand, and handed to the cycle.

import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Attempt, FinishedCycle, Objective } from "../candidate.js";
import { describeLeftOut } from "../data/corpus.js";
import { EVALUATOR } from "../evaluation/measure.js";
import { sequentialPlan } from "../statistics/significance.js";
import { runCycle, type CycleOutcome } from "../evolution/cycle.js";
import type { CycleEnvironment, CycleEvent } from "../evolution/environment.js";
import { workshop, type SpecVersion } from "../evolution/workshop.js";
import { proposeBySearch } from "../proposal/search.js";
import { RUNTIME_VERSION } from "../runtime/session.js";
import { fingerprint } from "../spec.js";
import { Archive } from "../store/archive.js";
import type { Progress } from "../training/trainer.js";
import { flopsPerToken } from "../transformer/parameters.js";
import { commitAccepted, writeReceipt } from "./accepted.js";
import { chooseHeldOut } from "./held-out.js";
import { gatherMaterial, SPEC_PATH, type Material } from "./material.js";
import { removeLeftovers, THREADS, Trainings } from "./trainings.js";

export interface EvolveOptions {
  readonly directory: string;
  /** Files and folders to learn from instead of the text that git tracks. */
  readonly corpus: readonly string[] | null;
  readonly trainings: number;
  /** Bytes per training at the size of the repository's own spec: the budget in FLOPs that every training gets. */
  readonly tokens: number;
  readonly seed: number;
}

export interface EvolveStart {
  readonly id: string;
  readonly material: Material;
  /** Directory of the archive. */
  readonly archive: string;
  /** What of the corpus was left out and why, in words; empty where nothing was. */
  readonly leftOut: string;
  /** How often the held-out side has been looked at, of `LOOKS` in all. */
  readonly looks: number;
  /** The cycle ended in an earlier run, and its result is in the archive. */
  readonly finished: boolean;
}

export interface EvolveHooks {
  readonly signal: AbortSignal;
  readonly onStart: (start: EvolveStart) => void;
  readonly onEvent: (event: CycleEvent) => void;
  readonly onProgress: (training: string, progress: Progress) => void;
}

/** Raised whenever the same options would take another way, or their result is kept in another form. */
const CYCLE = 2;

const BITS_PER_BYTE: Objective = { name: "bits per byte", direction: "lower", selfReported: false };

/**
 * Runs a cycle, or goes on with one that was killed, or gives back the result of one that ended: the same options on the
 * same commit are the same cycle.
 */
export async function evolve(options: EvolveOptions, hooks: EvolveHooks): Promise<FinishedCycle> {
  const gathered = await gatherMaterial(options.directory, "HEAD", options.corpus, 0);
  const directory = join(gathered.repository.commonDirectory, "axon");
  const archive = await Archive.open(directory);
  try {
    await removeLeftovers(directory);
    const { id, material, looks } = await chooseHeldOut(gathered, archive, (one) => cycleId(one, options));
    const finished = archive.cycle(id);
    const leftOut = describeLeftOut(material.corpus.leftOut);
    hooks.onStart({ id, material, archive: directory, leftOut, looks, finished: finished !== undefined });
    if (finished) {
      await commitAccepted(material, directory, finished);
      return finished;
    }
    const baseline: SpecVersion = { id: "baseline", text: material.specText, spec: material.spec };
    const environment = buildEnvironment(options, hooks, material, archive, id, baseline);
    const { trainings } = options;
    const request = { id, baseCommit: material.commit, objective: BITS_PER_BYTE, bounds: {}, baseline, trainings };
    const outcome = await runCycle(request, environment);
    const result = await conclude(outcome, material, directory, flopsOf(material, options));
    await archive.append({ kind: "cycle", result });
    await commitAccepted(material, directory, result);
    return result;
  } finally {
    await archive.close();
  }
}

function flopsOf({ spec }: Material, { tokens }: EvolveOptions): number {
  return tokens * flopsPerToken(spec);
}

function cycleId({ commit, spec, corpus, split }: Material, { trainings, tokens, seed }: EvolveOptions): string {
  const parts = [
    CYCLE,
    commit,
    fingerprint(spec),
    corpus.sha256,
    split.sha256,
    trainings,
    tokens,
    seed,
    EVALUATOR,
    RUNTIME_VERSION,
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 12);
}

function buildEnvironment(
  options: EvolveOptions,
  hooks: EvolveHooks,
  material: Material,
  archive: Archive,
  id: string,
  baseline: SpecVersion,
): CycleEnvironment<SpecVersion> {
  const { seed } = options;
  const { signal, onProgress } = hooks;
  const trainings = new Trainings({ material, archive, flops: flopsOf(material, options), signal, onProgress });
  const remember = (attempt: Attempt) => archive.append({ kind: "attempt", cycle: id, attempt });
  return {
    ...workshop({ specPath: SPEC_PATH, baseline, seed, propose: proposeBySearch, remember }),
    measure: ({ spec }, trainingSeed, reference) => trainings.measure(spec, trainingSeed, reference),
    plan: sequentialPlan(),
    report: hooks.onEvent,
  };
}

async function conclude(
  outcome: CycleOutcome<SpecVersion>,
  material: Material,
  directory: string,
  flops: number,
): Promise<FinishedCycle> {
  const { result, accepted } = outcome;
  if (!accepted) return { ...result, branch: null, receipt: null };
  const receipt = await writeReceipt({ result, accepted, material, directory, flops, threads: THREADS });
  return { ...result, branch: `axon/${result.id}`, receipt };
}
