// Decides for every hunk of a file where it belongs, or why nobody can say. Never the nearest place, never the first.

import type { LineIndex } from "./file-lines.js";
import { cutOff, explainAmbiguous, explainMissing } from "./explain.js";
import { recognisable, search, searchPartial, type Fit, type Search } from "./locate.js";
import { accept, refuse, type PatchError, type Refusal, type Result } from "./patch-error.js";
import { rangeIndex, type Hunk } from "./patch.js";
import { newTexts, oldTexts } from "./readings.js";

export interface Placement extends Fit {
  readonly hunk: Hunk;
}

/** The file a hunk is laid on, and whether the patch tells LF from CR LF. */
export interface Target {
  readonly path: string;
  readonly index: LineIndex;
  readonly tellsEnds: boolean;
}

interface Attempt {
  readonly hunk: Hunk;
  readonly found: Search | undefined;
}

export interface Placed {
  readonly placements: readonly Placement[];
  /** Hunks without a place of their own. */
  readonly errors: readonly PatchError[];
}

/** Where each hunk belongs, in no particular order. */
export function placeHunks(target: Target, hunks: readonly Hunk[]): Placed {
  const attempts = hunks.map((hunk): Attempt => ({ hunk, found: search(target.index, hunk.body, target.tellsEnds) }));
  const offset = sharedOffset(attempts);
  const placements: Placement[] = [];
  const errors: PatchError[] = [];
  for (const attempt of attempts) {
    const result = place(target, attempt, offset);
    if (!result.ok) errors.push(result.error);
    else if (endsWithin(target, attempt.hunk, result.value)) errors.push(cutOff(target.path, attempt.hunk));
    else placements.push(...result.value);
  }
  return { placements, errors };
}

/** A hunk that was cut off, and the file goes on after it. */
function endsWithin({ index }: Target, hunk: Hunk, placed: readonly Placement[]): boolean {
  return hunk.cutOff && placed.every(({ at, lines }) => at + oldTexts(lines).length < index.lines.length);
}

/** How far the uniquely placed hunks stand from their stated lines; 0 if there are none, undefined if they disagree. */
function sharedOffset(attempts: readonly Attempt[]): Offset {
  const offsets = new Set<number>();
  for (const { hunk, found } of attempts) {
    const stated = statedIndex(hunk);
    if (found?.hits.length === 1 && stated !== undefined && !isWeak(found)) offsets.add(found.hits[0] - stated);
  }
  if (offsets.size > 1) return { value: undefined, corroborated: false };
  return { value: [...offsets][0] ?? 0, corroborated: offsets.size === 1 };
}

interface Offset {
  readonly value: number | undefined;
  /** At least one hunk stands where only it can. */
  readonly corroborated: boolean;
}

function statedIndex(hunk: Hunk): number | undefined {
  return hunk.stated ? rangeIndex(hunk.stated.oldStart, hunk.stated.oldCount) : undefined;
}

function place(target: Target, { hunk, found }: Attempt, offset: Offset): Result<readonly Placement[]> {
  const stated = statedIndex(hunk);
  const expected = stated === undefined || offset.value === undefined ? undefined : stated + offset.value;
  if (oldTexts(hunk.body).length === 0)
    return placeBareInsertion(target, hunk, offset.corroborated ? expected : undefined);
  if (!found) return placePartly(target, hunk);
  const at = choose(target.index, found, hunk, expected);
  if (at === undefined) {
    return found.hits.length > 1 ? explainAmbiguous(target, hunk, found) : weak(target, hunk, found.hits[0]);
  }
  if (alreadyInserted(target.index, found, at)) return applied(target, hunk);
  return accept([{ hunk, tier: found.tier, at, lines: found.lines }]);
}

/** The only hit if it is strong or where it was stated; of several, only the stated one, and only under right arithmetic. */
function choose(index: LineIndex, found: Search, hunk: Hunk, expected: number | undefined): number | undefined {
  const [only] = found.hits;
  if (found.hits.length === 1) {
    const strong = found.tier === "whitespace" ? recognisable(found.lines) >= 10 : !isWeak(found);
    return strong || (found.tier !== "whitespace" && only === expected) ? only : undefined;
  }
  const literal = found.tier === "exact" || found.tier === "trailing-blanks";
  if (!hunk.trusted || !literal || expected === undefined) return undefined;
  const listed = found.hits.includes(expected) || found.hits.length >= 200;
  return listed && index.standsAt(found.tier, oldTexts(found.lines), expected) ? expected : undefined;
}

/** Too little text to be sure that this place is meant. */
function isWeak(found: Search): boolean {
  const solid = found.lines.filter((line) => line.kind !== "+" && line.text.trim() !== "").length;
  return recognisable(found.lines) < 4 && !(found.tier === "exact" && solid >= 3);
}

/** An insertion without any context stands only on its numbers; they count if another hunk proves them. */
function placeBareInsertion(target: Target, hunk: Hunk, expected: number | undefined): Result<readonly Placement[]> {
  const size = target.index.lines.length;
  const at = size === 0 ? 0 : hunk.trusted ? expected : undefined;
  if (at !== undefined && at <= size) return accept([{ hunk, tier: "exact", at, lines: hunk.body }]);
  const message = `hunk ${hunk.index} of ${target.path} only adds lines and shows none of the file: add three unchanged lines before and after`;
  return refuse("weak-context", message, placeOf(target, hunk));
}

function placePartly(target: Target, hunk: Hunk): Result<readonly Placement[]> {
  const { index } = target;
  if (isApplied(index, hunk)) return applied(target, hunk);
  const fits = searchPartial(index, hunk.body);
  if (fits.length > 0) return accept(fits.map((fit) => ({ hunk, ...fit })));
  return explainMissing(target, hunk);
}

/** The new side stands in the file, and what the hunk would remove does not. */
function isApplied(index: LineIndex, hunk: Hunk): boolean {
  const after = hunk.body.filter((line) => line.kind !== "-").map((line) => ({ ...line, kind: " " as const }));
  if (recognisable(after) < 4 || index.find("trailing-blanks", newTexts(after)).length === 0) return false;
  const adds = hunk.body.some((line) => line.kind === "+" && line.text.trim() !== "");
  return (
    adds || hunk.body.every((line) => line.kind === " " || index.positions("trailing-blanks", line.text).length === 0)
  );
}

/** A hunk that only adds, with context on one side: the text it adds stands there already. */
function alreadyInserted(index: LineIndex, found: Search, at: number): boolean {
  const { lines, tier } = found;
  const oneSided = lines[0].kind === "+" || lines.at(-1)!.kind === "+";
  if (!oneSided || lines.some((line) => line.kind === "-")) return false;
  const added = lines.filter((line) => line.kind === "+").map((line) => ({ ...line, kind: " " as const }));
  if (recognisable(added) < 4) return false;
  const start = lines[0].kind === "+" ? at - lines.findIndex((line) => line.kind === " ") : at;
  return index.standsAt(tier, newTexts(lines), start);
}

function applied(target: Target, hunk: Hunk): Refusal {
  const message = `hunk ${hunk.index} of ${target.path} is already there: the file holds its new lines; leave the hunk out`;
  return refuse("already-applied", message, placeOf(target, hunk));
}

function weak(target: Target, hunk: Hunk, at: number): Refusal {
  const message = `hunk ${hunk.index} of ${target.path} shows too little of the file to be sure of its place: add more unchanged lines`;
  return refuse("weak-context", message, { ...placeOf(target, hunk), candidates: [at + 1] });
}

function placeOf(target: Target, hunk: Hunk) {
  return { file: target.path, hunk: hunk.index, line: hunk.line };
}
