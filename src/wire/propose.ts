// `axon propose`: what a language model would be shown of a repository, what it answers, and whether that applies.

import { join } from "node:path";
import { objectiveOf } from "../config/configuration.js";
import { readLlmSettings } from "../config/llm-settings.js";
import { contextAt } from "../evolution/workshop.js";
import { attemptsFor } from "../models/history.js";
import { readOnlyLedger } from "../models/ledgers.js";
import { proposeOnce, type ProposeHooks, type ProposeReport } from "../models/propose-once.js";
import { settingsFor } from "../models/proposing.js";
import { UNCHANGED } from "../patch/index.js";
import type { ProposalContext } from "../proposal/proposer.js";
import { finishedCycles } from "../store/cycles.js";
import { gatherMaterial, type Material } from "../measuring/material.js";
import { chooseRuler } from "../measuring/ruler.js";

interface ProposeOptions {
  readonly directory: string;
  readonly hint: string | null;
  /** Show what would be sent, and send nothing: no key is needed. */
  readonly dryRun: boolean;
}

/** @throws InputError for what is no repository, or without a key where one is needed */
export async function propose(options: ProposeOptions, hooks: ProposeHooks): Promise<ProposeReport> {
  const { directory, hint, dryRun } = options;
  const material = await gatherMaterial(directory, "HEAD", { corpus: null, privateCorpus: null, epoch: 0 });
  const { configuration, repository } = material;
  const settings = dryRun ? readLlmSettings(undefined, { keyless: true }) : settingsFor(configuration);
  const archive = join(repository.commonDirectory, "axon");
  const context = await contextOf(material, archive);
  const { tokens } = configuration.limits;
  return proposeOnce({ context, settings, ledger: readOnlyLedger(archive), tokens, hint, dryRun }, hooks);
}

async function contextOf(material: Material, archive: string): Promise<ProposalContext> {
  const { configuration, specText, spec } = material;
  const { ground } = await chooseRuler(material);
  const objective = objectiveOf(configuration);
  const cycles = await finishedCycles(archive);
  const last = cycles.findLast(({ baseCommit }) => baseCommit === material.commit);
  const baseline = { id: "baseline", changes: UNCHANGED, specText, spec };
  return {
    ...contextAt(baseline, objective, ground),
    attempts: attemptsFor(objective, cycles),
    noise: last?.noise ?? null,
    score: last?.baseline.score ?? null,
    trainingsLeft: configuration.limits.trainings,
  };
}
