// Cuts held-out files into the windows that are scored. Every byte after a file's first is the target of exactly one window.

import type { CorpusFile } from "../../data/corpus.js";

/** Inputs are `bytes[start + t]`, targets `bytes[start + t + 1]`, for t from 0 to length - 1. */
export interface Window {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly length: number;
}

/**
 * Consecutive windows of `context` targets; each begins with the byte before its first target. The last of a file is as
 * short as it is: padding would be bytes the model can see and nobody wrote. Files go by path, so their order changes nothing.
 */
export function windowsOf(files: readonly CorpusFile[], context: number): Window[] {
  const windows: Window[] = [];
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  for (const { path, bytes } of sorted) {
    for (let start = 0; start + 1 < bytes.length; start += context) {
      windows.push({ path, bytes, start, length: Math.min(context, bytes.length - 1 - start) });
    }
  }
  return windows;
}
