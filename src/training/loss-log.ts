// The losses of a training, step by step.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../errors.js";

/** Enough to draw, few enough to keep in every receipt. */
const PARTS = 32;

/** loss.jsonl: a line per step, kept over a resume. */
export class LossLog {
  readonly #lines: string[];
  readonly #losses: number[] = [];

  private constructor(lines: readonly string[]) {
    this.#lines = [...lines];
    for (const line of lines) this.#losses.push((JSON.parse(line) as { loss: number }).loss);
  }

  /** An empty log, or the first `steps` lines of the training in `resumed`. */
  static async open(resumed: string | undefined, steps: number): Promise<LossLog> {
    if (resumed === undefined) return new LossLog([]);
    const file = join(resumed, "loss.jsonl");
    try {
      const lines = (await readFile(file, "utf8")).split("\n").slice(0, steps);
      if (lines.length === steps && !lines.includes("")) return new LossLog(lines);
    } catch (cause) {
      throw new InputError("checkpoint", `${file}: ${(cause as Error).message}`, { place: { file }, cause });
    }
    throw new InputError("checkpoint", `${file}: it does not hold the losses of ${steps} steps`, { place: { file } });
  }

  add(step: number, loss: number, learningRate: number): void {
    this.#losses.push(loss);
    this.#lines.push(JSON.stringify({ step, loss, learningRate }));
  }

  /** The file as it belongs beside a checkpoint. */
  file(): Record<string, () => Uint8Array> {
    return { "loss.jsonl": () => new TextEncoder().encode(this.#lines.map((line) => `${line}\n`).join("")) };
  }

  tail(): number {
    return mean(this.#losses.slice(-Math.max(1, Math.ceil(this.#losses.length / 10))));
  }

  /** Means over those of `partsOf(steps)` equal parts of the steps that are complete. */
  curve(steps: number): number[] {
    const parts = partsOf(steps);
    const edge = (part: number) => Math.floor((part * steps) / parts);
    const means: number[] = [];
    for (let part = 0; part < parts && edge(part + 1) <= this.#losses.length; part++) {
      means.push(mean(this.#losses.slice(edge(part), edge(part + 1))));
    }
    return means;
  }
}

/** Parts of the curve of a training of so many steps. */
export function partsOf(steps: number): number {
  return Math.min(PARTS, steps);
}

function mean(losses: readonly number[]): number {
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
