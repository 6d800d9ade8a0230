// Reads one hunk, forgiving wrong or missing numbers. Counts decide only where prose after a hunk begins.

import type { SourceLine } from "./extract-diff.js";
import { isNamePair, startsSection, unfitMark } from "./parse-section.js";
import type { BodyLine, HunkNumbers, LineKind } from "./patch.js";

/** A hunk before it is known whether its file's arithmetic is right. */
export interface RawHunk {
  readonly line: number;
  readonly stated: HunkNumbers | null;
  readonly countsRight: boolean;
  readonly cutOff: boolean;
  readonly body: readonly BodyLine[];
}

interface HunkEnd {
  readonly hunk: RawHunk;
  readonly next: number;
}

interface Counts {
  old: number;
  new: number;
}

const NUMBERS = /^@@+\s*-(\d{1,9})(?:,(\d{1,9}))?\s+\+(\d{1,9})(?:,(\d{1,9}))?/;
const ENVELOPE_MARK = /^\*\*\* (?:End Patch|Update File|Add File|Delete File|End of File|Move to)/;
const SIGNATURE = /^-- ?$/;

/** The hunk whose `@@` line stands at index `at`, or whose body begins at `at` if there is none. */
export function parseHunk(lines: readonly SourceLine[], at: number): HunkEnd {
  const numbers = NUMBERS.exec(lines[at].text);
  const stated = numbers && statedNumbers(numbers);
  const start = lines[at].text.startsWith("@@") ? at + 1 : at;
  const counts: Counts = { old: 0, new: 0 };
  let end = start;
  let satisfied = matches(counts, stated);
  while (end < lines.length && !endsBody(lines, end, counts, stated)) {
    if (satisfied && onlyProseFollows(lines, end)) break;
    count(counts, lines[end].text);
    end++;
    satisfied = matches(counts, stated) && !lines[end]?.text.startsWith("\\");
  }
  const body = toBody(lines.slice(start, end));
  const exact = matches(tally(body), stated);
  const trimmed = exact ? body : withoutBlankTail(body);
  const countsRight = exact || matches(tally(trimmed), stated);
  return {
    hunk: {
      line: lines[at].number,
      stated,
      countsRight,
      cutOff: lines[end - 1].unfinished === true && endsEarly(body, stated),
      body: countsRight ? trimmed : body,
    },
    next: nextHeader(lines, end),
  };
}

function statedNumbers(found: RegExpExecArray): HunkNumbers {
  const [oldStart, oldCount, newStart, newCount] = found
    .slice(1, 5)
    .map((text) => (text === undefined ? 1 : Number(text)));
  return { oldStart: oldStart, oldCount: oldCount, newStart: newStart, newCount: newCount };
}

function matches(counts: Counts, stated: HunkNumbers | null): boolean {
  return stated !== null && counts.old === stated.oldCount && counts.new === stated.newCount;
}

/** The body ends in a change and lacks lines of both sides, or of the one side that the numbers speak of. */
function endsEarly(body: readonly BodyLine[], stated: HunkNumbers | null): boolean {
  if (stated === null || (body.at(-1)?.kind ?? " ") === " ") return false;
  const found = tally(body);
  const lacks = [stated.oldCount - found.old, stated.newCount - found.new];
  return (
    lacks.every((n) => n >= 0) && (lacks[0] > 0 || stated.oldCount === 0) && (lacks[1] > 0 || stated.newCount === 0)
  );
}

function count(counts: Counts, text: string): void {
  if (text.startsWith("\\")) return;
  if (!text.startsWith("+")) counts.old++;
  if (!text.startsWith("-")) counts.new++;
}

function tally(body: readonly BodyLine[]): Counts {
  const counts: Counts = { old: 0, new: 0 };
  for (const { kind } of body) count(counts, kind);
  return counts;
}

/**
 * `--- x` and `+++ y` may also be a removed and an added line. They are a header if the hunk is full, or if a hunk or nothing follows,
 * unless these two lines are just what the hunk still lacks and do not name one file.
 */
function endsBody(lines: readonly SourceLine[], at: number, counts: Counts, stated: HunkNumbers | null): boolean {
  const text = lines[at].text;
  if (text.startsWith("@@") || text.startsWith("diff --") || ENVELOPE_MARK.test(text)) return true;
  if (unfitMark(lines[at])) return true;
  if (!isNamePair(lines, at)) return false;
  if (matches(counts, stated)) return true;
  const completes = matches({ old: counts.old + 1, new: counts.new + 1 }, stated);
  if (at + 2 >= lines.length) return !completes;
  return lines[at + 2].text.startsWith("@@") && (!completes || namesOneFile(text, lines[at + 1].text));
}

function namesOneFile(old: string, fresh: string): boolean {
  const names = [old, fresh].map((text) =>
    text
      .slice(4)
      .trim()
      .replace(/^[ab]\//, ""),
  );
  return names[0] === names[1] || names.includes("/dev/null");
}

/** True if no line up to the next header could belong to a hunk. */
function onlyProseFollows(lines: readonly SourceLine[], from: number): boolean {
  const prose = lines.slice(from, nextHeader(lines, from)).map(({ text }) => text.replace(/\r$/, ""));
  return prose.every((text) => SIGNATURE.test(text) || !/^(?:[+-]| +\S)/.test(text));
}

function nextHeader(lines: readonly SourceLine[], from: number): number {
  let at = from;
  while (at < lines.length && !isHeader(lines, at)) at++;
  return at;
}

function isHeader(lines: readonly SourceLine[], at: number): boolean {
  const { text } = lines[at];
  return (
    text.startsWith("@@") || startsSection(lines, at) || ENVELOPE_MARK.test(text) || unfitMark(lines[at]) !== undefined
  );
}

function toBody(lines: readonly SourceLine[]): BodyLine[] {
  const body: BodyLine[] = [];
  for (const { text, number } of lines) {
    if (text.startsWith("\\")) markUnterminated(body);
    else body.push(bodyLine(text, number));
  }
  return body;
}

function bodyLine(text: string, line: number): BodyLine {
  const carriageReturn = text.endsWith("\r");
  const content = carriageReturn ? text.slice(0, -1) : text;
  const bare = !/^[ +-]/.test(content);
  const kind = bare ? " " : (content[0] as LineKind);
  return { kind, text: bare ? content : content.slice(1), carriageReturn, bare, unterminated: false, line };
}

/** A CR before the end of a file without a final newline is part of its last line. */
function markUnterminated(body: BodyLine[]): void {
  const last = body.pop();
  if (!last) return;
  const text = last.carriageReturn ? `${last.text}\r` : last.text;
  body.push({ ...last, text, carriageReturn: false, unterminated: true });
}

/** Without the empty lines at the end that carry no prefix: blank lines between hunks or files. */
function withoutBlankTail(body: readonly BodyLine[]): readonly BodyLine[] {
  let end = body.length;
  while (end > 0 && body[end - 1].bare && body[end - 1].text === "") end--;
  return body.slice(0, end);
}
