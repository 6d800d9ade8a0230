// Finds the diff in a reply: Markdown fences, prose around them, line ends changed on the way. It does not understand diffs.

import { accept, refuse, type Result } from "./patch-error.js";

export interface SourceLine {
  /** Without LF; ends in CR only where that CR belongs to the patched file. */
  readonly text: string;
  readonly number: number;
  /** The whole text ends here without an end of line. */
  readonly unfinished?: true;
}

const FENCE = /^(?:`{3,}|~{3,})/;
const DIFF_TAGS = new Set(["diff", "patch", "udiff", "unidiff"]);
const DIFF_START = /^(?:diff --|--- \S|@@|Index: |\*\*\* (?:Begin Patch|Update File|Add File|Delete File))/;
/** A header that itself ends in CR shows that the whole text was converted, so no CR means anything. */
const CONVERTED_HEADER = /^(?:@@|diff --git |\*\*\* Begin Patch).*\r$/;

interface Block {
  readonly tag: string;
  readonly lines: readonly SourceLine[];
}

/**
 * The stretches of `text` that hold a diff: the fenced blocks if a fence stands before the first header, else the whole text.
 * @returns `truncated` if a fence is never closed.
 */
export function extractDiff(text: string): Result<readonly (readonly SourceLine[])[]> {
  const lines = numberedLines(text);
  const fence = lines.findIndex((line) => openingOf(line.text));
  const start = lines.findIndex((line) => DIFF_START.test(line.text));
  if (fence === -1 || (start !== -1 && start < fence)) return accept([lines]);
  const blocks = fencedBlocks(lines);
  if (!blocks.ok) return blocks;
  const tagged = blocks.value.filter((block) => DIFF_TAGS.has(block.tag));
  const chosen =
    tagged.length > 0 ? tagged : blocks.value.filter((block) => block.lines.some(({ text: t }) => DIFF_START.test(t)));
  return accept(chosen.length > 0 ? chosen.map((block) => block.lines) : [lines]);
}

function numberedLines(text: string): SourceLine[] {
  const rows = text.replace(/^\uFEFF/, "").split("\n");
  if (rows.at(-1) === "") rows.pop();
  const converted = rows.some((row) => CONVERTED_HEADER.test(row));
  const lines = rows.map((row, i): SourceLine => ({ text: converted ? row.replace(/\r$/, "") : row, number: i + 1 }));
  return text.endsWith("\n") || lines.length === 0
    ? lines
    : [...lines.slice(0, -1), { ...lines.at(-1)!, unfinished: true }];
}

function fencedBlocks(lines: readonly SourceLine[]): Result<readonly Block[]> {
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    const opening = openingOf(lines[at].text);
    if (!opening) continue;
    let end = at + 1;
    while (end < lines.length && !closes(lines[end].text.trimEnd(), opening.fence)) end++;
    if (end === lines.length) {
      return refuse(
        "truncated",
        `the block that begins in line ${lines[at].number} is never closed: the answer was cut off`,
        {
          line: lines[at].number,
        },
      );
    }
    blocks.push({ tag: opening.tag.toLowerCase(), lines: lines.slice(at + 1, end) });
    at = end;
  }
  return accept(blocks);
}

/** The fence that `text` opens, and its tag. In two steps: one expression for both would try every way to share a long run of tildes. */
function openingOf(text: string): { readonly fence: string; readonly tag: string } | undefined {
  const fence = FENCE.exec(text)?.[0];
  const rest = text.slice(fence?.length ?? 0).trim();
  return fence === undefined || rest.includes("`") ? undefined : { fence, tag: /^\S*/.exec(rest)![0] };
}

function closes(text: string, opening: string): boolean {
  return text.length >= opening.length && text === opening[0].repeat(text.length);
}
