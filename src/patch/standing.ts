// What stands at the paths that a patch asks about, wherever the files lie, and what of it forbids the patch.

import { foldPath, parentsOf } from "../fence/safe-path.js";
import type { Applied } from "./apply-patch.js";
import { refuse, refuseAll, type PatchError, type Refusal } from "./patch-error.js";

export type Standing =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "nothing" }
  | { readonly kind: "folder" }
  | { readonly kind: "other"; readonly code: "not-a-file" | "binary" | "name-clash"; readonly why: string };

export const NOTHING: Standing = { kind: "nothing" };

/** What stands at `path`, where nothing does but a name, of it or of a folder above, that careless systems and readers take for the same. */
export function nothingOr(path: string, taken: ReadonlyMap<string, string>): Standing {
  for (const name of [...parentsOf(path), path]) {
    const other = taken.get(foldPath(name)) ?? name;
    if (other === name) continue;
    const why = `${name} would be taken for ${other}, which exists: use that name or another`;
    return { kind: "other", code: "name-clash", why };
  }
  return NOTHING;
}

/** Names by what they are taken for. */
export function byFold(paths: Iterable<string>): ReadonlyMap<string, string> {
  return new Map([...paths].map((path) => [foldPath(path), path]));
}

export function textAt(standing: Standing | undefined): string | undefined {
  return standing?.kind === "text" ? standing.text : undefined;
}

/** The result of a patch that took everything but texts for nothing. @param asked every path it asked about */
export function heldAgainst(asked: ReadonlyMap<string, Standing>, result: Applied | Refusal): Applied | Refusal {
  // A folder above a file says the same as the file.
  const others = new Map<string, PatchError>();
  for (const [file, standing] of asked) {
    if (standing.kind === "other") others.set(standing.why, { code: standing.code, message: standing.why, file });
  }
  const refused = refuseAll([...others.values()]);
  if (refused) return refused;
  const folder = result.ok && result.files.find((file) => asked.get(file.path)?.kind === "folder");
  if (!folder) return result;
  return refuse("not-a-file", `${folder.path} is a folder, where a file would be written`, { file: folder.path });
}
