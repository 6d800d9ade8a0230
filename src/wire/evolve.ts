// The whole loop on a local repository: everything concrete is built here, by hand, and handed to the cycle.

import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Attempt, FinishedCycle, Objective, Receipt, Verdict } from "../candidate.js";
import { boundsOf, objectiveOf } from "../config/configuration.js";
import { describeLeftOut } from "../data/corpus.js";
import { sequentialPlan } from "../statistics/significance.js";
import { runCycle, type CycleOutcome } from "../evolution/cycle.js";
import type { CycleEnvironment, CycleEvent } from "../evolution/environment.js";
import { workshop, type RepositoryVersion } from "../evolution/workshop.js";
import { UNCHANGED } from "../patch/index.js";
import { Publisher } from "../publisher.js";
import type { Propose, TriedSpec } from "../proposal/proposer.js";
import { RUNTIME_VERSION } from "../runtime/session.js";
import { fingerprint } from "../spec.js";
import { Archive } from "../store/archive.js";
import type { Progress } from "../training/trainer.js";
import { flopsPerToken } from "../transformer/parameters.js";
import { commitAccepted, writeReceipt } from "./accepted.js";
import { rejectedBefore, specsOf, triedBefore } from "./tried.js";
import { checkClaims, specOf, type CheckedClaim } from "./claims.js";
import { chooseHeldOut, splitName } from "../measuring/held-out.js";
import { gatherMaterial, type Material } from "../measuring/material.js";
import { chooseRuler, type Ruler } from "../measuring/ruler.js";
import { openMeasuring, type Measuring, type MeasuringOptions } from "../measuring/measuring.js";
import {
  chooseProposing,
  describeProposing,
  openProposing,
  proposingId,
  type ProposerKind,
  type Proposing,
} from "../models/proposing.js";
import { attemptsFor } from "../models/history.js";
import { removeLeftovers, THREADS } from "../measuring/trainings.js";

export { LOOKS } from "../data/ledger.js";

export interface EvolveOptions {
  readonly directory: string;
  /** Files and folders to learn from instead of the text that git tracks. */
  readonly corpus: readonly string[] | null;
  /** Text that models by foreign code are scored on, in place of what the repository holds out; null: none. */
  readonly privateCorpus: readonly string[] | null;
  /** Null: as the repository's configuration says. */
  readonly trainings: number | null;
  /** Bytes per training at the size of the repository's own spec: the budget in FLOPs that every training gets. Null: as configured. */
  readonly tokens: number | null;
  readonly seed: number;
  /** The repository's `prepare` command may use the network. */
  readonly prepareNetwork: boolean;
  /** Null: as the repository's configuration says. */
  readonly proposer: ProposerKind | null;
  /** What whoever asked would like to be tried; heard by language models alone. */
  readonly hint: string | null;
  /** In place of those that AXON has. Whoever hands in one takes another seed: it is no part of a cycle's id. */
  readonly propose?: Propose;
}

export interface EvolveStart {
  readonly id: string;
  readonly material: Material;
  /** Directory of the archive. */
  readonly archive: string;
  /** What of the corpus was left out and why, in words; empty where nothing was. */
  readonly leftOut: string;
  /** How often the held-out text has been looked at, of `LOOKS` in all. */
  readonly looks: number;
  /** Who proposes, and what is sent where, in words. */
  readonly proposing: string;
  /** The cycle ended in an earlier run, and its result is in the archive. */
  readonly finished: boolean;
}

export interface EvolveHooks {
  readonly signal: AbortSignal;
  readonly onStart: (start: EvolveStart) => void;
  readonly onEvent: (event: CycleEvent) => void;
  /** Told before a language model is asked about a proposal. */
  readonly onAsk: (model: string, number: number) => void;
  /** What takes its answer longer, in words. */
  readonly onDelay: (line: string) => void;
  readonly onProgress: (training: string, progress: Progress) => void;
  /** Told, in words, of what the dashboard will not see. */
  readonly onTrouble?: (text: string) => void;
  /** Told of a merged change that was measured again. */
  readonly onClaim: (claim: CheckedClaim) => void;
}

/** Raised whenever the same options would take another way, or their result is kept in another form. */
const CYCLE = 5;

/** What a cycle is about, with everything decided. */
interface Plan {
  readonly id: string;
  readonly material: Material;
  readonly ruler: Ruler;
  readonly trainings: number;
  readonly tokens: number;
  readonly flops: number;
  readonly baseline: RepositoryVersion;
  readonly proposing: Proposing;
}

/** A plan being carried out. */
interface Run {
  readonly plan: Plan;
  readonly options: EvolveOptions;
  readonly hooks: EvolveHooks;
  readonly archive: Archive;
  readonly publisher: Publisher;
}

/**
 * Runs a cycle, or goes on with one that was killed, or gives back the result of one that ended: the same options on the
 * same commit are the same cycle.
 */
export async function evolve(options: EvolveOptions, hooks: EvolveHooks): Promise<FinishedCycle> {
  const { corpus, privateCorpus } = options;
  const gathered = await gatherMaterial(options.directory, "HEAD", { corpus, privateCorpus, epoch: 0 });
  const directory = join(gathered.repository.commonDirectory, "axon");
  const archive = await Archive.open(directory);
  try {
    await removeLeftovers(directory);
    const { plan, looks } = await chooseHeldOut(gathered, archive, (material) => planned(material, options));
    const { id, material } = plan;
    const finished = archive.cycle(id);
    const leftOut = describeLeftOut(material.corpus.leftOut);
    const proposing = describeProposing(plan.proposing);
    hooks.onStart({ id, material, archive: directory, leftOut, looks, proposing, finished: finished !== undefined });
    const result = finished ?? (await published(plan, options, hooks, archive));
    await commitAccepted(material, plan.ruler.ground, directory, result);
    return result;
  } finally {
    await archive.close();
  }
}

