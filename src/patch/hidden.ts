// Additions that a reader of the diff cannot see. Where a character goes on standing in its place or its moved file, it may stay.

import { hiddenCharacters } from "../fence/hidden-characters.js";
import { codePointName } from "../unseen.js";
import type { Edit } from "./edits.js";
import type { FileLine } from "./file-lines.js";
import type { PatchError } from "./patch-error.js";
import type { FilePatch } from "./patch.js";

/** One error per hunk; `lines` are those of the file before. */
export function hiddenAdditions(path: string, lines: readonly FileLine[], edits: readonly Edit[]): PatchError[] {
  const errors = new Map<number, PatchError>();
  for (const { start, removed, added, hunk } of edits) {
    const before = hiddenIn(lines.slice(start, start + removed));
    const found = [...hiddenIn(added)].filter((character) => !before.has(character));
    if (found.length > 0) errors.set(hunk.index, unseen(path, found, { hunk: hunk.index, line: hunk.line }));
  }
  return [...errors.values()];
}

/** A new file may begin with a byte order mark, and have what the files had that the patch deletes: it may be one of them. */
export function hiddenInNew(
  { path, line }: FilePatch,
  added: readonly { readonly text: string }[],
  deleted: ReadonlySet<string>,
): PatchError | undefined {
  const text = added.map((one) => one.text).join("\n");
  const found = [...hiddenCharacters(text.replace(/^\ufeff/, ""))].filter((character) => !deleted.has(character));
  return found.length > 0 ? unseen(path, found, { line }) : undefined;
}

function hiddenIn(lines: readonly { readonly text: string }[]): ReadonlySet<string> {
  return hiddenCharacters(lines.map(({ text }) => text).join("\n"));
}

const MOST_NAMED = 5;

function unseen(file: string, found: readonly string[], place: Pick<PatchError, "hunk" | "line">): PatchError {
  const names = found.slice(0, MOST_NAMED).map(codePointName);
  const message =
    `the lines added to ${file} hold characters that nobody sees or that turn the direction of text ` +
    `(${names.join(", ")}): leave them out, or write them as escapes`;
  return { code: "hidden-characters", message, file, ...place };
}
