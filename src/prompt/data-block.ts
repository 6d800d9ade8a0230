// Puts texts from outside between lines that none of them can hold, so that data cannot pass for the end of data.

import { createHash } from "node:crypto";

/**
 * A tag of 12 hexadecimal digits that stands in none of the texts, not in look-alike letters or digits either. It hangs on `seeds` alone unless that
 * clashes, so that prompts over the same files begin alike, which endpoints charge less for.
 */
export function tagFor(seeds: readonly string[], texts: readonly string[]): string {
  const folded = texts.map(fold);
  for (let trial = 0; ; trial++) {
    const tag = createHash("sha256")
      .update(JSON.stringify([trial, seeds]))
      .digest("hex")
      .slice(0, 12);
    if (!folded.some((text) => text.includes(tag))) return tag;
  }
}

function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/** `text` between its lines. `title` is AXON's own, with names quoted. */
export function dataBlock(tag: string, title: string, text: string): string {
  const end = text === "" || text.endsWith("\n") ? "" : "\n";
  return `${marker(tag, `BEGIN ${title}`)}\n${text}${end}${marker(tag, "END")}`;
}

/** A line that no data holds. */
export function marker(tag: string, words: string): string {
  return `=== ${tag} ${words}`;
}
