// A refusal as text for whoever wrote the diff, a language model above all: what failed, where it could belong, the file's own lines there.

import type { Excerpt, PatchError } from "./patch-error.js";

/** Characters of the whole text, of one message, and of one line of the file. */
const MOST_TEXT = 12_000;
const MOST_MESSAGE = 1000;
const MOST_LINE = 240;
/** Kept for the last sentence. */
const RESERVED = 50;

/**
 * All refusals of a patch in the order of the patch, at most 12,000 characters. Lines of the file are numbered as `12| text`. File and patch are
 * quoted as they are: whoever must not see everything in them has to look through the text first.
 */
export function explainRefusal(error: PatchError): string {
  const all = [error, ...(error.others ?? [])];
  const count = all.length === 1 ? "one thing has" : `${all.length} things have`;
  let text = `The patch was not applied, and no file was changed: ${count} to be mended.\n`;
  const heads = all.map((one, i) => `\n${i + 1}. ${headOf(one)}`);
  // Naming every failure goes before showing lines for the first ones.
  let spare = MOST_TEXT - RESERVED - text.length - heads.join("").length;
  for (const [i, one] of all.entries()) {
    const excerpts = (one.excerpts ?? []).map(excerptOf).join("");
    const shown = excerpts.length <= spare ? excerpts : "";
    if (text.length + heads[i].length > MOST_TEXT - RESERVED) {
      return `${text}\n${all.length - i} more are left out here.\n`;
    }
    text += heads[i] + shown;
    spare -= shown.length;
  }
  return text;
}

function headOf({ code, message, file, hunk, line, candidates = [] }: PatchError): string {
  const place = [
    file === undefined ? [] : `file ${JSON.stringify(file)}`,
    hunk === undefined ? [] : `hunk ${hunk}`,
    line === undefined ? [] : `line ${line} of the patch`,
  ].flat();
  const where = place.length > 0 ? `   ${place.join(", ")}\n` : "";
  const may = candidates.length > 0 ? `   possible first lines in the file: ${candidates.join(", ")}\n` : "";
  return `${code}: ${cut(message, MOST_MESSAGE)}\n${where}${may}`;
}

function excerptOf({ startLine, lines }: Excerpt): string {
  const numbered = lines.map((line, i) => `${startLine + i}| ${cut(line, MOST_LINE)}\n`);
  return `   the file has, from line ${startLine}:\n${numbered.join("")}`;
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)} [cut: ${text.length} characters]`;
}
