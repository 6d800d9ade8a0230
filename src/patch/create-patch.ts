// Two texts → a unified diff in git's form, which `git apply` and applyPatch read.

import { formatPatch, structuredPatch, type StructuredPatch, type StructuredPatchHunk } from "diff";
import { linesOf } from "./file-lines.js";

const CONTEXT = 3;

/** A smallest diff takes the square of the lines that it changes, and up to as many steps for each as there are lines. */
const MOST_CHANGED = 2000;
const MOST_STEPS = 5e7;

/**
 * The diff of one file, with three lines of context; empty if nothing changes. `before` undefined: the file is new; `after` undefined:
 * it is deleted. `path` is relative to the repository and carries no prefix. Where too much differs to look for the smallest diff, one
 * hunk takes out and puts in everything from the first difference to the last.
 */
export function createPatch(path: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return "";
  const patch = differences(path, before ?? "", after ?? "");
  if (before === undefined)
    return formatPatch({ ...patch, isGit: true, isCreate: true, oldFileName: "/dev/null", newMode: "100644" });
  if (after === undefined)
    return formatPatch({ ...patch, isGit: true, isDelete: true, newFileName: "/dev/null", oldMode: "100644" });
  return formatPatch({ ...patch, isGit: true });
}

function differences(path: string, before: string, after: string): StructuredPatch {
  const [oldFileName, newFileName] = [`a/${path}`, `b/${path}`];
  const [old, now] = [linesOf(before), linesOf(after)];
  const maxEditLength = Math.min(MOST_CHANGED, Math.floor(MOST_STEPS / (old.length + now.length + 1)));
  const options = { context: CONTEXT, maxEditLength };
  const smallest = structuredPatch(oldFileName, newFileName, before, after, undefined, undefined, options);
  if (smallest) return smallest;
  return { oldFileName, newFileName, oldHeader: undefined, newHeader: undefined, hunks: [oneHunk(old, now)] };
}

/** Everything between the equal lines at the start and those at the end, as removed and added. */
function oneHunk(old: readonly string[], now: readonly string[]): StructuredPatchHunk {
  const most = Math.min(old.length, now.length);
  let start = 0;
  while (start < most && old[start] === now[start]) start++;
  let tail = 0;
  while (tail < most - start && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const from = Math.max(0, start - CONTEXT);
  const kept = Math.min(CONTEXT, tail);
  const [oldEnd, newEnd] = [old.length - tail, now.length - tail];
  const lines = [
    ...old.slice(from, start).map((line) => hunkLines(" ", line)),
    ...old.slice(start, oldEnd).map((line) => hunkLines("-", line)),
    ...now.slice(start, newEnd).map((line) => hunkLines("+", line)),
    ...old.slice(oldEnd, oldEnd + kept).map((line) => hunkLines(" ", line)),
  ];
  const [oldLines, newLines] = [oldEnd + kept - from, newEnd + kept - from];
  return { oldStart: from + 1, oldLines, newStart: from + 1, newLines, lines: lines.flat() };
}

function hunkLines(kind: " " | "-" | "+", line: string): readonly string[] {
  return line.endsWith("\n") ? [kind + line.slice(0, -1)] : [kind + line, "\\ No newline at end of file"];
}
