// How a file is shown: its lines as they are, and a line of AXON's own wherever some are missing.

import { dataBlock, marker } from "./data-block.js";
import type { ReadableFile } from "./readable-file.js";
import type { CountTokens } from "./tokens.js";

/** Lines shown round a line that matters. */
const [BEFORE, AFTER] = [6, 24];
/** Tokens of the line that stands for what is missing. */
const GAP = 16;
const MOST_PLACES = 40;

/** All lines that may be shown. */
export function allLines(file: ReadableFile): Set<number> {
  return new Set(file.lines.flatMap((_, i) => (file.withheld.has(i) ? [] : [i])));
}

export function fileBlock(tag: string, file: ReadableFile, shown: ReadonlySet<number>): string {
  const { lines } = file;
  const rows: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (shown.has(i)) {
      rows.push(lines[i]);
      continue;
    }
    const first = i;
    while (i + 1 < lines.length && !shown.has(i + 1)) i++;
    rows.push(marker(tag, first === i ? `[line ${i + 1} left out]` : `[lines ${first + 1}-${i + 1} left out]`));
  }
  const size = lines.length === 1 ? "1 line" : `${lines.length} lines`;
  const text = rows.map((row) => `${row}\n`).join("");
  return dataBlock(tag, `file ${JSON.stringify(file.path)}, ${size}`, text);
}

/** Lines that cost at most about `room` tokens: the beginning, and the places where the most of the `words` stand. */
export function linesAbout(
  file: ReadableFile,
  words: readonly string[],
  room: number,
  count: CountTokens,
): Set<number> {
  const shown = new Set<number>();
  let left = room;
  for (const place of places(file, words)) {
    const wanted: number[] = [];
    for (let i = Math.max(0, place - BEFORE); i <= Math.min(file.lines.length - 1, place + AFTER); i++) {
      if (!shown.has(i) && !file.withheld.has(i)) wanted.push(i);
    }
    const costs = wanted.map((i) => count(file.lines[i]) + 1);
    const cost = costs.reduce((sum, each) => sum + each, GAP);
    if (cost > left) continue;
    left -= cost;
    for (const i of wanted) shown.add(i);
  }
  return shown;
}

function places(file: ReadableFile, words: readonly string[]): number[] {
  const hits = file.lines.map((line, i) => ({
    i,
    hits: words.filter((word) => line.toLowerCase().includes(word)).length,
  }));
  const best = hits.filter((place) => place.hits > 0).toSorted((a, b) => b.hits - a.hits || a.i - b.i);
  return [0, ...best.slice(0, MOST_PLACES).map(({ i }) => i)];
}
