// Finds what must not leave the machine in a text, and takes it out. Shapes and names are in secret-kinds.ts, chance in entropy.ts.

import { randomStrings } from "./entropy.js";
import { SECRET_FILES, SECRET_KINDS, SECRET_PATHS } from "./secret-kinds.js";

export interface Secret {
  readonly kind: string;
  readonly certain: boolean;
  readonly value: string;
  /** In characters of the text. */
  readonly start: number;
  readonly end: number;
}

/** Of words that say there is no secret here: examples, variables, names of names. */
const PLACEHOLDER =
  /example|sample|placeholder|dummy|change[_-]?me|replace[_-]?(?:me|with)|your[_-]|redacted|left out|undefined|null|true|false|(?:^|[^a-z])(?:test|fake|none|todo)(?:[^a-z]|$)|x{4,}|\*{3,}|\.{3}|^[<$%{[#]|\$\{|process\.|environ|getenv|secrets\.|^(?:pass(?:word|wd|phrase)?|pwd|user(?:name)?|secret|token|key)$/i;
/** Shorter ones stand in too many places by chance. */
const SHORTEST_KNOWN = 12;
/** `KEY=value` of a file of secrets: with a digit, and no address. */
const SETTING = /^[\w ./:-]{1,80}[=:]\s{0,8}["']?((?=[^\s"']{0,200}\d)(?![^\s"']{0,40}:\/\/)[^\s"']{1,500})/gm;

export interface Findings {
  /** In their order; overlapping ones are one. */
  readonly secrets: readonly Secret[];
  /** Values that must not stand anywhere else either, where nothing may tell that they are secrets. */
  readonly known: readonly string[];
}

/** `path` says whether the whole file is a secret. Takes time in proportion to the text. */
export function examine(text: string, path = ""): Findings {
  const parts = [...shaped(text), ...random(text)];
  const isSecret = isSecretFile(path) && text.trim() !== "";
  const whole = isSecret ? [secret("file of secrets", true, text, 0, text.length)] : [];
  const settings = isSecret ? [...text.matchAll(SETTING)].map(([, value]) => value ?? "") : [];
  const values = [...settings, ...parts.flatMap(({ value }) => value.split(/\s+/))];
  return {
    secrets: merged([...whole, ...parts]),
    known: [...new Set(values)].filter((value) => value.length >= SHORTEST_KNOWN),
  };
}

export function findSecrets(text: string, path = ""): readonly Secret[] {
  return examine(text, path).secrets;
}

/** By its name; backups are what they are of. */
export function isSecretFile(path: string): boolean {
  const whole = path.toLowerCase().replace(/(?:\.(?:bak|backup|old|orig|save)|~){1,3}$/, "");
  const name = whole.slice(whole.lastIndexOf("/") + 1);
  if (/(?:^|[._-])(?:example|sample|template|dist)(?:[._-]|$)/.test(name)) return false;
  return SECRET_FILES.some((pattern) => pattern.test(name)) || SECRET_PATHS.some((pattern) => pattern.test(whole));
}

/** A file of which nothing may leave, by its name or by a secret in it that is certain. */
export function isKeptBack(text: string, path: string): boolean {
  return findSecrets(text, path).some(({ certain }) => certain);
}

/** The text with a mark in the place of every secret. */
export function redacted(text: string): string {
  let clean = "";
  let from = 0;
  for (const { kind, start, end } of findSecrets(text)) {
    clean += `${text.slice(from, start)}${mark(kind)}`;
    from = end;
  }
  return clean + text.slice(from);
}

export function mark(kind: string): string {
  return `[left out: ${kind}]`;
}

function shaped(text: string): Secret[] {
  return SECRET_KINDS.flatMap(({ kind, pattern, certain }) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const value = match.groups?.["value"] ?? match.groups?.["sas"] ?? match[0];
      const start = match.index + match[0].lastIndexOf(value);
      if (!certain && (PLACEHOLDER.test(value) || isWord(kind, match[0], value))) return [];
      return [secret(kind, certain, value, start, start + value.length)];
    }),
  );
}

/** A word called a token names a kind of token; a word called a password is a bad password. */
function isWord(kind: string, match: string, value: string): boolean {
  if (kind !== "value called a secret") return false;
  const isPassword = /pass(?:word|wd|phrase|(?![a-z]))|pwd|secret/i.test(match.slice(0, match.length - value.length));
  const quoted = /["'`]$/.test(match);
  if (isPassword && quoted) return /^[A-Za-z]+(?:[._][A-Za-z]+)+$/.test(value) || /^\W+$/.test(value);
  return !/\d/.test(value) || !/[a-z]/i.test(value) || /^[\w$]+(?:\.[\w$]+)+$/.test(value);
}

function random(text: string): Secret[] {
  const found: Secret[] = [];
  let start = 0;
  for (const line of text.split("\n")) {
    for (const [from, to] of randomStrings(line)) {
      found.push(secret("random string", false, line.slice(from, to), start + from, start + to));
    }
    start += line.length + 1;
  }
  return found;
}

function secret(kind: string, certain: boolean, value: string, start: number, end: number): Secret {
  return { kind, certain, value, start, end };
}

function merged(secrets: readonly Secret[]): Secret[] {
  const result: Secret[] = [];
  for (const next of secrets.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (!last || next.start >= last.end) result.push(next);
    else
      result[result.length - 1] = { ...last, certain: last.certain || next.certain, end: Math.max(last.end, next.end) };
  }
  return result;
}
