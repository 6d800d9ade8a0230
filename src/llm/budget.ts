// The daily hard stop: what a request may cost at most must fit into what is left of the day before it is sent. Where expenses are kept is the ledger's matter.

import type { ChatFailureCode, Usage } from "./chat.js";
import { dollarsOf } from "./cost.js";
import type { LlmSettings, ModelPrice } from "./settings.js";

/** What one try cost. */
export interface Expense {
  /** UTC, YYYY-MM-DD. */
  readonly day: string;
  /** As it was asked for. */
  readonly model: string;
  readonly usage: Usage;
  /** Null where the price is not known. */
  readonly dollars: number | null;
  readonly outcome: "answered" | "aborted" | ChatFailureCode;
}

/** Of one repository. */
export interface Ledger {
  /** Sums over the expenses of that day; unknown prices count as no dollars. */
  readonly spent: (day: string) => Promise<{ readonly tokens: number; readonly dollars: number }>;
  readonly record: (expense: Expense) => Promise<void>;
}

export type Reservation =
  | { readonly ok: true; readonly settle: (usage: Usage, outcome: Expense["outcome"]) => Promise<void> }
  | { readonly ok: false; readonly reason: string };

export interface Budget {
  /** Every reservation must be settled; until then it counts as spent. */
  readonly reserve: (model: string, most: Usage, price: ModelPrice | null) => Promise<Reservation>;
}

const tokensIn = ({ inputTokens, outputTokens }: Usage): number => inputTokens + outputTokens;

/** @param now milliseconds since 1970 */
export function openBudget(daily: LlmSettings["daily"], ledger: Ledger, now: () => number): Budget {
  const reserved = { tokens: 0, dollars: 0 };
  const inTurn = turns();

  async function reserve(model: string, most: Usage, price: ModelPrice | null): Promise<Reservation> {
    const day = new Date(now()).toISOString().slice(0, 10);
    const asked = { tokens: tokensIn(most), dollars: dollarsOf(most, price) ?? 0 };
    const spent = await ledger.spent(day);
    const used = { tokens: spent.tokens + reserved.tokens, dollars: spent.dollars + reserved.dollars };
    const reason = exceeded(daily, used, asked, day);
    if (reason !== null) return { ok: false, reason };
    reserved.tokens += asked.tokens;
    reserved.dollars += asked.dollars;

    const settle = async (usage: Usage, outcome: Expense["outcome"]): Promise<void> => {
      if (tokensIn(usage) > 0) await ledger.record({ day, model, usage, dollars: dollarsOf(usage, price), outcome });
      reserved.tokens -= asked.tokens;
      reserved.dollars -= asked.dollars;
    };
    return { ok: true, settle: (usage, outcome) => inTurn(() => settle(usage, outcome)) };
  }

  return { reserve: (model, most, price) => inTurn(() => reserve(model, most, price)) };
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

/** Why it does not fit, or null. */
function exceeded(daily: Amount, used: Amount, asked: Amount, day: string): string | null {
  const kinds = [
    { kind: "dollars", variable: "AXON_MODEL_DAILY_DOLLARS", show: (amount: number) => `$${amount.toFixed(4)}` },
    { kind: "tokens", variable: "AXON_MODEL_DAILY_TOKENS", show: (amount: number) => `${Math.ceil(amount)} tokens` },
  ] as const;
  for (const { kind, variable, show } of kinds) {
    if (asked[kind] > daily[kind])
      return `this request may use ${show(asked[kind])}, the limit of a whole day is ${show(daily[kind])}; raise ${variable} or ask for less`;
    if (used[kind] + asked[kind] > daily[kind])
      return (
        `of the day's ${show(daily[kind])}, ${show(used[kind])} are spent or in use, and this request may use ${show(asked[kind])}; ` +
        `raise ${variable}, or wait until the next day begins at ${nextDay(day)}`
      );
  }
  return null;
}

function nextDay(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().replace(".000", "");
}
