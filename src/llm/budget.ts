// The daily hard stop: what a request may cost at most must fit into what is left of the day before it is sent. Where expenses are kept is the ledger's matter.

import { randomUUID } from "node:crypto";
import type { ChatFailureCode, Usage } from "./chat.js";
import { dollarsOf } from "./cost.js";
import type { DailyLimits, ModelSettings } from "./settings.js";

/** What one try cost, or what it may cost at most as long as it is under way. */
export interface Expense {
  /** A later expense of the same id takes the place of an earlier one. */
  readonly id: string;
  /** UTC, YYYY-MM-DD. */
  readonly day: string;
  /** As it was asked for. */
  readonly model: string;
  readonly usage: Usage;
  /** Null where the price is not known. */
  readonly dollars: number | null;
  readonly outcome: "reserved" | "answered" | "aborted" | ChatFailureCode;
}

/** Of one repository. */
export interface Ledger {
  /** Sums over the expenses of that day, the last one of each id; unknown prices count as no dollars. */
  readonly spent: (day: string) => Promise<{ readonly tokens: number; readonly dollars: number }>;
  readonly record: (expense: Expense) => Promise<void>;
}

export type Reservation =
  | { readonly ok: true; readonly settle: (usage: Usage, outcome: Expense["outcome"]) => Promise<void> }
  | { readonly ok: false; readonly reason: string };

export interface Budget {
  /** What is reserved is on record as spent until it is settled: a process that is killed in between leaves the most that it may have to pay. */
  readonly reserve: (model: ModelSettings, most: Usage) => Promise<Reservation>;
}

const tokensIn = ({ inputTokens, outputTokens }: Usage): number => inputTokens + outputTokens;

/** @param now milliseconds since 1970 */
export function openBudget(daily: DailyLimits, ledger: Ledger, now: () => number): Budget {
  const inTurn = turns();

  async function reserve({ name: model, price }: ModelSettings, most: Usage): Promise<Reservation> {
    const day = new Date(now()).toISOString().slice(0, 10);
    const dollars = dollarsOf(most, price);
    const reason =
      forbidden(daily, model, dollars) ??
      exceeded(daily, await ledger.spent(day), { tokens: tokensIn(most), dollars: dollars ?? 0 }, day);
    if (reason !== null) return { ok: false, reason };
    const id = randomUUID();
    await ledger.record({ id, day, model, usage: most, dollars, outcome: "reserved" });
    const settle = (usage: Usage, outcome: Expense["outcome"]) =>
      ledger.record({ id, day, model, usage, dollars: dollarsOf(usage, price), outcome });
    return { ok: true, settle: (usage, outcome) => inTurn(() => settle(usage, outcome)) };
  }

  return { reserve: (model, most) => inTurn(() => reserve(model, most)) };
}

/** One after the other: an expense that is being written is neither missed nor counted twice. */
function turns(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined); // whoever asked sees the error
    return result;
  };
}

interface Amount {
  readonly tokens: number;
  readonly dollars: number;
}

const KINDS = [
  { kind: "dollars", variable: "AXON_MODEL_DAILY_DOLLARS", show: (amount: number) => `$${amount.toFixed(4)}` },
  { kind: "tokens", variable: "AXON_MODEL_DAILY_TOKENS", show: (amount: number) => `${Math.ceil(amount)} tokens` },
] as const;

/** Why nothing may be sent at all, whatever the day has cost so far. */
function forbidden({ setBy = {}, ...daily }: DailyLimits, model: string, dollars: number | null): string | null {
  for (const { kind, variable } of KINDS) {
    if (daily[kind] === 0) return `${setBy[kind] ?? variable} is 0, which allows nothing; raise it`;
  }
  if (dollars !== null || setBy.dollars === undefined) return null;
  return (
    `${setBy.dollars} limits dollars, and the price of ${model} is not known; ` +
    `say it in dollars per million tokens, in and out, such as AXON_MODEL_PRICES=${model}=0.40/1.60 (0/0 where it costs nothing)`
  );
}

/** Why it does not fit, or null. */
function exceeded({ setBy = {}, ...daily }: DailyLimits, used: Amount, asked: Amount, day: string): string | null {
  for (const { kind, variable, show } of KINDS) {
    const where = setBy[kind] ?? variable;
    if (asked[kind] > daily[kind])
      return `this request may use ${show(asked[kind])}, the limit of a whole day is ${show(daily[kind])}; raise ${where} or ask for less`;
    if (used[kind] + asked[kind] > daily[kind])
      return (
        `of the day's ${show(daily[kind])}, ${show(used[kind])} are spent or in use, and this request may use ${show(asked[kind])}; ` +
        `raise ${where}, or wait until the next day begins at ${nextDay(day)}`
      );
  }
  return null;
}

function nextDay(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().replace(".000", "");
}
