// What a text holds that a person reading it does not see, and how to get rid of it. Secrets are another matter.

import { STACKED, UNSEEN } from "../unseen.js";

/** What a pictograph is made with: one selector behind it, one joiner between two. */
const PICTOGRAPH =
  /\p{Extended_Pictographic}\p{Emoji_Modifier}?\ufe0f?(?:\u200d\p{Extended_Pictographic}\p{Emoji_Modifier}?\ufe0f?){0,4}/gu;
const HARMLESS = new Set(["\t", "\n", "\f"]);

/** Escape sequences of terminals: colours, titles, links. */
const [ESCAPE, BELL] = ["\u001b", "\u0007"];
const ANSI = new RegExp(
  `${ESCAPE}(?:\\[[0-?]{0,40}[ -/]{0,8}[@-~]|[\\]PX^_][^${BELL}${ESCAPE}]{0,2000}(?:${BELL}|${ESCAPE}\\\\)|[ -/]{0,4}[0-~])`,
  "gu",
);

const COMMENT = /<!--[\s\S]*?(?:-->|$)/g;
/** Elements that a page does not show, with what is in them. */
const NOT_SHOWN = /<(script|style|template|noscript|picture|title)\b[^<>]{0,2000}>[\s\S]{0,20000}?<\/\1\s*>/gi;
/** Attributes are not read by who reads the page. */
const TAG = /<(\/?[a-z][a-z0-9-]{0,30})\s[^<>]{0,2000}>/gi;
const IMAGE = /!\[[^\]\n]{0,500}\](?:\([^()\n]{0,500}\)|\[[^\]\n]{0,200}\])?/g;
const LINK_TITLE = /(\]\([^()\s"']{0,2000})\s+(?:"[^"\n]{0,2000}"|'[^'\n]{0,2000}')\s*\)/g;
/** `[//]: # (nobody sees this)` */
const DEFINITION = /^ {0,3}\[[^\]\n]{1,200}\]:[^\n]*$/gm;

/** Of what people write in issues and comments, what they see: no comments, attributes, images, link titles, hidden characters. */
export function stripHidden(text: string): string {
  return stripInvisible(text.replaceAll("\r\n", "\n").replaceAll(ANSI, ""))
    .replaceAll(COMMENT, "")
    .replaceAll(/<!--|-->/g, "") // what was put together by taking out
    .replaceAll(NOT_SHOWN, "")
    .replaceAll(IMAGE, "")
    .replaceAll(LINK_TITLE, "$1)")
    .replaceAll(DEFINITION, "")
    .replaceAll(TAG, "<$1>");
}

/** Without hidden characters; the pictographs and line ends that people see stay. */
export function stripInvisible(text: string): string {
  let clean = "";
  let from = 0;
  for (const picture of text.matchAll(PICTOGRAPH)) {
    clean += withoutInvisible(text.slice(from, picture.index)) + picture[0];
    from = picture.index + picture[0].length;
  }
  return (clean + withoutInvisible(text.slice(from))).replaceAll(STACKED, "$1");
}

function withoutInvisible(text: string): string {
  return text.replaceAll(UNSEEN, (found) => (HARMLESS.has(found) ? found : ""));
}

/** Whether a line of a file shows all that it holds. */
export function isPlain(line: string): boolean {
  return stripInvisible(line) === line;
}

/** Numbers, from 0, of the lines of a Markdown text that stand in a comment: a page made of it does not show them. */
export function commentLines(markdown: string): Set<number> {
  const found = new Set<number>();
  let line = 0;
  let at = 0;
  for (let start = markdown.indexOf("<!--"); start >= 0; start = markdown.indexOf("<!--", at)) {
    const end = endOfComment(markdown, start);
    if (end === undefined) break;
    line += lineEnds(markdown.slice(at, start));
    const last = line + lineEnds(markdown.slice(start, end));
    for (let number = line; number <= last; number++) found.add(number);
    [line, at] = [last, end];
  }
  return found;
}

/** One that never ends hides the rest, and does so only where it begins a block. */
function endOfComment(markdown: string, start: number): number | undefined {
  const close = markdown.indexOf("-->", start + 4);
  if (close >= 0) return close + 3;
  const opening = /(?:^|\n) {0,3}<!--[\s\S]*/.exec(markdown.slice(Math.max(0, start - 4)));
  return opening ? markdown.length : undefined;
}

function lineEnds(text: string): number {
  return text.split("\n").length - 1;
}
