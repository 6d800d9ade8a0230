// Texts made of random words, and corpora of them, for tests of the split.
import type { Corpus, CorpusFile } from "../../src/data/corpus.js";
import { generator } from "../../src/random.js";

/** `words` words of 2 to 9 letters, twelve to a line; the same for the same key. */
export function prose(key: string, words: number): string {
  const draw = generator("prose", key);
  let text = "";
  for (let i = 0; i < words; i++) {
    const length = 2 + (draw.uint32(i * 16) % 8);
    for (let j = 1; j <= length; j++) text += String.fromCharCode(97 + (draw.uint32(i * 16 + j) % 26));
    text += i % 12 === 11 ? "\n" : " ";
  }
  return text;
}

export function corpusOf(texts: Readonly<Record<string, string | Uint8Array>>): Corpus {
  const files: CorpusFile[] = Object.entries(texts).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, leftOut: {}, sha256: "", bytes: files.reduce((sum, file) => sum + file.bytes.length, 0) };
}
