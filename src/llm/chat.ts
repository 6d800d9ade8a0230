// What a conversation with a language model is made of, types only.

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface ChatRequest {
  /** One of the settings' models. */
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** What the answer must look like: JSON Schema (draft 2020-12, every property required, none additional). Null: plain text. */
  readonly schema: { readonly name: string; readonly schema: Readonly<Record<string, unknown>> } | null;
  readonly maxOutputTokens: number;
  readonly temperature: number;
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** True where the endpoint gave no numbers, wholly or in part, and they were reckoned on the high side. */
  readonly estimated?: boolean;
}

/** A whole answer; one that was cut off, filtered or empty is a failure. */
export interface ChatAnswer {
  readonly ok: true;
  readonly text: string;
  /** As the endpoint names it. */
  readonly model: string;
  /** Failed tries on the way to this answer included. */
  readonly usage: Usage;
  /** Null where the model's price is not known. */
  readonly dollars: number | null;
  /** From the call to the answer, waits and failed tries included. */
  readonly seconds: number;
}

/**
 * - of the answer: `cut-off` by the token limit, `filtered` by the endpoint, `refused` by the model, `empty`, `interrupted` before its end,
 *   `too-large`, `malformed` (not what Chat Completions send), `timeout`
 * - of the endpoint: `unauthorized`, `not-found` (model or address), `rejected` (the request), `rate-limited`, `quota` (the account's credit is spent),
 *   `unavailable`, `host` (it sends elsewhere)
 * - `budget`: AXON's own daily limit
 */
export type ChatFailureCode =
  | "cut-off"
  | "filtered"
  | "refused"
  | "empty"
  | "interrupted"
  | "too-large"
  | "malformed"
  | "timeout"
  | "unauthorized"
  | "not-found"
  | "rejected"
  | "rate-limited"
  | "quota"
  | "unavailable"
  | "host"
  | "budget";

export interface ChatFailure {
  readonly ok: false;
  readonly code: ChatFailureCode;
  /** Says what happened and how to mend it; holds no secret. */
  readonly reason: string;
  /** What it cost all the same. */
  readonly usage: Usage;
  readonly dollars: number | null;
}

/**
 * Sends one request, retries included. Throws the signal's reason after an abort, `InputError` for a model that is not among the settings', and
 * what the ledger throws: without it nobody knows what may be spent.
 */
export type Chat = (request: ChatRequest, signal: AbortSignal) => Promise<ChatAnswer | ChatFailure>;
