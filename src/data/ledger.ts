// The held-out side as a budget: every score is a look at it, and what is chosen by many looks fits the text that judged.

import { createHash } from "node:crypto";
import type { HeldOutFile, LedgerLine } from "../candidate.js";
import type { CorpusFile } from "./corpus.js";

/**
 * Looks at one held-out side before another takes its place. The best of k versions that are all alike looks better than it is by
 * about τ·√(2·ln k / n), for n held-out bytes and a spread τ of the difference of two models on one byte. With τ = 0.3 bits, n =
 * 100 KB and k = 500 that is 0.003 bits per byte, less than the noise between two seeds of a small model.
 */
export const LOOKS = 500;

/** Two held-out sides are the same ruler when half of the bytes agree. */
const SAME = 0.5;

export function heldOutFiles(files: readonly CorpusFile[]): HeldOutFile[] {
  return files.map(({ bytes }) => ({
    sha256: createHash("sha256").update(bytes).digest("hex").slice(0, 16),
    bytes: bytes.length,
  }));
}

/** Looks at this held-out side, and at earlier ones that were mostly the same text: an edit does not make it fresh. */
export function looksAt(files: readonly HeldOutFile[], ledger: readonly LedgerLine[]): number {
  if (files.length === 0) return 0; // nothing judges but the repository's own command
  const known = new Set(files.map(({ sha256 }) => sha256));
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const common = (line: LedgerLine) =>
    line.heldOut.reduce((sum, { sha256, bytes }) => sum + (known.has(sha256) ? bytes : 0), 0);
  return ledger.filter((line) => common(line) >= SAME * total).reduce((sum, { looks }) => sum + looks, 0);
}