/** Runs the cycle, and lets a dashboard see how it goes. */
async function published(
  plan: Plan,
  options: EvolveOptions,
  hooks: EvolveHooks,
  archive: Archive,
): Promise<FinishedCycle> {
  const { id, trainings, material } = plan;
  const objective = objectiveOf(material.configuration);
  const publisher = new Publisher(archive.directory, { id, objective, trainings }, hooks.onTrouble ?? (() => {}));
  const run: Run = { plan, options, hooks, archive, publisher };
  let verdict: Verdict | null = null;
  try {
    await checkMerged(run);
    const result = await search(run);
    verdict = result.decision.verdict;
    return result;
  } finally {
    publisher.end(verdict);
  }
}

async function planned(material: Material, options: EvolveOptions): Promise<Plan> {
  const proposing = chooseProposing(options.proposer, options.hint, material.configuration);
  const ruler = await chooseRuler(material);
  const { limits } = material.configuration;
  const [trainings, tokens] = [options.trainings ?? limits.trainings, options.tokens ?? limits.tokens];
  const { specText, spec } = material;
  const baseline = { id: "baseline", changes: UNCHANGED, specText, spec };
  const flops = tokens * flopsPerToken(spec);
  const own = [trainings, tokens, options.seed, ...proposingId(proposing)];
  return { id: cycleId(material, ruler, own), material, ruler, trainings, tokens, flops, baseline, proposing };
}

function cycleId({ commit, spec, corpus }: Material, ruler: Ruler, own: readonly unknown[]): string {
  const judged = [ruler.heldOutSha256, ...own, ruler.evaluator, RUNTIME_VERSION];
  const parts = [CYCLE, commit, fingerprint(spec), corpus.sha256, ...judged];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 12);
}

async function search(run: Run): Promise<FinishedCycle> {
  const { plan, options, archive, publisher } = run;
  const { id, material, baseline, trainings } = plan;
  const { configuration, commit: baseCommit } = material;
  const measuring = await watchedMeasuring(run, plan);
  try {
    const { ground } = plan.ruler;
    const { seed, propose = proposerOf(plan, run.hooks, archive) } = options;
    const [objective, bounds] = [objectiveOf(configuration), boundsOf(configuration)];
    const earlier = attemptsFor(objective, await archive.cyclesBefore(id));
    const history = triedBefore(archive, id, objective);
    const before = { setting: settingOf(plan, objective), rejected: rejectedBefore(archive, id) };
    const remember = (attempt: Attempt, tried: TriedSpec | null, step: string | null) =>
      archive.append({ kind: "attempt", cycle: id, attempt, ...(step && { step }), ...specsOf(tried, objective) });
    const environment: CycleEnvironment<RepositoryVersion> = {
      ...workshop({ ground, baseline, seed, objective, earlier, history, before, propose, remember }),
      measure: measuring.measure,
      plan: sequentialPlan(),
      report: (event) => {
        publisher.event(event);
        run.hooks.onEvent(event);
      },
    };
    const outcome = await runCycle({ id, baseCommit, objective, bounds, baseline, trainings }, environment);
    const result = await conclude(outcome, plan, archive.directory);
    await archive.append({ kind: "cycle", result });
    return result;
  } finally {
    await measuring.close();
  }
}

/** All that an attempt's number hangs on beside its seed and the versions themselves. */
function settingOf({ material, ruler, flops }: Plan, { name }: Objective): string {
  return JSON.stringify([material.commit, name, splitName(material, ruler), flops, ruler.evaluator, RUNTIME_VERSION]);
}

function proposerOf(
  { proposing, id: cycle, tokens }: Plan,
  { signal, onAsk, onDelay: say }: EvolveHooks,
  archive: Archive,
): Propose {
  return openProposing(proposing, { archive, cycle, tokens, signal, onAsk, say });
}

function budgetOf({ flops, baselineSpec }: Receipt): Pick<Plan, "flops" | "tokens"> {
  return { flops, tokens: Math.round(flops / flopsPerToken(specOf(baselineSpec))) };
}

function checkMerged(run: Run): Promise<void> {
  const { plan, hooks, archive } = run;
  const { material, ruler } = plan;
  return checkClaims({
    material,
    ruler,
    archive,
    objective: objectiveOf(material.configuration),
    open: (receipt) => watchedMeasuring(run, budgetOf(receipt)),
    report: hooks.onClaim,
  });
}

async function watchedMeasuring(
  { plan, options, hooks, archive, publisher }: Run,
  { tokens, flops }: Pick<Plan, "tokens" | "flops">,
): Promise<Measuring> {
  const { material, ruler } = plan;
  const onProgress: MeasuringOptions["onProgress"] = (training, progress, spec, seed) => {
    publisher.progress(progress, spec, seed);
    hooks.onProgress(training, progress);
  };
  const { prepareNetwork: network } = options;
  const { signal } = hooks;
  return publisher.watched(
    await openMeasuring({ material, ruler, archive, tokens, flops, network, signal, onProgress }),
  );
}

async function conclude(
  { result, accepted }: CycleOutcome<RepositoryVersion>,
  { material, ruler, flops }: Plan,
  directory: string,
): Promise<FinishedCycle> {
  if (!accepted) return { ...result, branch: null, receipt: null };
  const receipt = await writeReceipt({ result, accepted, material, ruler, directory, flops, threads: THREADS });
  return { ...result, branch: `axon/${result.id}`, receipt };
}
