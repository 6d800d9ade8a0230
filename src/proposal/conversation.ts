// What is asked of one model about one proposal, and what it costs. It knows no patch.

import type { ModelCost } from "../candidate.js";
import type { ChatAnswer, ChatFailure, ChatMessage, ChatRequest } from "../llm/chat.js";

/** Sends a request and waits for its answer. */
export type Ask = (request: ChatRequest) => Promise<ChatAnswer | ChatFailure>;

/** Room for the diff of a large change, and for a model that thinks first; a longer answer is cut off, and is none. */
export const MOST_OUTPUT = 16_384;

/** Different proposals for the same question are welcome. */
const TEMPERATURE = 0.8;

export class Conversation {
  readonly #asked: string;
  readonly #ask: Ask;
  #model: string;
  #cost: ModelCost = { requests: 0, inputTokens: 0, outputTokens: 0, dollars: 0, seconds: 0 };

  /** @param asked the model's name */
  constructor(asked: string, ask: Ask) {
    this.#asked = asked;
    this.#ask = ask;
    this.#model = asked;
  }

  /** As the endpoint names it. */
  get model(): string {
    return this.#model;
  }

  get cost(): ModelCost {
    return this.#cost;
  }

  async ask(messages: readonly ChatMessage[], schema: ChatRequest["schema"]): Promise<ChatAnswer | ChatFailure> {
    const [model, maxOutputTokens, temperature] = [this.#asked, MOST_OUTPUT, TEMPERATURE];
    const reply = await this.#ask({ model, messages, schema, maxOutputTokens, temperature });
    this.#cost = withReply(this.#cost, reply);
    if (reply.ok) this.#model = reply.model;
    return reply;
  }
}

function withReply(cost: ModelCost, reply: ChatAnswer | ChatFailure): ModelCost {
  const { usage, dollars } = reply;
  return {
    requests: cost.requests + 1,
    inputTokens: cost.inputTokens + usage.inputTokens,
    outputTokens: cost.outputTokens + usage.outputTokens,
    dollars: cost.dollars === null || dollars === null ? null : cost.dollars + dollars,
    seconds: cost.seconds + (reply.ok ? reply.seconds : 0),
  };
}
