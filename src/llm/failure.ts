// What went wrong with one try, in a word for machines and a sentence for people. Neither holds the key.

import { APIConnectionError, APIError } from "openai";
import type { ChatFailureCode } from "./chat.js";
import type { Stop } from "./watch.js";

export interface Flaw {
  readonly code: ChatFailureCode;
  readonly reason: string;
  /** The same request may succeed later. */
  readonly passing: boolean;
  /** Null where there was no answer by HTTP, or where it began well. */
  readonly refusal: { readonly status: number; readonly message: string; readonly headers: Headers } | null;
  /** Whether the endpoint may have worked, and will want to be paid. */
  readonly worked: boolean;
}

interface Asked {
  readonly host: string;
  readonly model: string;
  /** What the endpoint's words are cleaned with. */
  readonly tidy: (text: string) => string;
}

/** A connection that failed like this has carried no request. */
const NEVER_SENT =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CONNECT_TIMEOUT|CERT|UNABLE_TO_|ERR_TLS|ERR_SSL|bad port/;
/** Ports of mail, shells and the like, which fetch never talks to. */
const HOPELESS = /bad port/;

/** @param begun whether a piece of an answer had come */
export function flawOfError(error: unknown, begun: boolean, asked: Asked): Flaw {
  if (error instanceof APIError && error.status !== undefined && error.headers !== undefined)
    return flawOfStatus(error.status, error, error.headers, asked);
  if (error instanceof SyntaxError) return malformed(`${asked.host} sends what is no JSON`);
  const words = asked.tidy(causesOf(error));
  if (begun) {
    const reason = `the answer from ${asked.host} broke off before its end (${words}); try again`;
    return { code: "interrupted", reason, passing: false, refusal: null, worked: true };
  }
  const reason = `${asked.host} cannot be reached, or failed before it answered (${words}); check OPENAI_BASE_URL and the network`;
  const worked = !(error instanceof APIConnectionError && NEVER_SENT.test(words));
  return { code: "unavailable", reason, passing: !HOPELESS.test(words), refusal: null, worked };
}

/** The messages of an error and of what caused it; fetch hides the telling one three levels down. */
function causesOf(error: unknown): string {
  const messages: string[] = [];
  let at = error;
  for (let depth = 0; depth < 5 && typeof at === "object" && at !== null; depth += 1) {
    if ("code" in at && typeof at.code === "string") messages.push(at.code);
    if ("message" in at && typeof at.message === "string" && at.message !== "") messages.push(at.message);
    at = "cause" in at ? at.cause : null;
  }
  return messages.join(": ") || String(error);
}

function flawOfStatus(status: number, error: APIError, headers: Headers, { host, model, tidy }: Asked): Flaw {
  const message = tidy(`${error.message}${error.code ? ` [${error.code}]` : ""}`);
  const refusal = { status, message, headers };
  const flaw = (code: ChatFailureCode, reason: string, passing = false): Flaw => ({
    code,
    reason,
    passing,
    refusal,
    worked: false,
  });
  if (status >= 300 && status < 400) {
    const elsewhere = tidy(hostOf(headers.get("location") ?? ""));
    return flaw(
      "host",
      `${host} redirects to ${elsewhere}, where the key is not sent; set OPENAI_BASE_URL to the right address`,
    );
  }
  if (status === 401 || status === 403)
    return flaw(
      "unauthorized",
      `${host} refuses the key (${message}); set OPENAI_API_KEY to one that may use ${model}`,
    );
  if (status === 402 || error.code === "insufficient_quota")
    return flaw("quota", `the account at ${host} has no credit left (${message}); add some, or use another key`);
  if (status === 404)
    return flaw(
      "not-found",
      `${host} does not know ${model} (${message}); check AXON_MODEL and the path of OPENAI_BASE_URL`,
    );
  if (status === 429)
    return flaw("rate-limited", `${host} asks for fewer requests (${message}); try again later`, true);
  if (status === 408 || status === 409 || status >= 500)
    return flaw("unavailable", `${host} fails at the moment (${message}); try again later`, true);
  return flaw("rejected", `${host} rejects the request for ${model} (${message})`);
}

function hostOf(location: string): string {
  return URL.canParse(location) ? new URL(location).host : "another path";
}

const STOPPED: Readonly<Record<Exclude<Stop, "caller">, Pick<Flaw, "code" | "reason">>> = {
  idle: {
    code: "timeout",
    reason: "the endpoint fell silent for longer than is waited for; try again, or use a faster one",
  },
  total: {
    code: "timeout",
    reason: "the answer took longer than is waited for; ask for less, or use a faster endpoint",
  },
  size: { code: "too-large", reason: "the endpoint sends more than an answer may have; it is broken or hostile" },
};

export function flawOfStop(stop: Exclude<Stop, "caller">): Flaw {
  return { ...STOPPED[stop], passing: false, refusal: null, worked: true };
}

export function malformed(what: string): Flaw {
  const reason = `${what}; check that OPENAI_BASE_URL is the address of an OpenAI-compatible endpoint`;
  return { code: "malformed", reason, passing: false, refusal: null, worked: true };
}

/** A page or a file: whatever lies at that address is no endpoint, and no model has worked. */
export function noEndpoint(host: string, type: string): Flaw {
  return { ...malformed(`${host} answers with ${type}, which is no answer of a model`), worked: false };
}

/** Cleans foreign words: without the key, on one line, without hidden characters, at most 300 letters. */
export function tidyWith(apiKey: string): (text: string) => string {
  return (text) => {
    const plain = text
      .replaceAll(apiKey, "[key]")
      .replaceAll(/[\p{C}\p{Z}]+/gu, " ")
      .trim();
    return plain.length > 300 ? `${plain.slice(0, 300)}…` : plain;
  };
}
