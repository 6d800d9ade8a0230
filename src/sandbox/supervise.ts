// Watches a child process from start to end: feeds it, keeps the tail of what it says, and kills it when a limit is reached.

import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { DiskWatch } from "./disk.js";
import type { Meter, Usage } from "./meter.js";
import type { EndCode, Limits, Outcome, RunOptions } from "./request.js";

/** Characters of output that are kept. */
const TAIL = 2 ** 16;

/** Milliseconds between two looks at time and memory, and at least between two looks at the disk. */
const LOOK = 100;
const DISK_LOOK = 200;

/** Looks that everything may take to be gone after a kill. */
const LAST_LOOKS = 100;

export interface Supervision {
  readonly limits: Pick<Limits, "wallSeconds" | "outputBytes"> & Partial<Limits>;
  readonly meter: Meter;
  readonly disk: DiskWatch;
  /** Called again until the child has ended. */
  readonly kill: () => void;
  /** False while the child is not yet the program that was asked for. */
  readonly begun: () => boolean;
}

interface Verdict {
  readonly code: EndCode;
  readonly reason: string;
}

/** The child as its supervisor knows it: the first reason to end it is the one that counts. */
class Supervised {
  readonly #child: ChildProcess;
  readonly #watch: Supervision;
  readonly #started = performance.now();
  #verdict: Verdict | null = null;
  #usage: Usage = { cpuSeconds: 0, peakMemory: 0, outOfMemory: false };
  #seconds = 0;
  #said = 0;
  #output = "";

  constructor(child: ChildProcess, watch: Supervision) {
    this.#child = child;
    this.#watch = watch;
  }

  readonly end = (code: EndCode, reason: string): void => {
    this.#verdict ??= { code, reason };
    this.#watch.kill();
  };

  listen(stream: Readable, from: "stdout" | "stderr", onOutput: RunOptions["onOutput"]): void {
    const { outputBytes } = this.#watch.limits;
    stream.setEncoding("utf8").on("data", (text: string) => {
      if (this.#verdict) return;
      this.#said += Buffer.byteLength(text);
      this.#output = (this.#output + text).slice(-TAIL);
      onOutput?.(text, from);
      if (this.#said > outputBytes) this.end("output", `it printed more than ${outputBytes} bytes`);
    });
  }

  look(): void {
    const { limits, meter } = this.#watch;
    this.#usage = meter.read();
    const { cpuSeconds, peakMemory, outOfMemory } = this.#usage;
    const { wallSeconds, memoryBytes = Infinity } = limits;
    if (this.#verdict) this.#watch.kill();
    else if (outOfMemory || peakMemory > memoryBytes)
      this.end("memory", `it needed more than ${memoryBytes} bytes of memory`);
    else if (cpuSeconds > (limits.cpuSeconds ?? Infinity))
      this.end("cpu", `it computed for more than ${limits.cpuSeconds} seconds`);
    else if (performance.now() - this.#started > 1000 * wallSeconds)
      this.end("timeout", `it ran for more than ${wallSeconds} seconds`);
  }

  async lookAtDisk(): Promise<void> {
    if (this.#verdict) return;
    const excess = await this.#watch.disk.excess();
    if (excess !== null) this.end("disk", excess);
  }

  outcome(exitCode: number | null, signal: NodeJS.Signals | null): Outcome {
    const { cpuSeconds, peakMemory } = this.#usage;
    const measures = { seconds: this.#seconds, cpuSeconds, peakMemory, output: this.#output };
    if (this.#verdict) return { ok: false, ...this.#verdict, ...measures };
    if (!this.#watch.begun()) {
      const reason = `the sandbox could not be built: ${this.#output.trim() || `exit code ${exitCode}`}`;
      return { ok: false, code: "sandbox", reason, ...measures };
    }
    if (exitCode === 0) return { ok: true, exitCode: 0, ...measures };
    return { ok: false, code: "exit", reason: `it ended with ${signal ?? `exit code ${exitCode}`}`, ...measures };
  }

  ended(): Promise<Parameters<Supervised["outcome"]>> {
    return new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code, signal) => {
        this.#seconds = (performance.now() - this.#started) / 1000;
        resolve([code, signal]);
      });
    });
  }
}

/**
 * Resolves when the child has ended and nothing of it lives.
 * @throws Error when the child cannot be started or survives being killed.
 */
export async function supervise(
  child: ChildProcess,
  watch: Supervision,
  { input, signal, onOutput }: RunOptions,
): Promise<Outcome> {
  const supervised = new Supervised(child, watch);
  const interrupt = () => supervised.end("interrupted", "it was interrupted");
  if (signal?.aborted) interrupt();
  signal?.addEventListener("abort", interrupt);
  if (child.stdout) supervised.listen(child.stdout, "stdout", onOutput);
  if (child.stderr) supervised.listen(child.stderr, "stderr", onOutput);
  child.stdin?.on("error", () => {}); // it may close its stdin, or end, before it has read everything
  for (const bytes of input ?? []) child.stdin?.write(bytes);
  const looking = setInterval(() => supervised.look(), LOOK);
  const [running, stopped] = [new AbortController(), supervised.ended()];
  const watching = watchDiskWhile(supervised, running.signal);
  try {
    const [exitCode, killed] = await stopped;
    running.abort();
    await watching;
    supervised.look();
    await supervised.lookAtDisk();
    await allGone(watch);
    return supervised.outcome(exitCode, killed);
  } finally {
    running.abort();
    clearInterval(looking);
    signal?.removeEventListener("abort", interrupt);
  }
}

async function watchDiskWhile(supervised: Supervised, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await supervised.lookAtDisk();
    await delay(DISK_LOOK, undefined, { signal }).catch(() => {});
  }
}

async function allGone({ meter, kill }: Supervision): Promise<void> {
  for (let left = LAST_LOOKS; left > 0; left--) {
    if (meter.close()) return;
    kill();
    await delay(LOOK / 5);
  }
  throw new Error("processes of a sandbox survived being killed");
}
