// The words of every prompt: files in texts/, so that one can read, change and test them. It fills in blanks and nothing else.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { PROPOSAL_SCHEMA, WHOLE_FILE_SCHEMA } from "./schemas.js";

const NAMES = ["system", "proposal", "repair", "whole-file"] as const;

export type TextName = (typeof NAMES)[number];

const texts = new Map<TextName, string>();

function read(name: TextName): string {
  const known = texts.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(`./texts/${name}.md`, import.meta.url), "utf8").trimEnd();
  texts.set(name, text);
  return text;
}

/** The text with each `{{name}}` replaced by its value, in one pass: blanks in a value stay as they are. Every blank needs a value. */
export function filled(name: TextName, values: Readonly<Record<string, string>> = {}): string {
  return read(name).replaceAll(/\{\{(\w+)\}\}/g, (_, blank: string) => {
    const value = values[blank];
    if (value === undefined) throw new Error(`prompt text ${name}.md: nothing is known for {{${blank}}}`);
    return value;
  });
}

/** Of all texts and schemas: 12 hexadecimal digits of a SHA-256. Equal versions say the same to a model. */
export function promptVersion(): string {
  const parts = [...NAMES.map((name) => [name, read(name)]), PROPOSAL_SCHEMA, WHOLE_FILE_SCHEMA];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 12);
}
