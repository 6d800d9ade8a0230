// Placed hunks → edits of the file's lines: sorted, without duplicates, refused where they touch the same lines.

import type { FileLine, LineEnd } from "./file-lines.js";
import { leadingBlanks, translateIndent, type IndentPair } from "./indent.js";
import { endsAgree } from "./locate.js";
import { accept, refuse, type PatchError, type Result } from "./patch-error.js";
import type { BodyLine, Hunk } from "./patch.js";
import type { Placement, Target } from "./place-hunks.js";

export interface AddedLine {
  readonly text: string;
  /** Null: as its neighbours in the file. */
  readonly end: LineEnd | null;
}

/** Replaces `removed` lines from `start` (from 0) on by `added`. */
export interface Edit {
  readonly start: number;
  readonly removed: number;
  readonly added: readonly AddedLine[];
  readonly hunk: Hunk;
}

export interface FileEdits {
  readonly edits: readonly Edit[];
  /** Hunks that cannot be written where they belong. */
  readonly errors: readonly PatchError[];
  /** Whether the file afterwards ends in a newline; null: as before. */
  readonly terminated: boolean | null;
}

export function collectEdits(target: Target, placements: readonly Placement[]): FileEdits {
  const edits: Edit[] = [];
  const errors: PatchError[] = [];
  let terminated: boolean | null = null;
  const all = placements.map(({ lines, at }) => indentPairs(target.index.lines, lines, at));
  const pairs = distinctPairs(all.flat());
  for (const [i, placement] of placements.entries()) {
    const found = editsOf(target, { ...placement, own: distinctPairs(all[i]), pairs });
    if (found.ok) edits.push(...found.value);
    else errors.push(found.error);
    terminated = finalNewline(target, placement) ?? terminated;
  }
  edits.sort((a, b) => a.start - b.start || a.removed - b.removed);
  const distinct = edits.filter((edit, i) => i === 0 || !sameEdit(edit, edits[i - 1]));
  return { edits: distinct, errors: errors.concat(overlaps(target, distinct)), terminated };
}

function overlaps(target: Target, edits: readonly Edit[]): readonly PatchError[] {
  const errors: PatchError[] = [];
  for (const [i, edit] of edits.entries()) {
    const previous = edits[i - 1];
    if (!previous) continue;
    const end = previous.start + previous.removed;
    const bothInsert = previous.removed + edit.removed === 0;
    if (edit.start > end || (edit.start === end && !bothInsert)) continue;
    const { hunk } = edit;
    const message = `hunks ${previous.hunk.index} and ${hunk.index} of ${target.path} change the same lines: make them one hunk`;
    const place = { file: target.path, hunk: hunk.index, line: hunk.line };
    errors.push({ code: "overlap", message, ...place, candidates: [edit.start + 1] });
  }
  return errors;
}

function sameEdit(a: Edit, b: Edit): boolean {
  if (a.start !== b.start || a.removed !== b.removed || a.added.length !== b.added.length || a.hunk === b.hunk)
    return false;
  return a.added.every((line, i) => line.text === b.added[i].text && line.end === b.added[i].end);
}

interface Placed extends Placement {
  /** The indentation of the hunk. */
  readonly own: readonly IndentPair[];
  /** That of all hunks of the file. */
  readonly pairs: readonly IndentPair[];
}

/** One edit per run of changes. */
function editsOf(target: Target, placement: Placed): Result<readonly Edit[]> {
  const { lines, hunk } = placement;
  const literalEnds = target.tellsEnds && endsAgree(target.index, lines, placement.at);
  const edits: Edit[] = [];
  let at = placement.at;
  for (let i = 0; i < lines.length;) {
    if (lines[i].kind === " ") {
      i++;
      at++;
      continue;
    }
    let end = i;
    while (end < lines.length && lines[end].kind !== " ") end++;
    const run = lines.slice(i, end);
    const removed = run.filter((line) => line.kind === "-").length;
    const added = indented(target, placement, run, at);
    if (!added.ok) return added;
    const ends = added.value.map(({ text, line }) => ({ text, end: literalEnds ? writtenEnd(line) : null }));
    edits.push({ start: at, removed, added: ends, hunk });
    at += removed;
    i = end;
  }
  return accept(edits);
}

