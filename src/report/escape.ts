// Texts from outside, made harmless: hypotheses of a language model, reasons, names. What is hidden in them becomes visible, and none of
// it becomes markup, a link, a mention or a reference.

import { codePointName, STACKED, UNSEEN } from "../unseen.js";

/** Every hidden character as its number, marks stacked on one letter at most four high. Tabs and line ends stay. */
export function visible(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(STACKED, "$1")
    .replace(UNSEEN, (found) => (found === "\n" || found === "\t" ? found : `[${codePointName(found)}]`));
}

/** In one visible line of at most `length` characters. */
export function oneLine(text: string, length: number): string {
  const line = visible(text.slice(0, 4 * length).replace(/\s+/gu, " ")).trim();
  return text.length > 4 * length ? shorten(`${line} …`, length) : shorten(line, length);
}

function shorten(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}

/** Breaks what GitHub would link wherever it stands in a text, even when escaped: it sees nothing here and the reader no difference. */
const BREAK = "&#8203;";

/**
 * For Markdown as GitHub reads it, inside a line or a cell. Not linked: @mentions, #numbers, GH-numbers, addresses. Not read as markup:
 * emphasis, code, links, images, HTML, tables, footnotes, formulas, :emoji:.
 */
export function markdownText(text: string): string {
  return visible(text)
    .replace(/\s+/gu, " ")
    .replace(/[&<>$]|[\\`*_[\]|~{}]|@|#|:(?=\/\/|[\w+-]+:)|\b(?:www|GH|xmpp|mailto)(?=[.:-])/giu, escaped);
}

function escaped(found: string): string {
  const named = NAMED[found];
  if (named !== undefined) return named;
  return /[\\`*_[\]|~{}]/.test(found) ? `\\${found}` : `${found}${BREAK}`;
}

const NAMED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  $: "<span>$</span>",
};

/** A code span, in which GitHub links nothing; its pipes do not end a cell. */
export function markdownCode(text: string): string {
  const line = visible(text).replace(/\s+/gu, " ").trim();
  if (line === "") return "";
  const ticks = "`".repeat(longestRun(line) + 1);
  const pad = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${ticks}${pad}${line.replaceAll("|", "\\|")}${pad}${ticks}`;
}

/** A block of code behind a fence longer than any run of backticks in it. */
export function markdownFence(text: string, language: string): string {
  const body = visible(text).replace(/\n$/, "");
  const fence = "`".repeat(Math.max(3, longestRun(body) + 1));
  return `${fence}${language}\n${body}\n${fence}`;
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
}

/** For HTML and SVG: element content and quoted attributes. */
export function htmlText(text: string): string {
  return visible(text).replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);
}

/** For a quoted string in Mermaid, whose grammar has no escapes: letters, digits and harmless signs alone. */
export function mermaidText(text: string): string {
  return (
    visible(text)
      .replace(/[^\p{L}\p{N} .,()/+=:−-]+/gu, " ")
      .replace(/\s+/gu, " ")
      .trim() || "-"
  );
}
