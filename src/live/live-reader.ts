// Follows live.jsonl while another process writes it: no lock, no line that is not whole, and a new file whenever one takes its place.

import { open } from "node:fs/promises";
import { join } from "node:path";
import { parseLiveLine } from "./live-line.js";
import { advance, type LiveEvent, type LiveView } from "./live-state.js";
import { LIVE_FILE } from "./live-writer.js";

interface News {
  readonly identity: string;
  /** When it was last written or touched. */
  readonly modified: number;
  readonly events: readonly LiveEvent[];
}

/** Milliseconds without a sign of life, after which the writer is taken for dead. */
const SILENCE = 20_000;
/** Bytes read at a time. */
const CHUNK = 2 ** 22;

export class LiveReader {
  readonly #file: string;
  /** Which file it was: names stay, files change. */
  #identity = "";
  /** Bytes read, up to the end of a line. */
  #offset = 0;
  view: LiveView = { cycle: null, alive: false };

  constructor(directory: string) {
    this.#file = join(directory, LIVE_FILE);
  }

  /**
   * Reads what is new.
   * @param now milliseconds since 1970
   * @returns the events since the last call; null where the view is another one, so that it has to be looked at as a whole.
   */
  async poll(now: number): Promise<readonly LiveEvent[] | null> {
    const before = this.view;
    const { identity, modified, events } = await this.#read();
    const another = identity !== this.#identity;
    this.#identity = identity;
    let cycle = another ? null : before.cycle;
    for (const event of events) cycle = advance(cycle, event);
    this.view = { cycle, alive: cycle !== null && cycle.ended === null && now - modified < SILENCE };
    return another || this.view.alive !== before.alive ? null : events;
  }

  async #read(): Promise<News> {
    const file = await open(this.#file, "r").catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return null;
      throw cause;
    });
    if (file === null) return { identity: "", modified: 0, events: [] };
    try {
      const { ino, birthtimeMs, size, mtimeMs: modified } = await file.stat();
      const identity = `${ino} ${birthtimeMs}`;
      if (identity !== this.#identity || size < this.#offset) this.#offset = 0;
      const length = Math.min(size - this.#offset, CHUNK);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, this.#offset);
      const end = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
      this.#offset += end === 0 && bytesRead === CHUNK ? CHUNK : end; // no line of ours is as long as that
      const lines = buffer.toString("utf8", 0, end).split("\n").slice(0, -1);
      return { identity, modified, events: lines.flatMap((line) => parseLiveLine(line) ?? []) };
    } finally {
      await file.close();
    }
  }
}