function writtenEnd(line: BodyLine): LineEnd {
  return line.carriageReturn ? "\r\n" : "\n";
}

interface IndentedLine {
  readonly text: string;
  readonly line: BodyLine;
}

/** The added lines of a run; where white space was mangled, with the file's indentation. */
function indented(
  target: Target,
  placement: Placed,
  run: readonly BodyLine[],
  at: number,
): Result<readonly IndentedLine[]> {
  const added = run.filter((line) => line.kind === "+");
  if (isLiteral(placement)) return accept(added.map((line) => ({ text: line.text, line })));
  const all = placement.tier === "whitespace" ? placement.own : placement.pairs;
  const own = indentPairs(target.index.lines, run, at);
  const twin = replacedLine(run) ? own[0]?.actual : undefined;
  const result: IndentedLine[] = [];
  for (const line of added) {
    const written = leadingBlanks(line.text);
    const blank = line.text.trim() === "";
    const told = placement.pairs.length <= MOST_PAIRS;
    const indent = blank ? "" : (twin ?? (told ? translateIndent(written, own, all, placement.pairs) : undefined));
    if (indent === undefined) return unclear(target, placement.hunk, line);
    result.push({ text: blank ? "" : indent + line.text.slice(written.length), line });
  }
  return accept(result);
}

/** The added lines are as the file wants them: their hunk shows it, or has no indentation and no other hunk's was changed. */
function isLiteral({ tier, own, pairs }: Placed): boolean {
  if (tier === "whitespace") return false;
  return own.some((pair) => pair.written !== "") || pairs.every((pair) => pair.written === pair.actual);
}

/** One line in the place of another that was written with the same indentation and begins or ends alike. */
function replacedLine(run: readonly BodyLine[]): boolean {
  const [old, fresh] = run;
  if (run.length !== 2 || old.kind !== "-" || fresh.kind !== "+") return false;
  const [before, after] = [old, fresh].map(({ text }) => text.trim());
  const alike = before.slice(0, 3) === after.slice(0, 3) || before.slice(-8) === after.slice(-8);
  return before.length > 2 && leadingBlanks(old.text) === leadingBlanks(fresh.text) && alike;
}

function unclear(target: Target, hunk: Hunk, line: BodyLine) {
  const message =
    `hunk ${hunk.index} of ${target.path} fits only with other white space, and the indentation of line ${line.line} of the patch does not ` +
    "follow from it: copy the file's lines exactly";
  return refuse("unclear-indent", message, { file: target.path, hunk: hunk.index, line: line.line });
}

function indentPairs(file: readonly FileLine[], lines: readonly BodyLine[], at: number): IndentPair[] {
  const old = lines.filter((line) => line.kind !== "+");
  const pairs = old.map((line, i) => ({ text: line.text, actual: file[at + i].text, removed: line.kind === "-" }));
  const solid = pairs.filter((pair) => pair.actual.trim() !== "");
  return solid.map(({ text, actual, removed }) => {
    return { written: leadingBlanks(text), actual: leadingBlanks(actual), removed };
  });
}

/** Every line is held against every pair; more ways than this to indent show nothing. */
const MOST_PAIRS = 500;

/** Without repetitions, in their order: they are evidence by what they show, not by how often. */
function distinctPairs(pairs: readonly IndentPair[]): readonly IndentPair[] {
  return [...new Map(pairs.map((pair) => [JSON.stringify(pair), pair])).values()];
}

/** What the no-newline markers say, if the hunk reaches the end of the file; null if nothing. */
function finalNewline(target: Target, { lines, at }: Placement): boolean | null {
  const lastOld = lines.findLast((line) => line.kind !== "+");
  const lastNew = lines.findLast((line) => line.kind !== "-");
  const size = lines.filter((line) => line.kind !== "+").length;
  if (at + size !== target.index.lines.length || lastOld === lastNew) return null;
  if (lastNew?.unterminated) return false;
  return lastOld?.unterminated ? true : null;
}
