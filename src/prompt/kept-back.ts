// What of the files a model does not see, and how it is kept out of texts that quote them: explanations of refusals, diffs of attempts.

import { findSecrets, isSecretFile, mark } from "../secrets/secrets.js";
import type { PromptFile } from "./prompt.js";
import type { Readings } from "./readable-file.js";

export interface KeptBack {
  /** Files of which nothing is shown. */
  readonly paths: ReadonlySet<string>;
  /** Lines that no file shows, as `keyOf` has them. */
  readonly lines: ReadonlySet<string>;
}

/** Characters of a line that tell it from others: excerpts cut long ones. */
const TELLING = 100;
const WITHHELD = mark("a line that is not shown");

/** @param files those that were read */
export function keptBack(files: readonly PromptFile[], { files: readable, refused }: Readings): KeptBack {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const ofRefused = refused.flatMap(({ path }) => (texts.get(path) ?? "").split("\n"));
  const ofOthers = readable.flatMap(({ lines, withheld }) => [...withheld].map((number) => lines[number]));
  const lines = new Set([...ofRefused, ...ofOthers].map(keyOf));
  // A brace, or what stands in the open elsewhere, gives nothing away.
  for (const file of readable) file.lines.forEach((line, i) => file.withheld.has(i) || lines.delete(keyOf(line)));
  lines.delete("");
  return { paths: new Set(refused.map(({ path }) => path)), lines };
}

function keyOf(line: string): string {
  return line.trim().slice(0, TELLING);
}

/** With a mark in the place of every line kept back, whether it stands as an excerpt, in a diff or between quotes. */
export function withoutLines(text: string, { lines }: Pick<KeptBack, "lines">): string {
  if (lines.size === 0) return text;
  return text
    .split("\n")
    .map((row) => {
      const [, margin = "", line = ""] = /^(\s*\d+\| |[ +-])?(.*)$/su.exec(row) ?? [];
      if ([row, line].some((each) => lines.has(keyOf(each.replace(/ \[cut: \d+ characters\]$/, ""))))) {
        return `${margin}${WITHHELD}`;
      }
      return row.replace(QUOTED, (quoted) => (lines.has(keyOf(unquoted(quoted))) ? `"${WITHHELD}"` : quoted));
    })
    .join("\n");
}

const QUOTED = /"(?:[^"\\]|\\.){1,2000}"/g;

function unquoted(quoted: string): string {
  try {
    return String(JSON.parse(quoted)).replace(/ …$/, "");
  } catch {
    return quoted; // signs of something else
  }
}

/** Of an attempt, for a model. A diff about a file that is kept back is left out whole: what it moved out stands in its other parts. */
export function showableDiff(diff: string, kept: KeptBack): string {
  const isKept = (path: string) => kept.paths.has(path) || isSecretFile(path);
  if (pathsIn(diff).some(isKept) || findSecrets(diff).some(({ certain }) => certain)) {
    return `${mark("a diff that touches a file that is not shown")}\n`;
  }
  return withoutLines(diff, kept);
}

function pathsIn(diff: string): string[] {
  const headers = diff.matchAll(
    /^(?:(?:---|\+\+\+) "?(?:[ab]\/)?|(?:rename|copy) (?:from|to) "?)([^\t\n]+?)"?(?:\t.*)?\r?$/gm,
  );
  return [...headers].map(([, path = ""]) => path);
}
