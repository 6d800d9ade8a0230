// Text of a patch → one FilePatch per section. Reads unified diffs and the `*** Begin Patch` envelope; knows nothing of the files' content.

import { extractDiff, type SourceLine } from "./extract-diff.js";
import { decodeName, resolveNames, type FileNames } from "./file-names.js";
import { parseHunk, type RawHunk } from "./parse-hunk.js";
import { combined, parseHeader, startsSection, unfitMark } from "./parse-section.js";
import { accept, refuse, type Refusal, type Result } from "./patch-error.js";
import { rangeIndex, type FilePatch, type Hunk } from "./patch.js";

interface SectionEnd {
  readonly section: FilePatch;
  readonly next: number;
}

/** The sections of a patch in their order, at least one. */
export function parsePatch(text: string): Result<readonly FilePatch[]> {
  const blocks = extractDiff(text);
  if (!blocks.ok) return blocks;
  const sections: FilePatch[] = [];
  for (const lines of blocks.value) {
    const problem = parseBlock(lines, sections);
    if (problem) return problem;
  }
  if (sections.length > 0) return accept(sections);
  return refuse(
    "no-patch",
    "no unified diff was found: it begins with `--- a/PATH` and `+++ b/PATH`, then `@@` and the lines",
  );
}

function parseBlock(lines: readonly SourceLine[], sections: FilePatch[]): Refusal | undefined {
  const lastEnd = lines.findLastIndex((line) => line.text.startsWith("*** End Patch"));
  for (let at = 0; at < lines.length;) {
    const text = lines[at].text;
    const cutOff = text.startsWith("*** Begin Patch") && at > lastEnd;
    const stray = cutOff ? missingEnd(lines[at]) : strayLine(lines[at]);
    if (stray) return stray;
    const isSection = ENVELOPE.test(text) || startsSection(lines, at);
    if (!isSection) {
      at++;
      continue;
    }
    const read = ENVELOPE.test(text) ? parseEnvelope(lines, at) : parseSection(lines, at);
    if (!read.ok) return read;
    sections.push(read.value.section);
    at = read.value.next;
  }
  return undefined;
}

/** What must not stand outside a section. */
function strayLine(line: SourceLine): Refusal | undefined {
  if (line.text.startsWith("@@@")) return combined(line.number);
  if (/^@@(?:\s|$)/.test(line.text)) {
    const message = "a hunk without a file: put `--- a/PATH` and `+++ b/PATH` before it";
    return refuse("no-file-name", message, { line: line.number });
  }
  return unfitMark(line);
}

function missingEnd({ number }: SourceLine): Refusal {
  return refuse("truncated", "`*** Begin Patch` has no `*** End Patch`: the answer was cut off", { line: number });
}

function parseSection(lines: readonly SourceLine[], at: number): Result<SectionEnd> {
  const head = parseHeader(lines, at);
  if (!head.ok) return head;
  const names = resolveNames(head.value.header);
  if (!names.ok) return names;
  const hunks: RawHunk[] = [];
  let next = head.value.next;
  while (next < lines.length && lines[next].text.startsWith("@@")) {
    if (lines[next].text.startsWith("@@@")) return combined(lines[next].number);
    const read = parseHunk(lines, next);
    hunks.push(read.hunk);
    next = read.next;
  }
  return finishSection(names.value, lines[at].number, hunks, next);
}

function finishSection(names: FileNames, line: number, raw: readonly RawHunk[], next: number): Result<SectionEnd> {
  const empty = raw.find((hunk) => hunk.body.every((l) => l.kind === " "));
  if (empty) {
    const index = raw.indexOf(empty) + 1;
    const message = `hunk ${index} of ${names.path} adds and removes nothing: mark new lines with + and old ones with -`;
    return refuse("malformed", message, { file: names.path, hunk: index, line: empty.line });
  }
  if (raw.length === 0 && names.action === "modify") {
    return refuse("no-hunks", `the section of ${names.path} has no hunk: each begins with \`@@\``, {
      file: names.path,
      line,
    });
  }
  const trusted = arithmeticRight(raw);
  const hunks = raw.map((hunk, i): Hunk => ({
    index: i + 1,
    line: hunk.line,
    stated: hunk.stated,
    trusted,
    cutOff: hunk.cutOff,
    body: hunk.body,
  }));
  return accept({ section: { ...names, line, hunks }, next });
}

/** Counts equal the bodies, ranges ascend, and every new start is the old one plus what was added before. */
function arithmeticRight(hunks: readonly RawHunk[]): boolean {
  let shift = 0;
  let end = 0;
  for (const { stated, countsRight } of hunks) {
    if (!stated || !countsRight) return false;
    const oldAt = rangeIndex(stated.oldStart, stated.oldCount);
    if (oldAt < end || rangeIndex(stated.newStart, stated.newCount) - oldAt !== shift) return false;
    shift += stated.newCount - stated.oldCount;
    end = oldAt + stated.oldCount;
  }
  return true;
}

const ENVELOPE = /^\*\*\* (Update|Add|Delete) File: (.+)$/;

/** One file of the envelope: `@@` lines carry no numbers and may be left out before the first hunk. */
function parseEnvelope(lines: readonly SourceLine[], at: number): Result<SectionEnd> {
  const [, verb, written] = ENVELOPE.exec(lines[at].text)!;
  const path = decodeName(written);
  const line = lines[at].number;
  if (verb === "Delete")
    return accept({ section: { line, action: "delete", path, byName: true, hunks: [] }, next: at + 1 });
  const target = /^\*\*\* Move to: (.+)$/.exec(lines[at + 1]?.text ?? "")?.[1];
  let next = target === undefined ? at + 1 : at + 2;
  const hunks: RawHunk[] = [];
  while (next < lines.length && !lines[next].text.startsWith("*** ")) {
    const read = parseHunk(lines, next);
    if (read.next === next) break;
    if (read.hunk.body.length > 0) hunks.push(read.hunk);
    next = read.next;
  }
  if (verb === "Add") return finishSection({ action: "create", path }, line, hunks, next);
  if (target === undefined) return finishSection({ action: "modify", path }, line, hunks, next);
  return finishSection({ action: "rename", from: path, path: decodeName(target) }, line, hunks, next);
}
