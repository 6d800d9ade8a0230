// Changes single values in the text of a spec. Every other byte stays: comments, layout, order, quotes, line ends.

import { Document, isMap, isScalar, parseDocument, type YAMLMap } from "yaml";
import { InputError } from "../errors.js";
import { fingerprint, parseSpec, type Spec } from "../spec.js";

export type SpecValue = string | number | boolean;

interface Change {
  /** Keys from the root, "optimizer.learningRate". */
  readonly path: string;
  readonly value: SpecValue;
}

/** A spec's text and what it means. */
export interface SpecVersion {
  readonly text: string;
  readonly spec: Spec;
}

/** The value at a path of a spec. */
export function valueAt(spec: Spec, path: string): SpecValue {
  let at: unknown = spec;
  for (const key of path.split(".")) at = (at as Readonly<Record<string, unknown>>)[key];
  return at as SpecValue;
}

/** The built-in spec as a file that spells out its values. */
export function textOfSpec(spec: Spec): string {
  const document = new Document(spec);
  document.commentBefore = " The model this repository trains, and how. Every key has a default.";
  return document.toString();
}

/** `spec` with the values changed, which need not be in range. */
export function withChanges(spec: Spec, changes: readonly Change[]): Spec {
  return changes.reduce((at, { path, value }) => withValue(at, path.split("."), value), spec);
}

/** A copy of `node` with the value below `keys` replaced; what does not change is shared. */
function withValue<T>(node: T, [key, ...rest]: readonly string[], value: SpecValue): T {
  const inner = (node as Readonly<Record<string, unknown>>)[key];
  return { ...node, [key]: rest.length === 0 ? value : withValue(inner, rest, value) };
}

/** `text` with the values changed; undefined if the result would be no valid spec. */
export function editSpec(text: string, changes: readonly Change[], file: string): SpecVersion | undefined {
  const whole = viaDocument(text, changes);
  const meant = whole === undefined ? undefined : parsed(whole, file);
  if (whole === undefined || !meant) return undefined;
  const exact = changes.reduce<string | undefined>((at, change) => (at === undefined ? at : splice(at, change)), text);
  const spec = exact === undefined ? undefined : parsed(exact, file);
  const same = exact !== undefined && spec && fingerprint(spec) === fingerprint(meant);
  return same ? { text: exact, spec } : { text: whole, spec: meant };
}

function parsed(text: string, file: string): Spec | undefined {
  try {
    return parseSpec(text, file);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Through the YAML document: always right, but the layout of the whole file may be made uniform. */
function viaDocument(text: string, changes: readonly Change[]): string | undefined {
  const document = parseDocument(text);
  if (document.errors.length > 0) return undefined;
  for (const { path, value } of changes) document.setIn(path.split("."), value);
  const written = document.toString({ lineWidth: 0 });
  return text.includes("\r\n") ? written.replaceAll(/\r?\n/g, "\r\n") : written;
}

/** By the places the YAML document reports: the value in its place, or a new line at the end of its map. */
function splice(text: string, { path, value }: Change): string | undefined {
  const document = parseDocument(text);
  const keys = path.split(".");
  const node: unknown = document.getIn(keys, true);
  if (isScalar(node) && node.range) return text.slice(0, node.range[0]) + String(value) + text.slice(node.range[1]);
  for (let depth = keys.length - 1; depth >= 0; depth--) {
    const map: unknown = depth === 0 ? document.contents : document.getIn(keys.slice(0, depth), true);
    if (isMap(map)) return insertInto(text, map, keys.slice(depth), value);
  }
  return document.contents === null ? appended(text, keys, value) : undefined;
}

function insertInto(text: string, map: YAMLMap, keys: readonly string[], value: SpecValue): string | undefined {
  const first = map.items[0]?.key;
  const last = map.items.at(-1)?.value;
  const end = rangeOf(last)?.[1];
  const start = rangeOf(first)?.[0];
  if (end === undefined || start === undefined) return undefined;
  if (map.flow) return `${text.slice(0, end)}, ${flowPair(keys, value)}${text.slice(end)}`;
  const indent = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  if (indent.trim() !== "") return undefined;
  const solid = text.slice(0, end).trimEnd().length;
  const lineEnd = text.indexOf("\n", solid);
  const newline = newlineOf(text);
  const line = blockPair(keys, value, indent, newline);
  if (lineEnd === -1) return `${text}${newline}${line}${newline}`;
  return `${text.slice(0, lineEnd + 1)}${line}${newline}${text.slice(lineEnd + 1)}`;
}

function rangeOf(node: unknown): readonly number[] | undefined {
  return (node as { readonly range?: readonly number[] | null } | null | undefined)?.range ?? undefined;
}

function appended(text: string, keys: readonly string[], value: SpecValue): string {
  const newline = newlineOf(text);
  const before = text === "" || text.endsWith("\n") ? text : text + newline;
  return `${before}${blockPair(keys, value, "", newline)}${newline}`;
}

/** A section of its own stands on lines of its own; what is nested deeper is written in braces. */
function blockPair([key, ...rest]: readonly string[], value: SpecValue, indent: string, newline: string): string {
  if (rest.length === 0) return `${indent}${key}: ${value}`;
  if (indent === "") return `${key}:${newline}${blockPair(rest, value, "  ", newline)}`;
  return `${indent}${key}: { ${flowPair(rest, value)} }`;
}

function flowPair([key, ...rest]: readonly string[], value: SpecValue): string {
  return rest.length === 0 ? `${key}: ${value}` : `${key}: { ${flowPair(rest, value)} }`;
}

function newlineOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}
