// One try: one HTTP request by the openai client and what came of it. Trying again is the conversation's matter.

import { APIError, OpenAI } from "openai";
import type { ChatRequest, Usage } from "./chat.js";
import { mostUsage, NOTHING, tokensOf } from "./cost.js";
import { bodyOf, type Dialect } from "./dialect.js";
import { noEndpoint, flawOfError, flawOfStop, malformed, tidyWith, type Flaw } from "./failure.js";
import { guardedFetch } from "./guarded-fetch.js";
import { startReading, type Reading } from "./reading.js";
import type { Limits } from "./settings.js";
import { startWatch, type Watch } from "./watch.js";

export interface Endpoint {
  readonly url: URL;
  readonly apiKey: string;
  readonly limits: Limits;
}

export type Outcome = (
  | { readonly kind: "answer"; readonly text: string; readonly model: string }
  | { readonly kind: "flaw"; readonly flaw: Flaw }
  | { readonly kind: "aborted" }
) & {
  readonly usage: Usage;
  /** Of a response that began well, for its rate limits. */
  readonly headers: Headers | null;
};

/** Some servers say nothing of what they stream. */
const ANSWERS = /^$|text\/event-stream|application\/json/i;

/** Never throws. */
export async function attempt(
  endpoint: Endpoint,
  request: ChatRequest,
  dialect: Dialect,
  signal: AbortSignal,
): Promise<Outcome> {
  const { url, apiKey, limits } = endpoint;
  const tidy = tidyWith(apiKey);
  const watch = startWatch(limits, signal);
  const reading = startReading(limits.answerBytes);
  let headers: Headers | null = null;
  let flaw: Flaw | null = null;
  try {
    const { data, response } = await clientOf(endpoint, watch)
      .chat.completions.create(bodyOf(request, dialect), { signal: watch.signal })
      .withResponse();
    headers = response.headers;
    const type = headers.get("content-type") ?? "";
    if (!ANSWERS.test(type)) {
      await response.body?.cancel();
      flaw = noEndpoint(url.host, tidy(type));
    } else {
      const pieces = type.includes("application/json") ? wholeOf(response) : data;
      flaw = (await readAll(pieces, reading, watch)) ?? flawOfReading(reading, tidy);
    }
  } catch (error) {
    flaw = flawOfError(error, reading.text() !== "", { host: url.host, model: request.model, tidy });
  } finally {
    watch.end();
  }
  const usage = usageOf(request, reading);
  const stop = watch.cause();
  if (stop === "caller") return { kind: "aborted", usage, headers };
  if (reading.ended() && stop !== "size")
    flaw = flawOfReading(reading, tidy); // whatever came after the end
  else if (stop !== null) flaw = flawOfStop(stop);
  if (flaw !== null) return { kind: "flaw", flaw, usage: flaw.worked ? usage : NOTHING, headers };
  return { kind: "answer", text: reading.text(), model: reading.model() ?? request.model, usage, headers };
}

/** One request a call: it neither tries again nor logs, and takes no account from the environment. */
function clientOf({ url, apiKey, limits }: Endpoint, watch: Watch): OpenAI {
  return new OpenAI({
    apiKey,
    adminAPIKey: null,
    baseURL: url.href.replace(/\/+$/, ""),
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: limits.totalMs + 1000, // the watch is first, and knows why
    logLevel: "off",
    fetch: guardedFetch(url.origin, watch, limits.answerBytes),
  });
}

/** A server that does not stream sends its answer as one piece. */
async function* wholeOf(response: Response): AsyncIterable<unknown> {
  const body: unknown = JSON.parse(await response.text());
  if (typeof body === "object" && body !== null && "error" in body && typeof body.error === "object")
    throw new APIError(undefined, body.error ?? undefined, undefined, response.headers);
  yield body;
}

async function readAll(pieces: AsyncIterable<unknown>, reading: Reading, watch: Watch): Promise<Flaw | null> {
  for await (const piece of pieces) {
    const taken = reading.take(piece);
    if (taken === "malformed") return malformed("a piece of the answer has another form than Chat Completions");
    if (taken === "too-large") watch.stop("size");
  }
  return null;
}

function flawOfReading(reading: Reading, tidy: (text: string) => string): Flaw | null {
  const flaw = reading.flaw();
  return flaw && { code: flaw.code, reason: tidy(flaw.reason), passing: false, refusal: null, worked: true };
}

/**
 * As the endpoint counted. If it did not: from the bytes that were read where the answer has ended, else as if all that was allowed had been
 * written, since nobody knows how much was.
 */
function usageOf(request: ChatRequest, reading: Reading): Usage {
  const counted = reading.usage();
  if (counted !== null) return counted;
  const most = mostUsage(request);
  return reading.ended() ? { ...most, outputTokens: tokensOf(reading.text()) } : most;
}
