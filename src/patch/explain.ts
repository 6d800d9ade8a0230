// What to tell an author whose hunk has no place or several: candidate lines, and the file's own lines at the best partial match.

import type { LineIndex } from "./file-lines.js";
import type { Search } from "./locate.js";
import { refuse, type Excerpt, type PatchError, type Refusal } from "./patch-error.js";
import { rangeIndex, type BodyLine, type Hunk } from "./patch.js";
import { oldTexts } from "./readings.js";

interface Target {
  readonly path: string;
  readonly index: LineIndex;
}

const MOST_CANDIDATES = 20;
/** Lines of an excerpt, and of those round one of several places. */
const MOST_EXCERPT = 40;
const MOST_SHOWN = 8;
const MOST_PLACES = 3;
const LEAVES_OUT = /^(?:(?:\/\/|#|--|\/\*)\s*)?(?:\.\.\.|\u2026)/;
/** Characters of a line that a sentence quotes. */
const MOST_QUOTED = 200;

export function explainAmbiguous(target: Target, hunk: Hunk, found: Search): Refusal {
  const candidates = found.hits.slice(0, MOST_CANDIDATES).map((at) => at + 1);
  const more = found.hits.length > MOST_CANDIDATES ? " and more" : "";
  const message =
    `hunk ${hunk.index} of ${target.path} fits in more than one place (lines ${candidates.join(", ")}${more}): ` +
    "add unchanged lines around it until only one place fits";
  const size = Math.min(MOST_SHOWN, oldTexts(found.lines).length);
  const excerpts = found.hits.slice(0, MOST_PLACES).map((at) => excerpt(target.index, at, size));
  return refuse("ambiguous", message, { file: target.path, hunk: hunk.index, line: hunk.line, candidates, excerpts });
}

/** The text of the patch ends within a changed line of a hunk that announces more. */
export function cutOff(path: string, hunk: Hunk): PatchError {
  const message =
    `the patch ends in the middle of hunk ${hunk.index} of ${path}, which announces more lines: ` +
    "send it to its end, with unchanged lines after the last change";
  return { code: "truncated", message, file: path, hunk: hunk.index, line: hunk.line };
}

export function explainMissing(target: Target, hunk: Hunk): Refusal {
  const place = { file: target.path, hunk: hunk.index };
  const old = hunk.body.filter((line) => line.kind !== "+");
  const elided = old.find((line) => LEAVES_OUT.test(line.text.trimStart()));
  const start = bestStart(target.index, old, hunk);
  const wrong =
    elided ??
    old.find((line, i) => start === undefined || !target.index.standsAt("trailing-blanks", [line.text], start + i));
  const line = wrong?.line ?? hunk.line;
  const head = `hunk ${hunk.index} of ${target.path} does not fit: its unchanged and removed lines are not in the file as written`;
  if (elided) {
    return refuse(
      "context-not-found",
      `${head}; line ${line} of the patch leaves lines out: write every line, or two hunks`,
      { ...place, line },
    );
  }
  if (start === undefined || !wrong)
    return refuse("context-not-found", `${head}; not one of them is there`, { ...place, line });
  const actual = target.index.lines[start + old.indexOf(wrong)]?.text;
  const has = actual === undefined ? "the file ends" : `the file has ${quoted(actual)}`;
  const message =
    `${head}. The nearest place begins in line ${start + 1}; line ${line} of the patch says ${quoted(wrong.text)} where ${has}. ` +
    "Send the hunk again with the file's own lines";
  return refuse("context-not-found", message, {
    ...place,
    line,
    candidates: [start + 1],
    excerpts: [excerpt(target.index, start, Math.min(MOST_EXCERPT, old.length))],
  });
}

/** The position at which most old lines stand where they should; of equals the one nearest to the stated line. */
function bestStart(index: LineIndex, old: readonly BodyLine[], hunk: Hunk): number | undefined {
  const votes = new Map<number, number>();
  for (const [i, line] of old.entries()) {
    if (line.text.trim() === "") continue;
    const positions = index.positions("whitespace", line.text);
    if (positions.length > MOST_CANDIDATES) continue;
    for (const at of positions) votes.set(at - i, (votes.get(at - i) ?? 0) + 1);
  }
  const stated = hunk.stated ? rangeIndex(hunk.stated.oldStart, hunk.stated.oldCount) : 0;
  const ranked = [...votes].filter(([at]) => at >= 0);
  ranked.sort(([a, votesA], [b, votesB]) => votesB - votesA || Math.abs(a - stated) - Math.abs(b - stated));
  return ranked[0]?.[0];
}

function quoted(text: string): string {
  return JSON.stringify(text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)} …` : text);
}

function excerpt(index: LineIndex, start: number, size: number): Excerpt {
  const from = Math.max(0, start - 3);
  const to = Math.min(index.lines.length, start + size + 3);
  return { startLine: from + 1, lines: index.lines.slice(from, to).map((line) => line.text) };
}
