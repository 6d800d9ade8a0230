// The gate: everything that is said to a model passes here last. It knows shapes of secrets, and values found elsewhere in the same repository.

import type { ChatMessage } from "../llm/chat.js";
import { stripHidden, stripInvisible } from "./hidden.js";
import { mark, redacted } from "../secrets/secrets.js";

/** The messages with a mark in the place of everything that must not leave. */
export function sealed(messages: readonly ChatMessage[], known: readonly string[] = []): ChatMessage[] {
  return messages.map((message) => ({ ...message, content: redacted(withoutKnown(message.content, known)) }));
}

export function withoutKnown(text: string, known: readonly string[]): string {
  // Of two that overlap the longer one goes first, or its rest would stay.
  const values = known.toSorted((a, b) => b.length - a.length);
  return values.reduce((rest, value) => rest.replaceAll(value, () => mark("a secret of this repository")), text);
}

/** A text that people or models wrote, as one line of at most `most` characters: what a reader sees of it, and no secret. */
export function said(text: string, most: number): string {
  const seen = redacted(stripHidden(text.slice(0, LONGEST)))
    .replace(/\s+/gu, " ")
    .trim();
  const characters = Array.from(seen);
  return characters.length <= most ? seen : `${characters.slice(0, most - 1).join("")}…`;
}

/** The same for a text whose lines matter: a diff, a wish of several paragraphs. */
export function saidInLines(text: string, most: number): string {
  const seen = redacted(stripInvisible(text.slice(0, LONGEST).replaceAll("\r\n", "\n"))).trimEnd();
  return seen.length <= most ? seen : `${seen.slice(0, most).replace(/[^\n]*$/, "")}…`;
}

const LONGEST = 50_000;
