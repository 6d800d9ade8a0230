// The archive: every training and every attempt of a repository, kept or rejected, in one append-only file of JSON lines.

import { mkdir, open, truncate, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type {
  Claim,
  CycleStart,
  FinishedCycle,
  LedgerLine,
  Measurement,
  Spending,
  StoredAnswer,
  TrainingKey,
} from "../candidate.js";
import { readEntries, type ArchivedTry, type Entry } from "./entries.js";
import { Expenses } from "./expenses.js";
import { lockDirectory } from "./lock.js";

/** Tries that are handed to a proposer: the last so many. */
const MOST_TRIES = 2000;

export class Archive {
  readonly directory: string;
  readonly #file: FileHandle;
  readonly #release: () => Promise<void>;
  readonly #trainings = new Map<string, Measurement>();
  readonly #attempts = new Set<string>();
  /** Attempts that were trained, oldest first. */
  readonly #tries: ArchivedTry[] = [];
  /** How many tries there were when a cycle began. */
  readonly #triesBefore = new Map<string, number>();
  readonly #cycles = new Map<string, FinishedCycle>();
  readonly #claims = new Map<string, Claim>();
  readonly #starts = new Map<string, CycleStart>();
  readonly #answers = new Map<string, StoredAnswer>();
  readonly #expenses = new Expenses();
  /** How many cycles had ended when one began to leave traces. */
  readonly #endedBefore = new Map<string, number>();
  /** Trainings that gave a score, by split. */
  readonly #looks = new Map<string, number>();
  /** Appended, and not on their way to the disk yet. */
  #waiting: Entry[] = [];
  /** The last append, on which the next one waits. */
  #written = Promise.resolve();

  private constructor(directory: string, file: FileHandle, release: () => Promise<void>) {
    this.directory = directory;
    this.#file = file;
    this.#release = release;
  }

  /**
   * Opens the archive in `directory`, made if needed, for this process alone. A line that a kill cut short is dropped.
   * @throws InputError `locked`; AxonError `archive` for a line that is no entry.
   */
  static async open(directory: string): Promise<Archive> {
    await mkdir(directory, { recursive: true });
    const release = await lockDirectory(directory);
    try {
      const path = join(directory, "archive.jsonl");
      const { entries, end } = await readEntries(path);
      if (end !== null) await truncate(path, end);
      const archive = new Archive(directory, await open(path, "a"), release);
      for (const entry of entries) archive.#index(entry);
      return archive;
    } catch (cause) {
      await release();
      throw cause;
    }
  }

  training(key: TrainingKey): Measurement | undefined {
    return this.#trainings.get(keyText(key));
  }

  cycle(id: string): FinishedCycle | undefined {
    return this.#cycles.get(id);
  }

  /** What became of the claim of a receipt once it was merged. */
  claim(receipt: string): Claim | undefined {
    return this.#claims.get(receipt);
  }

  /** Those that ended, oldest first. */
  cycles(): readonly FinishedCycle[] {
    return [...this.#cycles.values()];
  }

  /**
   * Those that had ended when `cycle` left its first trace here, oldest first; all of them if it has left none. So a cycle that is resumed
   * sees what it saw at first, whatever ran meanwhile.
   */
  async cyclesBefore(cycle: string): Promise<readonly FinishedCycle[]> {
    return this.cycles().slice(0, this.#endedBefore.get(cycle));
  }

  async answer(key: string): Promise<StoredAnswer | undefined> {
    return this.#answers.get(key);
  }

  /** What language models cost on a day, written as 2026-11-24 (UTC). */
  async spent(day: string): Promise<Spending> {
    return this.#expenses.spentOn(day);
  }

  /** What was tried before this cycle began, and is therefore the same however often it is resumed; nothing for one that has not begun. */
  triesBefore(cycle: string): readonly ArchivedTry[] {
    return this.#tries.slice(0, this.#triesBefore.get(cycle) ?? 0).slice(-MOST_TRIES);
  }

  started(cycle: string): boolean {
    return this.#starts.has(cycle);
  }

  /** The ledger: every held-out side that cycles were judged on, and how often it was looked at, which is once per score. */
  ledger(): readonly LedgerLine[] {
    const bySplit = new Map([...this.#starts.values()].map(({ split, sketch }) => [split, sketch]));
    return [...bySplit].map(([split, sketch]) => ({ split, sketch, looks: this.#looks.get(split) ?? 0 }));
  }

  /**
   * On disk when it returns. An attempt or cycle that is already there is not written again. Those that come while the disk is busy are
   * flushed together, in their order. Once a write has failed, nothing more is written: it would join the torn line.
   */
  append(entry: Entry): Promise<void> {
    this.#waiting.push(entry);
    this.#written = this.#written.then(() => this.#flush());
    return this.#written;
  }

  async close(): Promise<void> {
    await this.#file.close();
    await this.#release();
  }

  async #flush(): Promise<void> {
    const names = new Set<string>();
    const isNew = (entry: Entry) => !this.#has(entry) && names.size !== names.add(nameOf(entry, names.size)).size;
    const entries = this.#waiting.filter(isNew);
    this.#waiting = [];
    if (entries.length === 0) return;
    await this.#file.appendFile(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    await this.#file.sync();
    for (const entry of entries) this.#index(entry);
  }

  #has(entry: Entry): boolean {
    if (entry.kind === "attempt") return this.#attempts.has(`${entry.cycle} ${entry.attempt.id}`);
    if (entry.kind === "cycle") return this.#cycles.has(entry.result.id);
    if (entry.kind === "answer") return this.#answers.has(entry.answer.key);
    return entry.kind === "start" && this.#starts.has(entry.start.cycle);
  }

  #index(entry: Entry): void {
    if (entry.kind === "training") this.#indexTraining(entry.key, entry.measurement);
    if (entry.kind === "claim") this.#claims.set(entry.receipt, entry.claim);
    if (entry.kind === "start") this.#indexStart(entry.start);
    if (entry.kind === "attempt") this.#indexAttempt(entry);
    if (entry.kind === "answer") this.#answers.set(entry.answer.key, entry.answer);
    if (entry.kind === "expense") this.#expenses.add(entry.expense);
    this.#indexTrace(entry);
    if (entry.kind === "cycle") this.#cycles.set(entry.result.id, entry.result);
  }

  #indexStart(start: CycleStart): void {
    this.#starts.set(start.cycle, start);
    this.#triesBefore.set(start.cycle, this.#tries.length);
  }

  #indexAttempt({ kind: _, ...tried }: Extract<Entry, { kind: "attempt" }>): void {
    this.#attempts.add(`${tried.cycle} ${tried.attempt.id}`);
    if (tried.specs ?? tried.step) this.#tries.push(tried);
  }

  #indexTrace(entry: Entry): void {
    const cycle = cycleOf(entry);
    if (cycle === undefined || this.#endedBefore.has(cycle)) return;
    this.#endedBefore.set(cycle, this.#cycles.size);
  }

  #indexTraining(key: TrainingKey, measurement: Measurement): void {
    this.#trainings.set(keyText(key), measurement);
    if (measurement.ok) this.#looks.set(key.split, (this.#looks.get(key.split) ?? 0) + 1);
  }
}

function cycleOf(entry: Entry): string | undefined {
  if (entry.kind === "start") return entry.start.cycle;
  if (entry.kind === "answer") return entry.answer.cycle;
  if (entry.kind === "attempt") return entry.cycle;
  return entry.kind === "cycle" ? entry.result.id : undefined;
}

/** Equal for what is written once; the `place` makes others differ. */
function nameOf(entry: Entry, place: number): string {
  if (entry.kind === "attempt") return `attempt ${entry.cycle} ${entry.attempt.id}`;
  if (entry.kind === "answer") return `answer ${entry.answer.key}`;
  if (entry.kind === "cycle") return `cycle ${entry.result.id}`;
  return entry.kind === "start" ? `start ${entry.start.cycle}` : `${place}`;
}

function keyText({ fingerprint, seed, flops, split, evaluator, reference = "" }: TrainingKey): string {
  return JSON.stringify([fingerprint, seed, flops, split, evaluator, reference]);
}
