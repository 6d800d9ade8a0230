// Where the expenses of language models are written down, and what of a day is spent already.

import type { Spending } from "../candidate.js";
import type { Ledger } from "../llm/budget.js";
import { spentOn, type Archive } from "../store/archive.js";

/** Of a repository whose archive is open: every expense goes on record. */
export function archiveLedger(archive: Archive): Ledger {
  return {
    spent: (day) => archive.spent(day),
    record: (expense) => archive.append({ kind: "expense", expense }),
  };
}

/** Heeds what is on record of a day and adds what is spent now, but keeps no record. @param directory of the archive */
export function readOnlyLedger(directory: string): Ledger {
  return memoryLedger((day) => spentOn(day, directory));
}

/** Forgets everything when the process ends. @param before what is on record of a day */
export function memoryLedger(before: (day: string) => Promise<Spending> = async () => NOTHING): Ledger {
  let [tokens, dollars] = [0, 0];
  return {
    spent: async (day) => {
      const recorded = await before(day);
      return { tokens: recorded.tokens + tokens, dollars: recorded.dollars + dollars };
    },
    record: async ({ usage, dollars: paid }) => {
      tokens += usage.inputTokens + usage.outputTokens;
      dollars += paid ?? 0;
    },
  };
}

const NOTHING: Spending = { tokens: 0, dollars: 0 };
