// Text to learn from: words with a pattern, the same on every machine.

import type { CorpusFile } from "../../src/data/corpus.js";
import { generator } from "../../src/random.js";

const WORDS = [
  "the",
  "tide",
  "turns",
  "when",
  "moon",
  "and",
  "harbour",
  "bell",
  "rings",
  "slow",
  "over",
  "grey",
  "water",
];

export function someText(bytes: number, key = "text"): Uint8Array {
  const stream = generator("some-text", key);
  let text = "";
  for (let i = 0; text.length < bytes; i++)
    text += `${WORDS[stream.uint32(i) % WORDS.length]}${i % 9 === 8 ? ".\n" : " "}`;
  return new TextEncoder().encode(text.slice(0, bytes));
}

export function someFiles(bytes: number): CorpusFile[] {
  return [{ path: "text.txt", bytes: someText(bytes) }];
}
