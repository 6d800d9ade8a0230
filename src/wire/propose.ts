// `axon propose`: what a language model would be shown of a repository, what it answers, and whether that applies. And `axon llm-check`: on whose books it asks.

import { join } from "node:path";
import { objectiveOf } from "../config/configuration.js";
import { readLlmSettings } from "../config/llm-settings.js";
import { InputError } from "../errors.js";
import { contextAt } from "../evolution/workshop.js";
import type { Ledger } from "../llm/budget.js";
import { checkModels, type CheckHooks, type EndpointCheck } from "../models/check-models.js";
import { attemptsFor } from "../models/history.js";
import { briefLedger, memoryLedger } from "../models/ledgers.js";
import { proposeOnce, type ProposeHooks, type ProposeReport } from "../models/propose-once.js";
import { settingsFor } from "../models/proposing.js";
import { UNCHANGED } from "../patch/index.js";
import type { ProposalContext } from "../proposal/proposer.js";
import { openRepository } from "../repository/repository.js";
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
  return proposeOnce({ context, settings, ledger: briefLedger(archive), tokens, hint, dryRun }, hooks);
}

/** Asks on the books of the repository at `directory`; where there is none, on books of this run alone. */
export async function checkLanguageModels(directory: string, hooks: CheckHooks): Promise<EndpointCheck> {
  return checkModels(await ledgerAt(directory), hooks);
}

async function ledgerAt(directory: string): Promise<Ledger> {
  try {
    const { commonDirectory } = await openRepository(directory);
    return briefLedger(join(commonDirectory, "axon"));
  } catch (cause) {
    if (cause instanceof InputError) return memoryLedger(); // no repository
    throw cause;
  }
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
