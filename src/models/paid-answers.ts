// Answers of language models that are paid for once: each is in the archive before anybody uses it, and asked for from there ever after.

import { createHash } from "node:crypto";
import type { StoredAnswer } from "../candidate.js";
import { InputError } from "../errors.js";
import type { Chat, ChatAnswer, ChatFailure, ChatFailureCode, ChatRequest } from "../llm/chat.js";
import type { Archive } from "../store/archive.js";

/** After so many requests in a row that the endpoint did not serve, a cycle asks no more. */
const MOST_UNSERVED = 3;

/** Failures of the endpoint, its address, the key or the budget, not of an answer. */
export const UNSERVED: ReadonlySet<ChatFailureCode> = new Set([
  "unauthorized",
  "not-found",
  "rejected",
  "rate-limited",
  "quota",
  "unavailable",
  "host",
  "budget",
  "timeout",
  "interrupted",
  "malformed",
]);

/** Of a first request: whoever runs the command has to mend these, and nothing has been done yet. */
const TO_MEND: ReadonlySet<ChatFailureCode> = new Set(["unauthorized", "not-found"]);

interface Ears {
  readonly signal: AbortSignal;
  /** Told before a request is sent. */
  readonly onAsk: (model: string, number: number) => void;
}

export class PaidAnswers {
  readonly #chat: Chat;
  readonly #archive: Archive;
  readonly #cycle: string;
  readonly #ears: Ears;
  #unserved = 0;
  #served = false;

  constructor(chat: Chat, archive: Archive, cycle: string, ears: Ears) {
    this.#chat = chat;
    this.#archive = archive;
    this.#cycle = cycle;
    this.#ears = ears;
  }

  /**
   * A chat about one proposal of the cycle. Failures are remembered too, so that a cycle that is resumed takes the way that it took.
   * @throws InputError `model-unauthorized` or `model-not-found` while no answer has come at all
   */
  about(number: number): (request: ChatRequest) => Promise<ChatAnswer | ChatFailure> {
    let round = 0;
    return async (request) => {
      round += 1;
      const key = keyOf([this.#cycle, number, round], request);
      const known = await this.#archive.answer(key);
      if (known) return this.#counted(replyOf(known, request));
      if (this.#unserved >= MOST_UNSERVED) return givenUp(this.#unserved);
      this.#ears.onAsk(request.model, number);
      const reply = storable(await this.#chat(request, this.#ears.signal));
      if (!reply.ok && TO_MEND.has(reply.code) && !this.#served) {
        throw new InputError(`model-${reply.code}`, reply.reason);
      }
      await this.#archive.append({ kind: "answer", answer: stored(key, this.#cycle, request, reply) });
      return this.#counted(reply);
    };
  }

  #counted(reply: ChatAnswer | ChatFailure): ChatAnswer | ChatFailure {
    this.#unserved = !reply.ok && UNSERVED.has(reply.code) ? this.#unserved + 1 : 0;
    this.#served ||= reply.ok;
    return reply;
  }
}

/** @param place cycle, number and round: whoever asks the same elsewhere, or once more, wants another answer */
function keyOf(place: readonly (string | number)[], request: ChatRequest): string {
  const { model, messages, schema, maxOutputTokens, temperature } = request;
  const parts = [...place, model, messages, schema, maxOutputTokens, temperature];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function stored(key: string, cycle: string, request: ChatRequest, reply: ChatAnswer | ChatFailure): StoredAnswer {
  const { usage, dollars } = reply;
  const { inputTokens, outputTokens } = usage;
  const common = { key, cycle, inputTokens, outputTokens, dollars };
  if (reply.ok) return { ...common, model: reply.model, text: reply.text, failure: null, seconds: reply.seconds };
  const { code, reason } = reply;
  return { ...common, model: request.model, text: null, failure: { code, reason }, seconds: 0 };
}

function clean(text: string): string {
  return text.replace(/[\0\p{Cs}]/gu, "\ufffd");
}

/** Databases keep neither NUL nor half a character; no answer needs them. */
function storable(reply: ChatAnswer | ChatFailure): ChatAnswer | ChatFailure {
  if (!reply.ok) return { ...reply, reason: clean(reply.reason) };
  return { ...reply, text: clean(reply.text), model: clean(reply.model) };
}

function replyOf(answer: StoredAnswer, { model }: ChatRequest): ChatAnswer | ChatFailure {
  const { text, failure, inputTokens, outputTokens, dollars, seconds } = answer;
  const usage = { inputTokens, outputTokens };
  if (text !== null) return { ok: true, text, model: answer.model, usage, dollars, seconds };
  const { code, reason } = failure ?? { code: "unavailable", reason: `${model} gave no answer` };
  return { ok: false, code: code as ChatFailureCode, reason, usage, dollars };
}

function givenUp(times: number): ChatFailure {
  const reason = `not asked: the last ${times} requests were not served, so this cycle goes on without; another --seed asks again`;
  return { ok: false, code: "unavailable", reason, usage: { inputTokens: 0, outputTokens: 0 }, dollars: 0 };
}
