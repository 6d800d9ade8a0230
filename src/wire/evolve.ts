// The whole loop on a local repository: everything concrete is built here, by hand, and handed to the cycle.

import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Attempt, FinishedCycle, Measurement, Objective, TrainingKey } from "../candidate.js";
import { describeLeftOut } from "../data/corpus.js";
import { EVALUATOR, measure } from "../evaluation/measure.js";
import { sequentialPlan } from "../statistics/significance.js";
import { runCycle, type CycleOutcome } from "../evolution/cycle.js";
import type { CycleEnvironment, CycleEvent } from "../evolution/environment.js";
import { workshop, type SpecVersion } from "../evolution/workshop.js";
import { availableCores, availableMemory } from "../machine.js";
import { proposeBySearch } from "../proposal/search.js";
import { RUNTIME_VERSION } from "../runtime/session.js";
import { fingerprint, type Spec } from "../spec.js";
import { Archive } from "../store/archive.js";
import { Lanes } from "../process/lanes.js";
import type { Progress } from "../training/trainer.js";
import { flopsPerToken } from "../transformer/parameters.js";
import { commitAccepted, writeReceipt } from "./accepted.js";
import { gatherMaterial, SPEC_PATH, type Material } from "./material.js";

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
  /** The cycle ended in an earlier run, and its result is in the archive. */
  readonly finished: boolean;
}

export interface EvolveHooks {
  readonly signal: AbortSignal;
  readonly onStart: (start: EvolveStart) => void;
  readonly onEvent: (event: CycleEvent) => void;
  readonly onProgress: (training: string, progress: Progress) => void;
}

/** Receipts promise digits per thread count, and independent trainings gain more from cores than one training does. */
const THREADS = 1;

const BITS_PER_BYTE: Objective = { name: "bits per byte", direction: "lower", selfReported: false };

const SCRATCH = "training-";

/**
 * Runs a cycle, or goes on with one that was killed, or gives back the result of one that ended: the same options on the
 * same commit are the same cycle.
 */
export async function evolve(options: EvolveOptions, hooks: EvolveHooks): Promise<FinishedCycle> {
  const material = await gatherMaterial(options.directory, "HEAD", options.corpus, 0);
  const id = cycleId(material, options);
  const directory = join(material.repository.commonDirectory, "axon");
  const archive = await Archive.open(directory);
  try {
    await removeLeftovers(directory);
    const finished = archive.cycle(id);
    const leftOut = describeLeftOut(material.corpus.leftOut);
    hooks.onStart({ id, material, archive: directory, leftOut, finished: finished !== undefined });
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

/** Scratch directories of trainings that were killed. The archive's lock says that nobody works in them. */
async function removeLeftovers(directory: string): Promise<void> {
  const names = await readdir(directory);
  for (const name of names.filter((one) => one.startsWith(SCRATCH))) {
    await rm(join(directory, name), { recursive: true, force: true });
  }
}

function flopsOf({ spec }: Material, { tokens }: EvolveOptions): number {
  return tokens * flopsPerToken(spec);
}

function cycleId({ commit, spec, corpus, split }: Material, { trainings, tokens, seed }: EvolveOptions): string {
  const parts = [
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
  const lanes = new Lanes(availableCores());
  const { seed } = options;
  const remember = (attempt: Attempt) => archive.append({ kind: "attempt", cycle: id, attempt });
  return {
    ...workshop({ specPath: SPEC_PATH, baseline, seed, propose: proposeBySearch, remember }),
    measure: ({ spec }, trainingSeed) =>
      lanes.run(() => measureOnce(spec, trainingSeed, options, hooks, material, archive)),
    plan: sequentialPlan(),
    report: hooks.onEvent,
  };
}

/** A training that the archive already holds is never repeated; a new one is in the archive before anybody hears of it. */
async function measureOnce(
  spec: Spec,
  seed: number,
  options: EvolveOptions,
  hooks: EvolveHooks,
  material: Material,
  archive: Archive,
): Promise<Measurement> {
  hooks.signal.throwIfAborted();
  const { split } = material;
  const flops = flopsOf(material, options);
  const evaluator = `${EVALUATOR}, onnxruntime ${RUNTIME_VERSION}, ${THREADS} thread`;
  const key: TrainingKey = {
    fingerprint: fingerprint(spec),
    seed,
    flops,
    split: `${material.corpus.sha256} ${split.sha256}`,
    evaluator,
  };
  const known = archive.training(key);
  if (known) return known;
  const directory = await mkdtemp(join(archive.directory, SCRATCH));
  try {
    const measurement = await measure({
      spec,
      seed,
      flops,
      training: split.training,
      heldOut: split.heldOut,
      threads: THREADS,
      memory: availableMemory() / availableCores(), // as many go side by side
      directory,
      signal: hooks.signal,
      onProgress: (progress) => hooks.onProgress(directory, progress),
    });
    const ofMachine = !measurement.ok && measurement.code === "memory"; // a larger one would answer otherwise
    if (!ofMachine) await archive.append({ kind: "training", key, measurement });
    return measurement;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
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
