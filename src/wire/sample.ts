// `axon sample`: a checkpoint from disk, and text that goes on from a prompt.

import { readModel } from "../checkpoint/checkpoint.js";
import { CachedDecoder } from "../generation/cached-decoder.js";
import { generate, type Decoder } from "../generation/generate.js";

export interface SampleOptions {
  readonly directory: string;
  /** An empty one stands for a line break: a model has to read something. */
  readonly prompt: string;
  readonly tokens: number;
  readonly seed: number;
  readonly temperature: number;
  readonly threads: number;
}

export interface SampleHooks {
  /** Aborting ends the text early. */
  readonly signal: AbortSignal;
  /** Bytes of the prompt, and how many of them the model can read. */
  readonly onStart: (prompt: number, context: number) => void;
  /** Whole characters, as soon as they are there. */
  readonly onText: (text: string) => void;
}

export interface SampleReport {
  readonly text: string;
  /** Bytes generated: fewer than asked for when it was ended early. */
  readonly tokens: number;
  /** From the prompt's first byte read to the last byte generated. */
  readonly seconds: number;
  readonly tokensPerSecond: number;
  readonly seed: number;
  readonly temperature: number;
}

/** Bytes that are no UTF-8 become U+FFFD. @throws InputError for a checkpoint that is none. */
export async function sampleCheckpoint(options: SampleOptions, hooks: SampleHooks): Promise<SampleReport> {
  const { spec, parameters } = await readModel(options.directory);
  const decoder = await CachedDecoder.open(spec, parameters, options.threads);
  try {
    return await write(decoder, options, hooks);
  } finally {
    await decoder.close();
  }
}

async function write(decoder: Decoder, options: SampleOptions, hooks: SampleHooks): Promise<SampleReport> {
  const { seed, temperature } = options;
  const prompt = new TextEncoder().encode(options.prompt || "\n");
  hooks.onStart(prompt.length, decoder.context);
  const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  let [text, tokens] = ["", 0];
  const add = (part: string) => {
    text += part;
    if (part !== "") hooks.onText(part);
  };
  const start = performance.now();
  for await (const byte of generate(decoder, { ...options, prompt })) {
    if (hooks.signal.aborted) break;
    add(utf8.decode(Uint8Array.of(byte), { stream: true }));
    tokens++;
  }
  const seconds = (performance.now() - start) / 1000;
  add(utf8.decode()); // a character that never ended
  return { text, tokens, seconds, tokensPerSecond: tokens / seconds, seed, temperature };
}
