// Server-sent events to many readers: numbered, replayed to who was away, and never held up by who does not read.

import type { ServerResponse } from "node:http";
import { HEADERS } from "./guard.js";

interface Reader<News> {
  readonly response: ServerResponse;
  readonly sees: (news: News) => boolean;
}

interface Kept<News> {
  readonly number: number;
  readonly news: News;
}

/** Events that are kept for a replay. */
const KEPT = 1000;
const READERS = 100;
/** Bytes that may wait for one reader. Whoever is slower is let go, comes back by itself, and gets what it missed. */
const WAITING = 2 ** 18;
/** Milliseconds between signs of life, and until a reader comes back. */
const [BEAT, RETRY] = [15_000, 2000];

export class EventHub<News> {
  /** Numbers of another run of the server mean nothing here. */
  readonly #run: string;
  readonly #readers = new Set<Reader<News>>();
  readonly #beat: NodeJS.Timeout;
  #kept: readonly Kept<News>[] = [];
  #number = 0;

  constructor(run: string) {
    this.#run = run;
    this.#beat = setInterval(() => this.#each((reader) => write(reader, ": alive\n\n")), BEAT);
    this.#beat.unref();
  }

  get readers(): number {
    return this.#readers.size;
  }

  get full(): boolean {
    return this.#readers.size >= READERS;
  }

  /** Of the newest event. */
  get last(): string {
    return `${this.#run}-${this.#number}`;
  }

  tell(news: News): void {
    const number = ++this.#number;
    this.#kept = [...this.#kept, { number, news }].slice(-KEPT);
    this.#each((reader) => reader.sees(news) && write(reader, this.#message(number, news)));
  }

  /** @param since of the last event that it had, as told to it; whoever had none that is known here starts anew */
  add(response: ServerResponse, since: string, sees: Reader<News>["sees"]): void {
    const reader = { response, sees };
    response.writeHead(200, { ...HEADERS, "content-type": "text/event-stream", "cache-control": "no-store" });
    response.on("close", () => this.#readers.delete(reader));
    this.#readers.add(reader);
    write(reader, `retry: ${RETRY}\n\n`);
    const missed = this.#since(since);
    if (missed === null) write(reader, `id: ${this.last}\nevent: anew\ndata: {}\n\n`);
    for (const { number, news } of missed ?? []) {
      if (sees(news)) write(reader, this.#message(number, news));
    }
  }

  close(): void {
    clearInterval(this.#beat);
    this.#each(({ response }) => response.end());
  }

  #since(id: string): readonly Kept<News>[] | null {
    const [run, number] = id.split("-");
    if (run !== this.#run || !/^\d{1,15}$/.test(number ?? "")) return null;
    const first = this.#number - this.#kept.length;
    return Number(number) < first ? null : this.#kept.filter((one) => one.number > Number(number));
  }

  #message(number: number, news: News): string {
    return `id: ${this.#run}-${number}\ndata: ${JSON.stringify(news)}\n\n`;
  }

  #each(work: (reader: Reader<News>) => void): void {
    for (const reader of this.#readers) work(reader);
  }
}

function write({ response }: Pick<Reader<unknown>, "response">, text: string): void {
  response.write(text);
  if (response.writableLength > WAITING) response.destroy();
}
