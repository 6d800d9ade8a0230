// Who proposes in a cycle: the search alone, or language models with what they may cost. Nothing is sent anywhere from here for the search.

import { readLlmSettings } from "../config/llm-settings.js";
import { CONFIGURATION_PATH, type Configuration } from "../config/configuration.js";
import { InputError } from "../errors.js";
import { openChat } from "../llm/open-chat.js";
import type { LlmSettings } from "../llm/settings.js";
import { promptVersion } from "../prompt/texts.js";
import { mixedProposer } from "../proposal/mixed.js";
import type { Propose } from "../proposal/proposer.js";
import { proposeBySearch } from "../proposal/search.js";
import type { Archive } from "../store/archive.js";
import { archiveLedger } from "./ledgers.js";
import { PaidAnswers } from "./paid-answers.js";

export type ProposerKind = Configuration["proposer"];

export interface Proposing {
  readonly kind: ProposerKind;
  readonly hint: string | null;
  /** Null for the search alone. */
  readonly settings: LlmSettings | null;
}

/**
 * @param kind null: as the repository's configuration says
 * @throws InputError for models without a key, or with settings that cannot be read; `hint-unused` for a wish that nobody would hear
 */
export function chooseProposing(
  kind: ProposerKind | null,
  hint: string | null,
  configuration: Configuration,
): Proposing {
  const chosen = kind ?? configuration.proposer;
  if (chosen === "search" && hint !== null) {
    const message = "--hint is for language models, and the search proposes here";
    throw new InputError("hint-unused", `${message}: add --proposer llm or --proposer mixed, or leave it out`);
  }
  return { kind: chosen, hint, settings: chosen === "search" ? null : settingsFor(configuration) };
}

/** What the operator allows, and no more of it than the repository does. */
export function settingsFor({ limits }: Configuration): LlmSettings {
  const settings = readLlmSettings();
  const { dollars, tokens, setBy = {} } = settings.daily;
  const [ownDollars, ownTokens] = [limits.dollars ?? Infinity, limits.modelTokens ?? Infinity];
  const places = {
    ...setBy,
    ...(ownDollars < dollars ? { dollars: `limits.dollars in ${CONFIGURATION_PATH}` } : {}),
    ...(ownTokens < tokens ? { tokens: `limits.modelTokens in ${CONFIGURATION_PATH}` } : {}),
  };
  const daily = { dollars: Math.min(dollars, ownDollars), tokens: Math.min(tokens, ownTokens), setBy: places };
  return { ...settings, daily };
}

/** What of it makes another cycle: nothing for the search, so that its cycles are what they were. */
export function proposingId({ kind, hint, settings }: Proposing): readonly unknown[] {
  if (settings === null) return [];
  const host = new URL(settings.baseUrl).host;
  return [[kind, settings.models.map(({ name }) => name), host, hint, promptVersion()]];
}

/** In words, for whoever starts a cycle. */
export function describeProposing({ kind, settings }: Proposing): string {
  if (settings === null) return "the offline search; nothing is sent anywhere";
  const { models, baseUrl, daily } = settings;
  const names = models
    .map(({ name, price }) => (price === null ? `${name} (price unknown: only tokens limit it)` : name))
    .join(", ");
  const limit = `at most $${daily.dollars} and ${daily.tokens.toLocaleString("en")} tokens a day`;
  const others = kind === "mixed" ? " and the search" : "";
  return `${names} at ${new URL(baseUrl).host}${others}, ${limit}; files that may change are sent there`;
}

interface Surroundings {
  readonly archive: Archive;
  readonly cycle: string;
  readonly tokens: number;
  readonly signal: AbortSignal;
  /** Told before a model is asked about a proposal. */
  readonly onAsk: (model: string, number: number) => void;
  /** What takes an answer longer, in words. */
  readonly say: (line: string) => void;
}

export function openProposing({ kind, hint, settings }: Proposing, surroundings: Surroundings): Propose {
  if (settings === null) return proposeBySearch;
  const { archive, cycle, tokens, say } = surroundings;
  const chat = openChat(settings, archiveLedger(archive), { say });
  const answers = new PaidAnswers(chat, archive, cycle, surroundings);
  const askingOf = (model: string, number: number) => ({ model, ask: answers.about(number), tokens, hint });
  return mixedProposer({ models: settings.models.map(({ name }) => name), search: kind === "mixed", askingOf });
}
