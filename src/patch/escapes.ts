// Whether entities such as `&lt;` in added lines stand for themselves, or the whole diff went through something that escapes HTML.

import type { PatchError } from "./patch-error.js";
import type { BodyLine, Hunk } from "./patch.js";
import type { Placement } from "./place-hunks.js";
import { hasEntity, withoutEntities } from "./readings.js";

export interface Settled {
  readonly placements: readonly Placement[];
  readonly errors: readonly PatchError[];
}

/** Whether nothing in the body of a new file says if its entities are meant. */
export function isUnclear(body: readonly BodyLine[]): boolean {
  return hasEntity(body, isAdded) && !hasRaw(body);
}

const isAdded = (line: BodyLine) => line.kind === "+";
const isOld = (line: BodyLine) => line.kind !== "+";

/**
 * Hunks whose lines in the file show nothing follow those that do, and without any such hunk nobody can say what is meant.
 * @param file the path of the file
 */
export function settleEscapes(file: string, placements: readonly Placement[]): Settled {
  const open = new Set(placements.filter(isOpen));
  if (open.size === 0) return { placements, errors: [] };
  const wasEscaped = placements.some(showsEscapes);
  const isLiteral = placements.some((one) => hasRaw(one.hunk.body) || (keepsEntities(one) && !showsEscapes(one)));
  if (wasEscaped !== isLiteral) {
    const settle = (one: Placement) => (open.has(one) ? { ...one, lines: withoutEntities(one.lines)! } : one);
    return { placements: wasEscaped ? placements.map(settle) : placements, errors: [] };
  }
  return { placements, errors: [...open].map(({ hunk }) => unclearEscapes(file, hunk)) };
}

/** It adds entities, and nothing in it says whether they are meant. */
function isOpen(placement: Placement): boolean {
  const { lines } = placement;
  return isUnclear(lines) && !hasEntity(lines, isOld) && !showsEscapes(placement);
}

/** It fitted only with characters in the place of its entities. */
function showsEscapes({ hunk, lines }: Placement): boolean {
  return hasEntity(hunk.body, isOld) && !hasEntity(lines, isOld);
}

/** It has characters that would have been escaped. */
function hasRaw(body: readonly BodyLine[]): boolean {
  return body.some(({ text }) => /[<>]|&(?![a-z#]\w*;)/.test(text));
}

/** The file itself holds entities where the hunk has them. */
function keepsEntities({ lines }: Placement): boolean {
  return hasEntity(lines, isOld);
}

export function unclearEscapes(file: string, hunk: Hunk): PatchError {
  const message =
    `hunk ${hunk.index} of ${file} adds HTML entities such as &lt; and shows no line of the file that tells whether they are meant: ` +
    "write the characters themselves, or keep an unchanged line with < or > in the hunk";
  return { code: "unclear-escapes", message, file, hunk: hunk.index, line: hunk.line };
}
