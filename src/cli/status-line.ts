// Progress on stderr: one line that redraws itself in a terminal, a line now and then elsewhere.

const PLAIN_INTERVAL = 10_000;
const REDRAW_INTERVAL = 100;

export class StatusLine {
  readonly #out: NodeJS.WriteStream;
  #drawn = false;
  #last = -Infinity;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /** Shows where things stand; too frequent calls are dropped. */
  show(text: string): void {
    const now = performance.now();
    if (now - this.#last < (this.#out.isTTY ? REDRAW_INTERVAL : PLAIN_INTERVAL)) return;
    this.#last = now;
    if (!this.#out.isTTY) {
      this.#out.write(`${text}\n`);
      return;
    }
    this.#out.write(`\r\u001B[2K${text.slice(0, this.#out.columns - 1)}`);
    this.#drawn = true;
  }

  /** A line that stays. */
  line(text: string): void {
    this.clear();
    this.#out.write(`${text}\n`);
  }

  clear(): void {
    if (this.#drawn) this.#out.write("\r\u001B[2K");
    this.#drawn = false;
  }
}

/** "████░░░░ 45 %" */
export function bar(done: number, of: number, width = 20): string {
  const filled = Math.round((width * done) / of);
  return `${"█".repeat(filled)}${"░".repeat(width - filled)} ${Math.floor((100 * done) / of)} %`;
}

/** "1:05" */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
