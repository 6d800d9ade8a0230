// One proposal by one model, for whoever wants to see what is sent and what comes back. It writes down what it cost, and nothing else.

import type { ModelCost, Proposal } from "../candidate.js";
import type { Ledger } from "../llm/budget.js";
import type { ChatMessage } from "../llm/chat.js";
import { dollarsOf } from "../llm/cost.js";
import { openChat } from "../llm/open-chat.js";
import type { LlmSettings } from "../llm/settings.js";
import { MOST_OUTPUT } from "../proposal/conversation.js";
import { promptFor, proposeByModel, type Round } from "../proposal/llm.js";
import type { ProposalContext } from "../proposal/proposer.js";

export interface ProposeReport {
  /** False where no answer came at all. */
  readonly ok: boolean;
  readonly model: string;
  readonly host: string;
  readonly prompt: {
    readonly version: string;
    readonly messages: readonly ChatMessage[];
    readonly inputTokens: number;
    readonly leftOut: readonly string[];
  };
  /** Dollars of one request, null where the price is not known. `most` is with an answer as long as it may be. */
  readonly estimate: { readonly usual: number | null; readonly most: number | null };
  /** Empty where nothing was sent. */
  readonly rounds: readonly Round[];
  /** Null where nothing was sent, and where no diff applied. */
  readonly proposal: Proposal | null;
  /** Why there is none. */
  readonly reason: string | null;
  readonly cost: ModelCost | null;
}

export interface OneProposal {
  readonly context: ProposalContext;
  readonly settings: LlmSettings;
  readonly ledger: Ledger;
  /** Bytes that one training sees. */
  readonly tokens: number;
  readonly hint: string | null;
  /** Show what would be sent, and send nothing. */
  readonly dryRun: boolean;
}

export interface ProposeHooks {
  readonly signal: AbortSignal;
  /** What an answer waits for, in words. */
  readonly say: (line: string) => void;
}

/** Tokens of an answer that changes a few lines and says why. */
const USUAL_OUTPUT = 800;

/** Asks the first of the settings' models. */
export async function proposeOnce(one: OneProposal, { signal, say }: ProposeHooks): Promise<ProposeReport> {
  const { context, settings, ledger, tokens, hint, dryRun } = one;
  const [{ name: model, price }] = settings.models;
  const { version, messages, inputTokens, leftOut } = await promptFor(context, { tokens, hint });
  const dollars = (outputTokens: number) => dollarsOf({ inputTokens, outputTokens }, price);
  const shown = {
    model,
    host: new URL(settings.baseUrl).host,
    prompt: { version, messages, inputTokens, leftOut },
    estimate: { usual: dollars(USUAL_OUTPUT), most: dollars(MOST_OUTPUT) },
  };
  if (dryRun) return { ok: true, ...shown, rounds: [], proposal: null, reason: null, cost: null };
  const rounds: Round[] = [];
  const onRound = (round: Round) => void rounds.push(round);
  const chat = openChat(settings, ledger, { say });
  const proposed = await proposeByModel(context, {
    tokens,
    hint,
    model,
    ask: (request) => chat(request, signal),
    onRound,
  });
  const { cost } = proposed;
  const ok = rounds.some(({ answer }) => answer !== null);
  if (!proposed.ok) return { ok, ...shown, rounds, proposal: null, reason: proposed.failed.reason, cost };
  return { ok, ...shown, rounds, proposal: proposed.proposal, reason: null, cost };
}
