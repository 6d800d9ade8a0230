// Where a hunk's old side stands in the file: as a whole, or with outer context dropped. It reports places and never picks one of several.

import { TIERS, type LineIndex, type Tier } from "./file-lines.js";
import type { BodyLine } from "./patch.js";
import { endOfChanges, oldTexts, readings } from "./readings.js";

/** Lines of a hunk laid on the file from position `at` (from 0) on. */
export interface Fit {
  readonly tier: Tier;
  readonly at: number;
  readonly lines: readonly BodyLine[];
}

export interface Search {
  readonly tier: Tier;
  readonly lines: readonly BodyLine[];
  /** Positions from 0, ascending. */
  readonly hits: readonly number[];
}

/**
 * Looks for the whole old side; the strictest tier and the most literal reading with any hit decide.
 * `tellsEnds`: the patch tells LF from CR LF, so a place whose line ends agree goes before one whose do not.
 */
export function search(index: LineIndex, body: readonly BodyLine[], tellsEnds: boolean): Search | undefined {
  const variants = readings(body);
  for (const tier of TIERS) {
    for (const lines of variants) {
      const texts = oldTexts(lines);
      const hits = texts.length === 0 ? [] : index.find(tier, texts);
      if (hits.length > 0) return { tier, lines, hits: narrow(index, lines, hits, tellsEnds) };
    }
  }
  return undefined;
}

/** Letters and digits in the old side: what makes a place recognisable. */
export function recognisable(lines: readonly BodyLine[]): number {
  return (
    oldTexts(lines)
      .join("")
      .match(/[\p{L}\p{N}]/gu)?.length ?? 0
  );
}

/** True if the ends of the old lines are those of the file at `at`. */
export function endsAgree(index: LineIndex, lines: readonly BodyLine[], at: number): boolean {
  const old = lines.filter((line) => line.kind !== "+");
  return old.every((line, i) => {
    const { end } = index.lines[at + i];
    return end === "" || (end === "\r\n") === line.carriageReturn;
  });
}

/** Among several places, those that agree with a no-newline marker, then with the line ends. */
function narrow(
  index: LineIndex,
  lines: readonly BodyLine[],
  hits: readonly number[],
  tellsEnds: boolean,
): readonly number[] {
  if (hits.length === 1) return hits;
  const old = lines.filter((line) => line.kind !== "+");
  const marked = old.at(-1)!.unterminated;
  const atEnd = marked ? hits.filter((at) => at + old.length === index.lines.length) : [];
  const kept = atEnd.length > 0 ? atEnd : hits;
  const agreeing = tellsEnds ? kept.filter((at) => endsAgree(index, lines, at)) : [];
  return agreeing.length > 0 ? agreeing : kept;
}

const PARTIAL_TIERS: readonly Tier[] = ["exact", "trailing-blanks", "punctuation"];
/** Less is no evidence once context has been dropped. */
const PARTIAL_LETTERS = 10;
const MANY_HITS = 100;

/**
 * Looks with less outer context, then run by run of changes. Every line next to a change and every line between two changes must still
 * match. Empty where nothing fits or the best fit is not the only one.
 */
export function searchPartial(index: LineIndex, body: readonly BodyLine[]): readonly Fit[] {
  const variants = readings(body);
  for (const tier of PARTIAL_TIERS) {
    for (const lines of variants) {
      const whole = fitTrimmed(index, tier, lines);
      const fits = whole ? [whole.fit] : fitRuns(index, tier, lines);
      if (fits.length > 0) return fits;
    }
  }
  return [];
}

interface Trimmed {
  readonly fit: Fit;
  /** Context lines in use before the first and after the last change. */
  readonly lead: number;
  readonly tail: number;
}

