// The archive of a repository as the dashboard shows it. The only file here that knows how an archive lies on disk.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Attempt, Claim, FinishedCycle } from "../candidate.js";
import type { CycleRecord, History } from "../dashboard/source.js";
import { AxonError } from "../errors.js";
import { readEntries, type Entry } from "../store/entries.js";
import { checkedCycle } from "../store/cycles.js";
import { Expenses } from "../store/expenses.js";

const EMPTY: History = { cycles: [], spend: { trainings: 0, seconds: 0, dollars: null }, trouble: null };

/** Reads an archive again only once it has changed; needs no lock. */
export class HistoryReader {
  readonly #file: string;
  #stamp = "";
  #history: Promise<History> = Promise.resolve(EMPTY);

  /** @param directory of the archive, which need not be there yet */
  constructor(directory: string) {
    this.#file = join(directory, "archive.jsonl");
  }

  async read(): Promise<History> {
    const found = await stat(this.#file).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return null;
      throw cause;
    });
    const stamp = found ? `${found.ino} ${found.size} ${found.mtimeMs}` : "";
    if (stamp !== this.#stamp) {
      this.#stamp = stamp;
      this.#history = found ? readHistory(this.#file) : Promise.resolve(EMPTY);
    }
    return this.#history;
  }
}

async function readHistory(file: string): Promise<History> {
  try {
    return historyOf((await readEntries(file)).entries);
  } catch (error) {
    if (!(error instanceof AxonError)) throw error;
    return { ...EMPTY, trouble: error.message };
  }
}

interface Draft {
  readonly attempts: Attempt[];
  finished: FinishedCycle | null;
}

/** Entries in the order in which they were written. */
export function historyOf(entries: readonly Entry[]): History {
  const drafts = new Map<string, Draft>();
  const claims = new Map<string, Claim>();
  const troubles: string[] = [];
  let [trainings, seconds] = [0, 0];
  const expenses = new Expenses();
  const draft = (cycle: string) => {
    const found = drafts.get(cycle) ?? { attempts: [], finished: null };
    drafts.set(cycle, found);
    return found;
  };
  for (const entry of entries) {
    if (entry.kind === "start") draft(entry.start.cycle);
    if (entry.kind === "attempt") draft(entry.cycle).attempts.push(entry.attempt);
    if (entry.kind === "claim") claims.set(entry.receipt, entry.claim);
    if (entry.kind === "training") {
      trainings++;
      seconds += entry.measurement.ok ? entry.measurement.seconds : 0;
    }
    if (entry.kind === "expense") expenses.add(entry.expense);
    if (entry.kind !== "cycle") continue;
    try {
      draft(entry.result.id).finished = checkedCycle(entry.result);
    } catch (error) {
      if (!(error instanceof AxonError)) throw error;
      troubles.push(error.message);
    }
  }
  const cycles = [...drafts].map(([id, { attempts, finished }]): CycleRecord => {
    const paid = finished?.cost.models?.dollars ?? null;
    return { id, attempts: finished?.attempts ?? attempts, finished, dollars: paid, claim: claims.get(id) ?? null };
  });
  const dollars = expenses.spent()?.dollars ?? null;
  return { cycles, spend: { trainings, seconds, dollars }, trouble: troubles[0] ?? null };
}
