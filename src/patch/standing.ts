// What stands at the paths that a patch asks about, wherever the files lie, and what of it forbids the patch.

import type { Applied } from "./apply-patch.js";
import { refuse, type Refusal } from "./patch-error.js";

export type Standing =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "nothing" }
  | { readonly kind: "folder" }
  | { readonly kind: "other"; readonly code: "not-a-file" | "binary"; readonly why: string };

export const NOTHING: Standing = { kind: "nothing" };

export function textAt(standing: Standing | undefined): string | undefined {
  return standing?.kind === "text" ? standing.text : undefined;
}

/** The result of a patch that took everything but texts for nothing. @param asked every path it asked about */
export function heldAgainst(asked: ReadonlyMap<string, Standing>, result: Applied | Refusal): Applied | Refusal {
  for (const [path, standing] of asked) {
    if (standing.kind === "other") return refuse(standing.code, standing.why, { file: path });
  }
  const folder = result.ok && result.files.find((file) => asked.get(file.path)?.kind === "folder");
  if (!folder) return result;
  return refuse("not-a-file", `${folder.path} is a folder, where a file would be written`, { file: folder.path });
}
