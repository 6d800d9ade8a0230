// A conversation with the local endpoint: settings, a clock that only moves when somebody waits, and a ledger in memory.

import { afterEach } from "@jest/globals";
import type { Expense, Ledger } from "../../src/llm/budget.js";
import type { Chat, ChatRequest } from "../../src/llm/chat.js";
import { openChat } from "../../src/llm/open-chat.js";
import type { LlmSettings } from "../../src/llm/settings.js";
import { startLlmServer, type Behaviour, type LlmRequest, type LlmServer } from "../support/llm-server.js";

export const KEY = "sk-planted-0123456789abcdefghijklmnop";
export const NOON = Date.parse("2026-11-24T12:00:00Z");

export const REQUEST: ChatRequest = {
  model: "small",
  messages: [
    { role: "system", content: "You answer." },
    { role: "user", content: "What is it?" },
  ],
  schema: null,
  maxOutputTokens: 500,
  temperature: 0.7,
};

export const SCHEMA = {
  name: "proposal",
  schema: {
    type: "object",
    properties: { hypothesis: { type: "string" } },
    required: ["hypothesis"],
    additionalProperties: false,
  },
};

export interface Talk {
  readonly chat: Chat;
  /** Asks with `REQUEST`, changed as given. */
  readonly ask: (change?: Partial<ChatRequest>) => ReturnType<Chat>;
  readonly server: LlmServer;
  readonly settings: LlmSettings;
  /** Milliseconds of each wait. */
  readonly waits: readonly number[];
  readonly lines: readonly string[];
  readonly expenses: readonly Expense[];
  readonly now: () => number;
}

/** Opens a server and a conversation with it; both end with the test. */
export function talks(): (
  script: (request: LlmRequest) => Behaviour,
  change?: Partial<LlmSettings>,
  ledger?: Partial<Ledger>,
) => Promise<Talk> {
  const servers: LlmServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  return async (script, change = {}, ledger = {}) => {
    const server = await startLlmServer(script);
    servers.push(server);
    const settings = { ...settingsFor(server.url), ...change };
    return { ...talkOf(settings, ledger), server, settings };
  };
}

export function settingsFor(baseUrl: string): LlmSettings {
  return {
    baseUrl,
    apiKey: KEY,
    allowedHosts: ["127.0.0.1"],
    models: [
      { name: "small", price: { input: 1, output: 10 } },
      { name: "unpriced", price: null },
    ],
    daily: { dollars: 1, tokens: 1_000_000 },
  };
}

export function talkOf(settings: LlmSettings, ledger: Partial<Ledger> = {}): Omit<Talk, "server" | "settings"> {
  const waits: number[] = [];
  const lines: string[] = [];
  const memory = memoryLedger();
  let time = NOON;
  const chat = openChat(
    settings,
    { ...memory.ledger, ...ledger },
    {
      now: () => time,
      sleep: (ms) => {
        waits.push(ms);
        time += ms;
        return Promise.resolve();
      },
      random: () => 0.5,
      say: (line) => lines.push(line),
    },
  );
  const ask: Talk["ask"] = (change = {}) => chat({ ...REQUEST, ...change }, new AbortController().signal);
  return {
    chat,
    ask,
    waits,
    lines,
    expenses: memory.expenses,
    now: () => time,
  };
}

/** `expenses` are those that are settled and cost something. */
function memoryLedger(): { readonly ledger: Ledger; readonly expenses: readonly Expense[] } {
  const all = new Map<string, Expense>();
  const expenses: Expense[] = [];
  const ledger: Ledger = {
    spent: (day) => {
      const today = [...all.values()].filter((expense) => expense.day === day);
      const tokens = today.reduce((sum, { usage }) => sum + usage.inputTokens + usage.outputTokens, 0);
      return Promise.resolve({ tokens, dollars: today.reduce((sum, { dollars }) => sum + (dollars ?? 0), 0) });
    },
    record: (expense) => {
      all.set(expense.id, expense);
      if (expense.outcome !== "reserved" && expense.usage.inputTokens > 0) expenses.push(expense);
      return Promise.resolve();
    },
  };
  return { ledger, expenses };
}
