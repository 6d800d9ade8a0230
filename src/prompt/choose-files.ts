// Which files are shown, and how much of each, within a number of tokens: the spec, what the wish speaks of, small files, and of the rest a list.

import { dataBlock } from "./data-block.js";
import { allLines, fileBlock, linesAbout } from "./file-block.js";
import type { PromptFile } from "./prompt.js";
import type { Readings, ReadableFile } from "./readable-file.js";
import { relevance } from "./relevance.js";
import type { CountTokens } from "./tokens.js";

export interface ChosenFiles {
  readonly blocks: readonly string[];
  /** Paths of files of which every line is shown. */
  readonly whole: readonly string[];
  /** Paths of which nothing may be shown, so nothing may be quoted either. */
  readonly secret: readonly string[];
  readonly leftOut: readonly string[];
}

interface Request {
  readonly tag: string;
  readonly files: readonly PromptFile[];
  /** Those that `lookedAt` chose, and what of them may be seen. */
  readonly looked: readonly PromptFile[];
  readonly readings: Readings;
  readonly words: readonly string[];
  readonly touched: ReadonlyMap<string, number>;
  /** Tokens. */
  readonly room: number;
  readonly count: CountTokens;
}

/** More than this is not looked at, smallest first: reading for secrets takes a second per 20 MB. */
const [MOST_FILES, MOST_CHARACTERS] = [2_000, 8 << 20];
/** Shares of the room: what one file may take at most, what a part of a file takes, what is kept for the list. */
const [LARGEST, PART, LIST] = [0.6, 0.25, 0.1];
/** Fewer tokens show nothing that helps. */
const LEAST = 60;
/** Tokens between two blocks. */
const SEAM = 2;
/** Characters of a token: more than any code has. */
const MOST_PER_TOKEN = 8;

export function chooseFiles(request: Request): ChosenFiles {
  const { files, refused } = request.readings;
  const texts = new Map(request.looked.map((file) => [file.path, file]));
  const ranked = files
    .map((reading) => ({ reading, ...ranking(texts.get(reading.path), request) }))
    .toSorted((a, b) => b.score - a.score || a.size - b.size || (a.reading.path < b.reading.path ? -1 : 1));
  const { blocks, whole, parts, rest } = shown(ranked, request);
  const unread = request.files.filter((file) => texts.get(file.path) !== file);
  return {
    blocks,
    whole,
    // A file that cannot be named was not told of, so no diff names it.
    secret: refused.flatMap(({ name, path }) => (name === path ? [path] : [])),
    leftOut: [
      ...refused.map(({ name, why }) => `${name}: ${why}`),
      ...files.flatMap(reasonsOf),
      ...parts.map((path) => `${path}: only parts of it fit`),
      ...summary(rest, "no room"),
      ...summary(unread, "more than is looked at"),
    ],
  };
}

/** What is read at all, in a bounded time: the spec, then the smallest. */
export function lookedAt(files: readonly PromptFile[]): PromptFile[] {
  const sorted = files.toSorted(
    (a, b) => Number(isSpec(b.path)) - Number(isSpec(a.path)) || a.text.length - b.text.length,
  );
  let characters = 0;
  return sorted.filter((file, i) => i < MOST_FILES && (characters += file.text.length) <= MOST_CHARACTERS);
}

function isSpec(path: string): boolean {
  return path === "model/spec.yml";
}

function ranking(file: PromptFile | undefined, { words, touched }: Request) {
  if (!file) return { size: 0, score: 0 };
  return { size: file.text.length, score: isSpec(file.path) ? Infinity : relevance(file, words, touched) };
}

interface Ranked {
  readonly reading: ReadableFile;
  readonly size: number;
  readonly score: number;
}

function shown(ranked: readonly Ranked[], request: Request) {
  const [blocks, whole, parts, rest]: [string[], string[], string[], ReadableFile[]] = [[], [], [], []];
  let left = request.room * (1 - LIST);
  for (const one of ranked) {
    const { path, withheld } = one.reading;
    const block = left < LEAST ? undefined : (wholeOf(one, left, request) ?? partOf(one, left, request));
    if (block === undefined) {
      rest.push(one.reading);
      continue;
    }
    left -= block.tokens;
    blocks.push(block.text);
    if (block.isPart) parts.push(path);
    else if (withheld.size === 0) whole.push(path);
  }
  const list = listOf(rest, left + request.room * LIST, request);
  return { blocks: list === undefined ? blocks : [...blocks, list], whole, parts, rest };
}

interface Block {
  readonly text: string;
  readonly tokens: number;
  readonly isPart: boolean;
}

function wholeOf({ reading, size }: Ranked, left: number, { tag, room, count }: Request): Block | undefined {
  const most = Math.min(left, room * LARGEST);
  if (size > MOST_PER_TOKEN * most) return undefined;
  const text = fileBlock(tag, reading, allLines(reading));
  const tokens = count(text) + SEAM;
  return tokens <= most ? { text, tokens, isPart: false } : undefined;
}

/** Only of a file that something speaks of: the beginning of any other says little. */
function partOf({ reading, score }: Ranked, left: number, { tag, words, room, count }: Request): Block | undefined {
  if (score === 0) return undefined;
  const lines = linesAbout(reading, words, Math.min(left, room * PART) - LEAST, count);
  const text = fileBlock(tag, reading, lines);
  const tokens = count(text) + SEAM;
  return lines.size > 0 && tokens <= left ? { text, tokens, isPart: true } : undefined;
}

/** What is not shown, by name and by what stands at its margin; a model that misses something can at least say so. */
function listOf(files: readonly ReadableFile[], room: number, { tag, count }: Request): string | undefined {
  const rows: string[] = [];
  let left = room - LEAST;
  for (const file of files) {
    const row = `${JSON.stringify(file.path)}, ${file.lines.length} lines${declared(file)}\n`;
    left -= count(row);
    if (left < 0) break;
    rows.push(row);
  }
  return rows.length === 0 ? undefined : dataBlock(tag, "list of files that are not shown", rows.join(""));
}

const DECLARATION =
  /^(?:export |public |pub(?:\([a-z]+\))? |async |abstract |default |static )*(?:function\*?|class|interface|type|const|enum|struct|trait|impl|fn|func|def|module|namespace) ([\p{L}_$][\p{L}\p{N}_$]{0,60})/u;

function declared({ lines, withheld }: ReadableFile): string {
  const names = lines.flatMap((line, i) => (withheld.has(i) ? [] : (DECLARATION.exec(line)?.[1] ?? [])));
  return names.length === 0 ? "" : `, declares ${names.slice(0, 8).join(", ")}${names.length > 8 ? " and more" : ""}`;
}

function reasonsOf({ path, reasons, withheld }: ReadableFile): string[] {
  if (withheld.size === 0) return [];
  return [`${path}: ${withheld.size} ${withheld.size === 1 ? "line" : "lines"} with ${reasons.join(", ")}`];
}

function summary(files: readonly { readonly path: string }[], why: string): string[] {
  if (files.length === 0) return [];
  const named = files.slice(0, 5).map(({ path }) => path);
  const more = files.length > named.length ? ` and ${files.length - named.length} more` : "";
  return [`${files.length} ${files.length === 1 ? "file" : "files"}: ${why} (${named.join(", ")}${more})`];
}
