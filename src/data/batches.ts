// Training batches: windows of the joined text in a random order that depends on the seed and the step alone.

import { InputError } from "../errors.js";
import { generator } from "../random.js";
import type { CorpusFile } from "./corpus.js";

interface BatchOptions {
  /** Bytes per window. */
  readonly context: number;
  /** Windows per batch. */
  readonly batch: number;
  readonly seed: number;
  /** Another number draws another order from the same seed; 0 if not given. */
  readonly stream?: number;
}

/** Both row-major [batch, context]: each target is the byte that follows its id in the text. */
export interface Batch {
  readonly ids: Int32Array;
  readonly targets: Int32Array;
}

/**
 * Batches of `files`, joined in their order. Epoch e shifts the windows by a random phase and shuffles them, both drawn from
 * (seed, e); step s takes windows s·batch, s·batch + 1, … of the endless sequence of epochs. So any step can be asked for at
 * any time, which makes a resume exact and gives two models with the same context and batch the same data.
 * @throws InputError `corpus-too-small` when the text has no window of context + 1 bytes.
 */
export function createBatches(files: readonly CorpusFile[], options: BatchOptions): Batches {
  const text = Buffer.concat(files.map(({ bytes }) => bytes));
  if (text.length > options.context) return new Batches(text, options);
  const message = `the training side has ${text.length} bytes, and one window takes ${options.context + 1}`;
  throw new InputError("corpus-too-small", `${message}: add text or lower architecture.context`);
}

export class Batches {
  readonly #text: Uint8Array;
  readonly #options: BatchOptions;
  /** Windows per epoch: those that fit whatever the phase. */
  readonly #windows: number;
  #epoch = -1;
  /** Where in the text the windows of that epoch start, in the order they are taken. */
  #starts = new Uint32Array();

  constructor(text: Uint8Array, options: BatchOptions) {
    this.#text = text;
    this.#options = options;
    this.#windows = Math.max(1, Math.floor(text.length / options.context) - 1);
  }

  /** The batch of a step, counted from 0. */
  next(step: number): Batch {
    const { batch, context } = this.#options;
    const ids = new Int32Array(batch * context);
    const targets = new Int32Array(batch * context);
    for (let row = 0; row < batch; row++) {
      const start = this.#start(step * batch + row);
      ids.set(this.#text.subarray(start, start + context), row * context);
      targets.set(this.#text.subarray(start + 1, start + 1 + context), row * context);
    }
    return { ids, targets };
  }

  #start(window: number): number {
    const epoch = Math.floor(window / this.#windows);
    if (epoch !== this.#epoch) {
      this.#starts = this.#shuffle(epoch);
      this.#epoch = epoch;
    }
    return this.#starts[window - epoch * this.#windows];
  }

  #shuffle(epoch: number): Uint32Array<ArrayBuffer> {
    const { context, seed, stream = 0 } = this.#options;
    const draw = generator("batches", seed, epoch, ...(stream === 0 ? [] : [stream]));
    const phases = Math.min(context, this.#text.length - context * this.#windows);
    const phase = Math.floor(draw.uniform(0) * phases);
    const starts = Uint32Array.from({ length: this.#windows }, (_, i) => phase + i * context);
    for (let i = starts.length - 1; i > 0; i--) {
      const j = Math.floor(draw.uniform(i) * (i + 1));
      [starts[i], starts[j]] = [starts[j], starts[i]];
    }
    return starts;
  }
}
