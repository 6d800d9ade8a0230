// What to tell an author whose hunk has no place or several: candidate lines, and the file's own lines at the best partial match.

import type { LineIndex } from "./file-lines.js";
import type { Search } from "./locate.js";
import { refuse, type Excerpt, type Refusal } from "./patch-error.js";
import { rangeIndex, type BodyLine, type Hunk } from "./patch.js";

interface Target {
  readonly path: string;
  readonly index: LineIndex;
}

const MOST_CANDIDATES = 20;
const MOST_EXCERPT = 40;

export function explainAmbiguous(target: Target, hunk: Hunk, found: Search): Refusal {
  const candidates = found.hits.slice(0, MOST_CANDIDATES).map((at) => at + 1);
  const more = found.hits.length > MOST_CANDIDATES ? " and more" : "";
  const message =
    `hunk ${hunk.index} of ${target.path} fits in more than one place (lines ${candidates.join(", ")}${more}): ` +
    "add unchanged lines around it until only one place fits";
  return refuse("ambiguous", message, { file: target.path, hunk: hunk.index, line: hunk.line, candidates });
}

export function explainMissing(target: Target, hunk: Hunk): Refusal {
  const place = { file: target.path, hunk: hunk.index };
  const old = hunk.body.filter((line) => line.kind !== "+");
  const elided = old.find((line) => /^\s*(?:\/\/|#|--|\/\*)?\s*(?:\.\.\.|\u2026)/.test(line.text));
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
  const has = actual === undefined ? "the file ends" : `the file has ${JSON.stringify(actual)}`;
  const message =
    `${head}. The nearest place begins in line ${start + 1}; line ${line} of the patch says ${JSON.stringify(wrong.text)} where ${has}. ` +
    "Send the hunk again with the file's own lines";
  return refuse("context-not-found", message, {
    ...place,
    line,
    candidates: [start + 1],
    excerpt: excerpt(target.index, start, old.length),
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

function excerpt(index: LineIndex, start: number, size: number): Excerpt {
  const from = Math.max(0, start - 2);
  const to = Math.min(index.lines.length, start + Math.min(size, MOST_EXCERPT) + 2);
  return { startLine: from + 1, lines: index.lines.slice(from, to).map((line) => line.text) };
}
