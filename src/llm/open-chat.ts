// A conversation with an endpoint: budget, turn, try, and try again where that helps. What is said is no matter here.

import { setTimeout as pause } from "node:timers/promises";
import { InputError } from "../errors.js";
import { attempt, type Endpoint, type Outcome } from "./attempt.js";
import { openBudget, type Budget, type Expense, type Ledger } from "./budget.js";
import type { Chat, ChatAnswer, ChatFailure, ChatRequest } from "./chat.js";
import { dollarsOf, mostUsage, NOTHING, sumOf } from "./cost.js";
import { firstDialect, simpler, type Dialect } from "./dialect.js";
import { checkHost, checkKey, parseEndpoint } from "./endpoint.js";
import type { Flaw } from "./failure.js";
import { openGate, type Gate } from "./gate.js";
import { DEFAULT_LIMITS, type LlmSettings, type ModelSettings } from "./settings.js";
import { allowanceReset, backOff, retryAfter } from "./waiting.js";

export interface Surroundings {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Rejects after an abort. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Hears why it takes longer: waits, and what an endpoint does not understand. */
  readonly say: (line: string) => void;
  /** Hears in which form answers are asked for from now on, where it is not the first one. */
  readonly onSimpler: (format: Dialect["format"]) => void;
}

const REAL: Surroundings = {
  now: Date.now,
  sleep: (ms, signal) => pause(ms, undefined, { signal }),
  random: Math.random,
  say: () => {},
  onSimpler: () => {},
};

/** What is learnt of a model while its endpoint answers. */
interface Model extends ModelSettings {
  dialect: Dialect;
  /** No request before this time, in milliseconds since 1970. */
  notBefore: number;
  /** That the price is not known. */
  told: boolean;
}

interface House extends Surroundings {
  readonly endpoint: Endpoint;
  readonly budget: Budget;
  readonly gate: Gate;
}

/**
 * @param ledger what was spent today, and where expenses are written down; of one repository
 * @throws InputError `base-url`, `host-not-allowed` or `api-key`; none of them repeats the key.
 */
export function openChat(settings: LlmSettings, ledger: Ledger, surroundings: Partial<Surroundings> = {}): Chat {
  const url = parseEndpoint(settings.baseUrl);
  checkHost(url, settings.allowedHosts);
  checkKey(settings.apiKey);
  const limits = { ...DEFAULT_LIMITS, ...settings.limits };
  const around = { ...REAL, ...surroundings };
  const house: House = {
    ...around,
    endpoint: { url, apiKey: settings.apiKey, limits },
    budget: openBudget(settings.daily, ledger, around.now),
    gate: openGate(limits.concurrent),
  };
  const dialect = firstDialect(url.host);
  const models = new Map(
    settings.models.map((model) => [model.name, { ...model, dialect, notBefore: 0, told: false }]),
  );

  return (request, signal) => {
    const model = models.get(request.model);
    if (model !== undefined) return converse(house, model, request, signal);
    const known = [...models.keys()].join(", ");
    throw new InputError(
      "model-unknown",
      `model ${request.model} is not among the settings' (${known}); add it to AXON_MODEL`,
    );
  };
}

async function converse(
  house: House,
  model: Model,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<ChatAnswer | ChatFailure> {
  const begin = house.now();
  let usage = NOTHING;
  let { dialect } = model;
  for (let failed = 0; ;) {
    const outcome = await paidTry(house, model, request, dialect, signal);
    usage = sumOf(usage, outcome.usage);
    const dollars = dollarsOf(usage, model.price);
    if (outcome.headers !== null) model.dialect = dialect; // it was understood
    if (outcome.kind === "aborted") throw signal.reason;
    if (outcome.kind === "answer") {
      const { text, model: name } = outcome;
      return { ok: true, text, model: name, usage, dollars, seconds: (house.now() - begin) / 1000 };
    }
    const { flaw } = outcome;
    const next = nextDialect(dialect, flaw, request);
    if (next !== null) {
      dialect = next;
      house.say(`${model.name}: asked in a simpler form, since ${flaw.reason}`);
      house.onSimpler(next.format);
      continue;
    }
    failed += 1;
    const wait = waitAfter(house, flaw, failed);
    if (typeof wait === "string") return { ok: false, code: flaw.code, reason: wait, usage, dollars };
    model.notBefore = Math.max(model.notBefore, house.now() + wait);
  }
}

/** Waits for its turn, then makes one try if the day's budget allows it, and writes down what it cost. */
async function paidTry(
  house: House,
  model: Model,
  request: ChatRequest,
  dialect: Dialect,
  signal: AbortSignal,
): Promise<Outcome> {
  await quietTime(house, model, signal);
  const leave = await house.gate.enter(signal);
  try {
    signal.throwIfAborted();
    const reservation = await house.budget.reserve(model, mostUsage(request));
    if (!reservation.ok) return overBudget(reservation.reason);
    sayUnpriced(house, model);
    const outcome = await attempt(house.endpoint, request, dialect, signal);
    await reservation.settle(outcome.usage, nameOf(outcome));
    if (outcome.headers !== null) {
      const rest = Math.min(allowanceReset(outcome.headers), house.endpoint.limits.waitMs);
      model.notBefore = Math.max(model.notBefore, house.now() + rest);
    }
    return outcome;
  } finally {
    leave();
  }
}

/** Once: whoever relies on the default limit should know that it does not hold. */
function sayUnpriced({ say }: House, model: Model): void {
  if (model.price !== null || model.told) return;
  model.told = true;
  say(`${model.name}: its price is not known, so tokens alone limit what a day may cost; AXON_MODEL_PRICES says it`);
}

async function quietTime({ now, sleep, say }: House, { name, notBefore }: Model, signal: AbortSignal): Promise<void> {
  const wait = notBefore - now();
  if (wait <= 0) return;
  if (wait >= 2000) say(`${name}: waits ${secondsIn(wait)} before the next request`);
  try {
    await sleep(wait, signal);
  } finally {
    signal.throwIfAborted(); // rather its reason than the timer's
  }
}

function overBudget(reason: string): Outcome {
  const flaw: Flaw = { code: "budget", reason, passing: false, refusal: null, worked: false };
  return { kind: "flaw", flaw, usage: NOTHING, headers: null };
}

function nameOf(outcome: Outcome): Expense["outcome"] {
  if (outcome.kind === "flaw") return outcome.flaw.code;
  return outcome.kind === "answer" ? "answered" : "aborted";
}

function nextDialect(dialect: Dialect, { refusal }: Flaw, { schema }: ChatRequest): Dialect | null {
  return refusal === null ? null : simpler(dialect, refusal.status, refusal.message, schema !== null);
}

/** Milliseconds until the next try, or why there is none. */
function waitAfter({ endpoint, now, random }: House, flaw: Flaw, failed: number): number | string {
  const { retries, waitMs } = endpoint.limits;
  if (!flaw.passing) return flaw.reason;
  if (failed > retries) return `${flaw.reason}; gave up after ${failed} tries`;
  const headers = flaw.refusal?.headers ?? new Headers();
  const asked = Math.max(retryAfter(headers, now()) ?? 0, allowanceReset(headers));
  if (asked <= waitMs) return Math.max(asked, backOff(failed, random));
  return `${flaw.reason}; it asks to wait ${secondsIn(asked)}, and ${secondsIn(waitMs)} is the longest that is waited`;
}

function secondsIn(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}
