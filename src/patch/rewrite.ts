// Edits → new text. The `diff` package writes it from exact hunks; a plain splice and a fresh diff must agree, or nothing is returned.

import { applyPatch, diffArrays, type StructuredPatchHunk } from "diff";
import type { FileEdits } from "./edits.js";
import { joinLines, linesOf, type FileLine, type LineEnd } from "./file-lines.js";
import { accept, refuse, type Result } from "./patch-error.js";

export interface Rewritten {
  readonly after: string;
  /** Lines, as a fresh diff counts them. */
  readonly added: number;
  readonly removed: number;
}

interface Operation {
  readonly kind: " " | "-" | "+";
  readonly line: FileLine;
}

/** Applies `change` to `before`, whose lines are `lines`. */
export function rewrite(
  path: string,
  before: string,
  lines: readonly FileLine[],
  change: FileEdits,
): Result<Rewritten> {
  const operations = settleEnds(
    lines,
    spliced(lines, change),
    change.terminated ?? (before === "" || before.endsWith("\n")),
  );
  const after = joinLines(operations.filter((o) => o.kind !== "-").map((o) => o.line));
  const written = applyPatch(before, asPatch(toHunks(operations)), { fuzzFactor: 0, autoConvertLineEndings: false });
  const counts = recount(before, after, operations);
  if (written === after && counts) return accept({ after, ...counts });
  return refuse(
    "unverified",
    `the result for ${path} could not be verified, so it was discarded: write the change as other hunks`,
    {
      file: path,
    },
  );
}

/** Keeps, removals and additions over the whole file, in order. */
function spliced(lines: readonly FileLine[], { edits }: FileEdits): Operation[] {
  const operations: Operation[] = [];
  let at = 0;
  const keepUntil = (end: number) => {
    for (; at < end; at++) operations.push({ kind: " ", line: lines[at] });
  };
  for (const edit of edits) {
    keepUntil(edit.start);
    for (; at < edit.start + edit.removed; at++) operations.push({ kind: "-", line: lines[at] });
    for (const [i, { text, end }] of edit.added.entries()) {
      const model = edit.removed > 0 ? edit.start + Math.min(i, edit.removed - 1) : edit.start - 1;
      operations.push({ kind: "+", line: { text, end: end ?? endNear(lines, model) } });
    }
  }
  keepUntil(lines.length);
  return operations;
}

/** The line end in use at `at`: its own, else the nearest before it, else the first after it. */
function endNear(lines: readonly FileLine[], at: number): LineEnd {
  for (let i = Math.min(at, lines.length - 1); i >= 0; i--) if (lines[i].end !== "") return lines[i].end;
  return lines[0]?.end || "\n";
}

/** Gives every line but the last an end, and the last one if the file is to be `terminated`. */
function settleEnds(lines: readonly FileLine[], operations: readonly Operation[], terminated: boolean): Operation[] {
  const last = operations.findLastIndex((o) => o.kind !== "-");
  const settled: Operation[] = [];
  for (const [i, operation] of operations.entries()) {
    const { kind, line } = operation;
    const end = i === last && !terminated ? "" : line.end || endNear(lines, lines.length - 1);
    if (kind === "-" || end === line.end) settled.push(operation);
    else if (kind === "+") settled.push({ kind, line: { text: line.text, end } });
    else settled.push({ kind: "-", line }, { kind: "+", line: { text: line.text, end } });
  }
  return settled;
}

const CONTEXT = 3;

/** Hunks of exact text and numbers with three lines of context, as `diff` reads them. */
function toHunks(operations: readonly Operation[]): StructuredPatchHunk[] {
  const hunks: StructuredPatchHunk[] = [];
  let oldLine = 1;
  let newLine = 1;
  for (let at = 0; at < operations.length;) {
    const end = hunkEnd(operations, at);
    if (end === at) {
      oldLine++;
      newLine++;
      at++;
      continue;
    }
    const slice = operations.slice(at, end);
    const oldLines = slice.filter((o) => o.kind !== "+").length;
    const newLines = slice.filter((o) => o.kind !== "-").length;
    hunks.push({ oldStart: oldLine, oldLines, newStart: newLine, newLines, lines: slice.flatMap(hunkLines) });
    oldLine += oldLines;
    newLine += newLines;
    at = end;
  }
  return hunks;
}

/** The end of the hunk whose leading context begins at `at`; `at` itself if no change is near enough. */
function hunkEnd(operations: readonly Operation[], at: number): number {
  let end = at;
  for (let i = at; i < operations.length && i <= end + 2 * CONTEXT; i++) {
    if (operations[i].kind === " ") continue;
    if (end === at && i > at + CONTEXT) return at;
    end = i + 1;
  }
  return end === at ? at : Math.min(operations.length, end + CONTEXT);
}

function hunkLines({ kind, line }: Operation): string[] {
  const text = kind + line.text + (line.end === "\r\n" ? "\r" : "");
  return line.end === "" ? [text, "\\ No newline at end of file"] : [text];
}

function asPatch(hunks: StructuredPatchHunk[]) {
  return { oldFileName: "a", newFileName: "b", oldHeader: undefined, newHeader: undefined, hunks };
}

/** A fresh diff costs the square of the changed lines, or they times all lines; beyond this the two writers' agreement has to do. */
const MOST_REDIFFED = 1500;
const MOST_STEPS = 5e7;

/** Added and removed lines by a fresh diff, if the operations have the net effect of any diff of these texts; undefined if they have not. */
function recount(before: string, after: string, operations: readonly Operation[]) {
  const [old, now] = [linesOf(before), linesOf(after)];
  const balance = new Map<string, number>();
  const weigh = (line: string, sign: number) => balance.set(line, (balance.get(line) ?? 0) + sign);
  for (const line of now) weigh(line.replace(/\n$/, ""), 1);
  for (const line of old) weigh(line.replace(/\n$/, ""), -1);
  const changed = operations.filter((o) => o.kind !== " ");
  for (const [line] of changed.map(hunkLines)) weigh(line.slice(1), line.startsWith("+") ? -1 : 1);
  if ([...balance.values()].some((n) => n !== 0)) return undefined;
  const count = (kind: string) => changed.filter((o) => o.kind === kind).length;
  const dear = changed.length > MOST_REDIFFED || changed.length * (old.length + now.length) > MOST_STEPS;
  if (dear) return { added: count("+"), removed: count("-") };
  const kept = longestCommon(old, now);
  return { added: now.length - kept, removed: old.length - kept };
}

/** How many lines a smallest diff leaves. Those that stand on one side only are in no common sequence, and would cost most. */
function longestCommon(old: readonly string[], now: readonly string[]): number {
  const [before, after] = [new Set(old), new Set(now)];
  const parts = diffArrays(
    old.filter((line) => after.has(line)),
    now.filter((line) => before.has(line)),
  );
  return parts.reduce((sum, { added, removed, value }) => (added || removed ? sum : sum + value.length), 0);
}
