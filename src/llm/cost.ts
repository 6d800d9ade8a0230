// What a request costs: tokens reckoned on the high side where nobody counts them, and dollars from a price.

import type { ChatRequest, Usage } from "./chat.js";
import type { ModelPrice } from "./settings.js";

/**
 * Every file of code and prose in this repository has more for a token (o200k_base: 2.5 at least, 3.8 in the median), so most texts are reckoned
 * at twice their tokens. Columns of numbers and base64 go down to 1.3.
 */
const BYTES_PER_TOKEN = 2;
/** Role and separators of one message. */
const TOKENS_PER_MESSAGE = 16;

export const NOTHING: Usage = { inputTokens: 0, outputTokens: 0 };

/** More tokens than code or prose of that length has. */
export function tokensOf(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

/** The most that one try may use: the input reckoned from its bytes, and all the output that was asked for. */
export function mostUsage({ messages, schema, maxOutputTokens }: ChatRequest): Usage {
  const texts = messages.map(({ content }) => tokensOf(content) + TOKENS_PER_MESSAGE);
  const inputTokens = texts.reduce(
    (sum, tokens) => sum + tokens,
    schema === null ? 0 : tokensOf(JSON.stringify(schema)),
  );
  return { inputTokens, outputTokens: maxOutputTokens, estimated: true };
}

/** Dollars; null where the price is not known. Discounts for cached input are left out, so it is an upper bound. */
export function dollarsOf({ inputTokens, outputTokens }: Usage, price: ModelPrice | null): number | null {
  return price === null ? null : (inputTokens * price.input + outputTokens * price.output) / 1e6;
}

export function sumOf(a: Usage, b: Usage): Usage {
  const estimated = (a.estimated ?? false) || (b.estimated ?? false);
  const inputTokens = a.inputTokens + b.inputTokens;
  return { inputTokens, outputTokens: a.outputTokens + b.outputTokens, ...(estimated ? { estimated } : {}) };
}
