// The ways in which a hunk's body may have been meant, most literal first. Each keeps every added and removed line.

import type { BodyLine } from "./patch.js";

type Body = readonly BodyLine[];

/** Readings of `body` without repetition; which one is right, only the file can tell. */
export function readings(body: Body): Body[] {
  const found: Body[] = [];
  for (const rewrite of [same, withLostPrefix, withoutEntities, withoutGutter]) {
    const rewritten = rewrite(body);
    if (!rewritten) continue;
    for (const tail of [same, withoutBlankTail, withoutProseTail]) {
      const reading = tail(rewritten);
      if (reading) found.push(reading);
    }
  }
  return found;
}

/** Texts a file must hold for the reading to fit. */
export function oldTexts(body: Body): string[] {
  return body.filter((line) => line.kind !== "+").map((line) => line.text);
}

/** Texts the file holds afterwards. */
export function newTexts(body: Body): string[] {
  return body.filter((line) => line.kind !== "-").map((line) => line.text);
}

/** Index after the last added or removed line. */
export function endOfChanges(body: Body): number {
  return body.findLastIndex((line) => line.kind !== " ") + 1;
}

function same(body: Body): Body {
  return body;
}

function withoutBlankTail(body: Body): Body | undefined {
  let end = body.length;
  while (end > endOfChanges(body) && body[end - 1].text.trim() === "") end--;
  return end < body.length ? body.slice(0, end) : undefined;
}

/** Ends the hunk before the first line after its changes that has text but no prefix. */
function withoutProseTail(body: Body): Body | undefined {
  const changes = endOfChanges(body);
  const prose = body.findIndex((line, i) => i >= changes && line.bare && line.text.trim() !== "");
  if (prose === -1) return undefined;
  const kept = body.slice(0, prose);
  return withoutBlankTail(kept) ?? kept;
}

/** The blank before context lines was taken for their prefix, but belongs to them. */
function withLostPrefix(body: Body): Body | undefined {
  if (!body.some((line) => line.kind === " " && !line.bare)) return undefined;
  return body.map((line) => (line.kind === " " && !line.bare ? { ...line, text: ` ${line.text}` } : line));
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', "#39": "'", apos: "'", amp: "&" };
const ENTITY = /&(lt|gt|quot|#39|apos|amp);/g;

/** Whether a line that `counts` holds an HTML entity for a character of code. */
export function hasEntity(body: Body, counts: (line: BodyLine) => boolean): boolean {
  return body.some((line) => counts(line) && line.text.search(ENTITY) !== -1);
}

/** `body` with characters for HTML entities; undefined where it has none. */
export function withoutEntities(body: Body): Body | undefined {
  if (!hasEntity(body, () => true)) return undefined;
  return body.map((line) => ({ ...line, text: line.text.replace(ENTITY, (_, name: string) => ENTITIES[name]) }));
}

const GUTTER = /^\s*(\d+)\s*(?:[|:\u2502\u2192]|\t)[ \t]?(.*)$/;

/** Line numbers were copied from a listing: every line of the old side has one, and they ascend. */
function withoutGutter(body: Body): Body | undefined {
  const numbers = oldTexts(body).map((text) => Number(GUTTER.exec(text)?.[1] ?? Number.NaN));
  if (numbers.length < 2 || !numbers.every((n, i) => i === 0 || n > numbers[i - 1])) return undefined;
  return body.map((line) => ({ ...line, text: GUTTER.exec(line.text)?.[2] ?? line.text }));
}