/** The only place with the most matching context around the changes of `lines`. */
function fitTrimmed(index: LineIndex, tier: Tier, lines: readonly BodyLine[]): Trimmed | undefined {
  const first = lines.findIndex((line) => line.kind !== " ");
  const last = endOfChanges(lines);
  const core = lines.slice(Math.max(0, first - 1), last + 1);
  const texts = oldTexts(core);
  if (texts.length === 0) return undefined;
  const hits = index.find(tier, texts).filter((at) => neighboursKnown(index, core, at, texts.length));
  if (hits.length === 0 || hits.length >= MANY_HITS) return undefined;
  const grown = hits.map((at) => growContext(index, tier, lines, { first, last, at, size: texts.length }));
  grown.sort((a, b) => b.lead + b.tail - a.lead - a.tail);
  const [best, second] = grown;
  if (second && second.lead + second.tail === best.lead + best.tail) return undefined;
  if (hasExtraContext(index, lines, { first, last, ...best })) return undefined;
  return recognisable(best.fit.lines) < PARTIAL_LETTERS ? undefined : best;
}

/** An insertion that lost its outer context needs a line on both sides, or the edge of the file. */
function neighboursKnown(index: LineIndex, core: readonly BodyLine[], at: number, size: number): boolean {
  const inserts = changeRuns(core).filter(({ start, end }) =>
    core.slice(start, end).every((line) => line.kind === "+"),
  );
  const opens = inserts.some((run) => run.start === 0);
  const closes = inserts.some((run) => run.end === core.length);
  return (!opens || at === 0) && (!closes || at + size === index.lines.length);
}

interface Core {
  readonly first: number;
  readonly last: number;
  readonly at: number;
  readonly size: number;
}

function growContext(index: LineIndex, tier: Tier, lines: readonly BodyLine[], core: Core): Trimmed {
  let lead = Math.min(1, core.first);
  let tail = Math.min(1, lines.length - core.last);
  let at = core.at;
  let end = core.at + core.size;
  while (lead < core.first && index.standsAt(tier, [lines[core.first - lead - 1].text], at - 1)) {
    lead++;
    at--;
  }
  while (core.last + tail < lines.length && index.standsAt(tier, [lines[core.last + tail].text], end)) {
    tail++;
    end++;
  }
  return { fit: { tier, at, lines: lines.slice(core.first - lead, core.last + tail) }, lead, tail };
}

interface Dropped extends Trimmed {
  readonly first: number;
  readonly last: number;
}

/** Dropped context goes on in the file right beside what fits: the lines between are new ones that lost their +, and no wrong copies. */
function hasExtraContext(index: LineIndex, lines: readonly BodyLine[], dropped: Dropped): boolean {
  const { fit, first, last, lead, tail } = dropped;
  const end = fit.at + oldTexts(fit.lines).length;
  const goesOn = (beyond: readonly BodyLine[], at: number) =>
    beyond.some((line, i) => (i === 0 || line.text.trim() !== "") && index.standsAt("whitespace", [line.text], at));
  const before = lines.slice(0, Math.max(0, first - lead - 1)).toReversed();
  return goesOn(before, fit.at - 1) || goesOn(lines.slice(last + tail + 1), end);
}

/** Each run of changes by itself with the context around it; none if any is lost, out of order, or skips context between runs. */
function fitRuns(index: LineIndex, tier: Tier, lines: readonly BodyLine[]): readonly Fit[] {
  const runs = changeRuns(lines);
  if (runs.length < 2) return [];
  const fits: Trimmed[] = [];
  for (const [i, run] of runs.entries()) {
    const from = runs[i - 1]?.end ?? 0;
    const found = fitTrimmed(index, tier, lines.slice(from, runs[i + 1]?.start ?? lines.length));
    if (!found) return [];
    const previous = fits.at(-1);
    if (previous) {
      const bridged = previous.tail + found.lead >= run.start - from;
      if (!bridged || found.fit.at + found.lead < endOf(previous)) return [];
    }
    fits.push(found);
  }
  return fits.map((trimmed) => trimmed.fit);
}

/** Position after the last removed line of a fit. */
function endOf(trimmed: Trimmed): number {
  return trimmed.fit.at + oldTexts(trimmed.fit.lines).length - trimmed.tail;
}

function changeRuns(lines: readonly BodyLine[]): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = [];
  for (const [at, line] of lines.entries()) {
    if (line.kind === " ") continue;
    const last = runs.at(-1);
    if (last?.end === at) last.end++;
    else runs.push({ start: at, end: at + 1 });
  }
  return runs;
}
