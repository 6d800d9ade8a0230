// What language models cost, day by day. A later expense of the same id takes the place of an earlier one: what was set aside gives way to what was paid.

import type { ModelExpense, Spending } from "../candidate.js";

export class Expenses {
  readonly #days = new Map<string, Map<string, ModelExpense>>();

  add(expense: ModelExpense): void {
    const day = this.#days.get(expense.day) ?? new Map<string, ModelExpense>();
    day.set(expense.id ?? `number ${day.size}`, expense);
    this.#days.set(expense.day, day);
  }

  /** @param day in UTC, written as 2026-11-24 */
  spentOn(day: string): Spending {
    return sumOf([...(this.#days.get(day)?.values() ?? [])]);
  }

  /** Of all days; null where nothing was ever written down. */
  spent(): Spending | null {
    if (this.#days.size === 0) return null;
    return sumOf([...this.#days.values()].flatMap((day) => [...day.values()]));
  }
}

function sumOf(expenses: readonly ModelExpense[]): Spending {
  return {
    tokens: expenses.reduce((sum, { usage }) => sum + usage.inputTokens + usage.outputTokens, 0),
    dollars: expenses.reduce((sum, { dollars }) => sum + (dollars ?? 0), 0),
  };
}
