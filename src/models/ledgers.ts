// Where the expenses of language models are written down, and what of a day is spent already.

import { setTimeout as pause } from "node:timers/promises";
import { InputError } from "../errors.js";
import type { Expense, Ledger } from "../llm/budget.js";
import { Archive } from "../store/archive.js";
import { Expenses } from "../store/expenses.js";

/** Of a repository whose archive is open: every expense goes on record. */
export function archiveLedger(archive: Archive): Ledger {
  return {
    spent: (day) => archive.spent(day),
    record: (expense) => archive.append({ kind: "expense", expense }),
  };
}

/** How often a lock that another process holds is asked for, and the pause between, in milliseconds. */
const [TRIES, PAUSE] = [20, 100];

/**
 * Of a repository whose archive is opened for each expense alone, so that nobody waits for it while a model thinks.
 * @param directory of the archive
 */
export function briefLedger(directory: string): Ledger {
  const book = (expense: Expense) => withArchive(directory, (archive) => archive.append({ kind: "expense", expense }));
  return {
    spent: (day) => withArchive(directory, (archive) => archive.spent(day)),
    record: (expense) =>
      book(expense).catch((cause: unknown) => {
        // An answer that is paid for is not thrown away because a cycle has begun: what was set aside stays on record, and is more.
        if (expense.outcome === "reserved" || !isLocked(cause)) throw cause;
      }),
  };
}

/** @throws InputError `locked` where another process works in it for longer than a few seconds */
async function withArchive<Result>(directory: string, work: (archive: Archive) => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      const archive = await Archive.open(directory);
      try {
        return await work(archive);
      } finally {
        await archive.close();
      }
    } catch (cause) {
      if (!isLocked(cause) || tries === TRIES) throw cause;
      await pause(PAUSE);
    }
  }
}

function isLocked(cause: unknown): boolean {
  return cause instanceof InputError && cause.code === "locked";
}

/** Forgets everything when the process ends. */
export function memoryLedger(): Ledger {
  const expenses = new Expenses();
  return {
    spent: async (day) => expenses.spentOn(day),
    record: async (expense) => expenses.add(expense),
  };
}
