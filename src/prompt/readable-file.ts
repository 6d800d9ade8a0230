// Decides what of a file a model may see: all of it, all but some lines, or nothing. What is shown is shown as it is, for a diff's
// unchanged lines must be those of the file.

import { commentLines, isPlain } from "./hidden.js";
import type { PromptFile } from "./prompt.js";
import { examine, findSecrets, type Secret } from "../secrets/secrets.js";

export interface ReadableFile {
  readonly path: string;
  /** Without their ends. */
  readonly lines: readonly string[];
  /** Numbers, from 0, of lines that are not shown. */
  readonly withheld: ReadonlySet<number>;
  /** Why, in words; empty where all are shown. */
  readonly reasons: readonly string[];
}

export interface Refused {
  readonly ok: false;
  /** As it may be called. */
  readonly name: string;
  readonly path: string;
  readonly why: string;
}

export interface Readings {
  readonly files: readonly ReadableFile[];
  readonly refused: readonly Refused[];
  /** Values that must not leave anywhere. */
  readonly known: readonly string[];
}

const LONGEST_PATH = 300;
const LONGEST_TEXT = 512 * 1024;
const LONGEST_LINE = 2_000;
/** Values that are looked for line by line; the gate looks for the others. */
const MOST_KNOWN = 200;

/** Reads all files before it decides: what is a secret in one is a secret in the others. */
export function readFiles(files: readonly PromptFile[]): Readings {
  const examined = files.map((file) => ({ file, ...examine(file.text, file.path) }));
  const known = [...new Set(examined.flatMap((one) => one.known))];
  const some = known.slice(0, MOST_KNOWN);
  const readings = examined.map(({ file, secrets }) => {
    const refused = whyNot(file, secrets, some);
    return refused ?? { ok: true as const, ...visibleLines(file, secrets, some) };
  });
  return {
    files: readings.flatMap((reading) => (reading.ok ? [reading] : [])),
    refused: readings.flatMap((reading) => (reading.ok ? [] : [reading])),
    known,
  };
}

function whyNot({ path, text }: PromptFile, secrets: readonly Secret[], known: readonly string[]): Refused | undefined {
  const refused = (why: string, name = path): Refused => ({ ok: false, name, path, why });
  const isLong = path.length > LONGEST_PATH;
  if (isLong || !isPlain(path) || /[\n\f\t]/.test(path))
    return refused("its name is too long or hides characters", "a file");
  const isKnown = known.some((value) => path.includes(value));
  if (isKnown || findSecrets(path).length > 0) return refused("its name holds a secret", "a file");
  if (text.length > LONGEST_TEXT) return refused("too large");
  if (text.includes("\0")) return refused("binary");
  return secrets.some(({ certain }) => certain) ? refused("it holds secrets") : undefined;
}

function visibleLines({ path, text }: PromptFile, secrets: readonly Secret[], known: readonly string[]): ReadableFile {
  const lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  if (lines.at(-1) === "") lines.pop();
  const numbers = (holds: (line: string) => boolean) => lines.flatMap((line, i) => (holds(line) ? [i] : []));
  const kinds = [
    ["secrets", [...linesOf(text, secrets), ...numbers((line) => known.some((value) => line.includes(value)))]],
    ["hidden characters", numbers((line) => !isPlain(line))],
    ["very long lines", numbers((line) => line.length > LONGEST_LINE)],
    ["comments that a page does not show", /\.(?:md|markdown)$/i.test(path) ? [...commentLines(text)] : []],
  ] as const;
  const reasons = kinds.filter(([, found]) => found.length > 0).map(([reason]) => reason);
  return { path, lines, withheld: new Set(kinds.flatMap(([, found]) => found)), reasons };
}

function linesOf(text: string, secrets: readonly Secret[]): number[] {
  const found: number[] = [];
  let [line, at] = [0, 0];
  for (const { start, end } of secrets) {
    line += lineEnds(text, at, start);
    const last = line + lineEnds(text, start, end);
    for (let number = line; number <= last; number++) found.push(number);
    [line, at] = [last, end];
  }
  return found;
}

function lineEnds(text: string, from: number, to: number): number {
  return text.slice(from, to).split("\n").length - 1;
}
