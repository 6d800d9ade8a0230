// Which files a wish and earlier attempts speak of. Words are compared, nothing is understood.

import type { Attempt } from "../candidate.js";
import type { PromptFile } from "./prompt.js";

const MOST_WORDS = 30;
const COMMON = new Set(
  "about after also and because before better change could from have into make more should some than that them then there these this those what when where which while will with would your please using improve".split(
    " ",
  ),
);

/** The words of a wish that could name something in the code, in lower case. */
export function wordsOf(hint: string): string[] {
  const words = hint.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_.-]{2,60}/gu) ?? [];
  const clean = words.map((word) => word.replace(/[.-]+$/, "")).filter((word) => word.length > 3 && !COMMON.has(word));
  return [...new Set(clean)].slice(0, MOST_WORDS);
}

/** Paths that diffs of earlier attempts name, with how many do. */
export function pathsTouched(attempts: readonly Attempt[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { diff } of attempts.slice(-200)) {
    for (const [, path] of diff.slice(0, 100_000).matchAll(/^\+\+\+ (?:b\/)?([^\t\n]+)/gm)) {
      if (path !== undefined) found.set(path, (found.get(path) ?? 0) + 1);
    }
  }
  return found;
}

/** 0 where nothing speaks of the file; a path in the wish counts most. */
export function relevance(file: PromptFile, words: readonly string[], touched: ReadonlyMap<string, number>): number {
  const path = file.path.toLowerCase();
  const name = path.slice(path.lastIndexOf("/") + 1);
  const stem = name.replace(/\.[^.]*$/, "");
  const named = words.some((word) => word === path || word === name || word === stem) ? 10 : 0;
  const inPath = words.filter((word) => path.includes(word)).length;
  const text = file.text.toLowerCase();
  const inText = Math.min(4, words.filter((word) => text.includes(word)).length);
  return named + 3 * inPath + inText + (touched.has(file.path) ? 1 : 0);
}
