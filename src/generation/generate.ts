// Text, byte by byte: what a decoder predicts is sampled, handed out and read back.

import { generator } from "../random.js";
import { pickByte } from "./pick-byte.js";

/** A model that remembers what it has read. */
export interface Decoder {
  /** Bytes it can remember. */
  readonly context: number;
  /** Reads on; together with what it remembers, the bytes must fit. @returns the logits of the byte after them */
  read(bytes: readonly number[]): Promise<Float32Array>;
  /** Forgets everything. */
  clear(): void;
}

export interface GenerationRequest {
  /** At least one byte; of one longer than the context, the end is read. */
  readonly prompt: Uint8Array;
  /** Bytes to generate. */
  readonly tokens: number;
  readonly seed: number;
  /** Logits are divided by it; at 0 the likeliest byte is taken. */
  readonly temperature: number;
}

/**
 * The bytes that follow the prompt, each as soon as it is known. Byte i depends on the seed, i and the logits alone.
 *
 * Text may outgrow the context. A full decoder forgets the older half of its window and reads the newer one again from
 * position 0, which costs one pass over half a context every half context; so a byte is predicted from half a context at least,
 * unless there is less text.
 */
export async function* generate(
  decoder: Decoder,
  { prompt, tokens, seed, temperature }: GenerationRequest,
): AsyncGenerator<number, void> {
  const draws = generator("generation", seed);
  let window = [...prompt.subarray(-decoder.context)];
  let unread = window;
  for (let i = 0; i < tokens; i++) {
    const byte = pickByte(await decoder.read(unread), temperature, draws.uniform(i));
    yield byte;
    unread = [byte];
    window.push(byte);
    if (window.length <= decoder.context) continue;
    decoder.clear();
    window = window.slice(-Math.ceil(decoder.context / 2));
    unread = window;
  }
}
