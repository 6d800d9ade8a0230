// Everything that an archive tells of its cycles, for those who only read: no lock is needed, so it may be asked while a cycle runs.

import { join } from "node:path";
import type { Attempt, Claim, FinishedCycle } from "../candidate.js";
import { AxonError, InputError } from "../errors.js";
import { readEntries } from "./entries.js";
import { attempt, checkedCycle } from "./cycles.js";

export interface History {
  /** Those that ended, oldest first. */
  readonly cycles: readonly FinishedCycle[];
  /** Those that began and have not ended: they run, or were stopped. */
  readonly open: readonly OpenCycle[];
  /** What became of receipts after their merge, by cycle. */
  readonly claims: ReadonlyMap<string, Claim>;
  /** Cycles that another version wrote, which this one cannot read. */
  readonly unread: readonly string[];
}

export interface OpenCycle {
  readonly id: string;
  readonly attempts: readonly Attempt[];
}

/**
 * @param directory of the archive; a line that is being written is left out
 * @throws InputError `no-cycle` where none has begun; AxonError `archive` for a line that is no entry
 */
export async function readHistory(directory: string): Promise<History> {
  const { entries } = await readEntries(join(directory, "archive.jsonl"));
  const cycles: FinishedCycle[] = [];
  const unread: string[] = [];
  const open = new Map<string, Attempt[]>();
  const claims = new Map<string, Claim>();
  for (const entry of entries) {
    if (entry.kind === "claim") claims.set(entry.receipt, entry.claim);
    if (entry.kind === "start") open.set(entry.start.cycle, []);
    if (entry.kind === "attempt") collect(open, entry.cycle, entry.attempt);
    if (entry.kind !== "cycle") continue;
    open.delete(entry.result.id);
    const cycle = readable(entry.result);
    if (cycle) cycles.push(cycle);
    else unread.push(entry.result.id);
  }
  if (cycles.length + open.size + unread.length === 0) {
    throw new InputError("no-cycle", `no cycle has begun in ${directory} yet: let axon evolve run first`);
  }
  return { cycles, open: [...open].map(([id, attempts]) => ({ id, attempts })), claims, unread };
}

function collect(open: Map<string, Attempt[]>, cycle: string, value: Attempt): void {
  const parsed = attempt.safeParse(value);
  if (!parsed.success) return; // of another version: the cycle will say so when it ends
  const attempts = open.get(cycle);
  if (attempts) attempts.push(parsed.data);
  else open.set(cycle, [parsed.data]);
}

function readable(cycle: FinishedCycle): FinishedCycle | null {
  try {
    return checkedCycle(cycle);
  } catch (error) {
    if (error instanceof AxonError && error.code === "old-cycle") return null;
    throw error;
  }
}
