// The held-out side as a budget: every score is a look at it, and what is chosen by many looks fits the text that judged.

import { createHash } from "node:crypto";
import type { LedgerLine } from "../candidate.js";
import type { CorpusFile } from "./corpus.js";

/**
 * Looks at one held-out side before another takes its place. The best of k versions that are all alike looks better than it is by
 * about τ·√(2·ln k / n), for n held-out bytes and a spread τ of the difference of two models on one byte. With τ = 0.3 bits, n =
 * 100 KB and k = 500 that is 0.003 bits per byte, less than the noise between two seeds of a small model.
 */
export const LOOKS = 500;

/** Lines that a sketch remembers. */
const SKETCH = 256;

/** Two held-out sides are the same ruler when they share this part of all lines that either has: half of each. */
const SAME = 1 / 3;

/**
 * The smallest hashes of the lines of a text. Of two sketches, the share of common ones among the smallest of both estimates the share
 * of common lines among all (bottom-k sketch; Bar-Yossef et al., RANDOM 2002). It survives edits, and text that moves.
 */
export function sketchOf(files: readonly CorpusFile[]): number[] {
  const lines = new Set(files.flatMap(({ bytes }) => Buffer.from(bytes).toString("latin1").split("\n")));
  const hashes = [...lines].map((line) => createHash("sha256").update(line, "latin1").digest().readUInt32LE(0));
  return [...new Set(hashes)].toSorted((a, b) => a - b).slice(0, SKETCH);
}

/** Looks at this held-out side, and at earlier ones that were mostly the same text: an edit does not make it fresh. */
export function looksAt(sketch: readonly number[], ledger: readonly LedgerLine[]): number {
  if (sketch.length === 0) return 0; // nothing judges but the repository's own command
  return ledger.filter((line) => similarity(sketch, line.sketch) >= SAME).reduce((sum, { looks }) => sum + looks, 0);
}

function similarity(a: readonly number[], b: readonly number[]): number {
  const union = [...new Set([...a, ...b])].toSorted((x, y) => x - y).slice(0, SKETCH);
  const [inA, inB] = [new Set(a), new Set(b)];
  return union.filter((hash) => inA.has(hash) && inB.has(hash)).length / Math.max(1, union.length);
}
