// The header of a safetensors file: JSON text → entries, each checked by itself. Whether they fit the data is not asked here.

import { elementCount } from "../graph/graph.js";
import { quoted } from "../graph/quoted.js";

/** What the file says about one tensor: its bytes are data[begin … end). */
export interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Throws the error that names the file. */
export type Refuse = (what: string) => never;

/** A header of objects of lists; deeper nesting, which takes far more memory than bytes, holds nothing a reader wants. */
const MAX_DEPTH = 3;

/** Keys, objects and list elements: eight or so per tensor, and a hundred bytes of memory each. */
const MAX_PARTS = 2 ** 19;

/** Far above any real tensor. */
const MAX_RANK = 32;

const METADATA = "__metadata__";

export function readHeader(bytes: Uint8Array, refuse: Refuse): Header {
  const header = parse(bytes, refuse);
  const { [METADATA]: metadata = {} } = header;
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== "string")) {
    return refuse("its metadata is not text");
  }
  const names = Object.keys(header).filter((name) => name !== METADATA);
  return {
    entries: names.map((name) => readEntry(name, header[name], refuse)),
    metadata: metadata as Record<string, string>,
  };
}

function parse(bytes: Uint8Array, refuse: Refuse): Record<string, unknown> {
  let header: unknown;
  let flaw: string | null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    flaw = findFlaw(text);
    header = flaw === null ? JSON.parse(text) : null;
  } catch {
    return refuse("its header is not JSON");
  }
  if (flaw !== null) return refuse(`its header ${flaw}`);
  return isRecord(header) ? header : refuse("its header is not an object");
}

/**
 * What JSON.parse lets pass and a header must not have: it would keep the last of two equal keys where another reader keeps the
 * first, and spend memory out of proportion on brackets.
 */
function findFlaw(text: string): string | null {
  const scopes: Set<string>[] = [];
  let parts = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      const end = endOfString(text, at);
      const repeated = addKey(text, at, end, scopes.at(-1));
      if (repeated !== null) return `gives the key ${quoted(repeated)} twice`;
      at = end - 1;
    } else if (char === "{" || char === "[") {
      if (scopes.push(new Set()) > MAX_DEPTH) return `nests deeper than ${MAX_DEPTH} levels`;
    } else if (char === "}" || char === "]") scopes.pop();
    if ((char === "," || char === "{" || char === "[") && ++parts > MAX_PARTS)
      return `has more than ${MAX_PARTS} parts`;
  }
  return null;
}

/** The index behind the closing quote of the string that starts at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

const COLON = /[\t\n\r ]*:/y;

/** If the string is a key, puts it into its object's keys; returns it if it was among them. */
function addKey(text: string, start: number, end: number, keys: Set<string> | undefined): string | null {
  COLON.lastIndex = end;
  if (!keys || !COLON.test(text)) return null;
  const key = JSON.parse(text.slice(start, end)) as string; // "\u0061" is "a" again
  if (keys.has(key)) return key;
  keys.add(key);
  return null;
}

function readEntry(name: string, entry: unknown, refuse: Refuse): Entry {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  if (typeof dtype !== "string") return refuse(`tensor ${quoted(name)} has no type`);
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    return refuse(`tensor ${quoted(name)} has no shape or place of whole numbers`);
  }
  // Without the zeros: other readers multiply in their own order and overflow before they come to one.
  if (shape.length > MAX_RANK || !Number.isSafeInteger(elementCount(shape.filter((size) => size > 0)))) {
    return refuse(`tensor ${quoted(name)} has the impossible shape [${shape.slice(0, 8).join(", ")}]`);
  }
  return { name, dtype, shape, begin: offsets[0], end: offsets[1] };
}

/** -0 is a whole number to JavaScript, and to no other reader. */
function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size > 0 || Object.is(size, 0)));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
