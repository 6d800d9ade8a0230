// Tells other processes how a cycle goes: lines appended to live.jsonl in the archive's directory. It is a view, never the truth:
// where it cannot be written, the cycle goes on.

import { closeSync, fstatSync, futimesSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { liveLine } from "./live-line.js";
import { advance, type LiveCycle, type LiveEvent } from "./live-state.js";

export const LIVE_FILE = "live.jsonl";

/** Bytes, after which the file begins anew with the state so far in one line. */
const LIMIT = 2 ** 20;
/** Milliseconds between signs of life. */
const BEAT = 5000;

/** Only the holder of the archive's lock may write. */
export class LiveWriter {
  readonly #file: string;
  readonly #onTrouble: (text: string) => void;
  readonly #beat: NodeJS.Timeout;
  #descriptor: number | null = null;
  #state: LiveCycle | null = null;
  #failed = false;
  #size = 0;

  /** @param onTrouble hears, once and in words, why nothing more is written */
  constructor(directory: string, onTrouble: (text: string) => void) {
    this.#file = join(directory, LIVE_FILE);
    this.#onTrouble = onTrouble;
    this.#beat = setInterval(() => this.#try((descriptor) => futimesSync(descriptor, new Date(), new Date())), BEAT);
    this.#beat.unref();
  }

  /** The first event has to be that a cycle began. */
  write(event: LiveEvent): void {
    this.#state = advance(this.#state, event);
    if (event.kind === "began") return this.#anew(event);
    if (this.#size > LIMIT && this.#state) return this.#anew({ kind: "state", state: this.#state });
    this.#try((descriptor) => {
      this.#size += writeSync(descriptor, liveLine(event));
    });
  }

  close(): void {
    clearInterval(this.#beat);
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  /** A file that holds the event alone, in the place of the one before: readers see it whole or not at all. */
  #anew(event: LiveEvent): void {
    this.#guard(() => {
      const draft = `${this.#file}.draft`;
      writeFileSync(draft, liveLine(event));
      renameSync(draft, this.#file);
      if (this.#descriptor !== null) closeSync(this.#descriptor);
      this.#descriptor = openSync(this.#file, "a");
      this.#size = fstatSync(this.#descriptor).size;
    });
  }

  #try(work: (descriptor: number) => void): void {
    const descriptor = this.#descriptor;
    if (descriptor !== null) this.#guard(() => work(descriptor));
  }

  #guard(work: () => void): void {
    if (this.#failed) return;
    try {
      work();
    } catch (error) {
      this.#failed = true;
      this.#onTrouble(`the dashboard hears no more of this cycle: ${(error as Error).message}`);
    }
  }
}
