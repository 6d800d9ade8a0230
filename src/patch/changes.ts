// What differs between a tree and a later state of it: values on which further patches can be laid. The tree itself lies elsewhere.

import { parentsOf } from "../fence/safe-path.js";
import type { FileChange } from "./apply-section.js";
import type { LookUp } from "./apply-to-tree.js";
import { byFold, nothingOr, type Standing } from "./standing.js";

/** By path, sorted: the text that stands there now, or null where nothing does any more. Whatever is not named is as in the tree. */
export type Changes = ReadonlyMap<string, string | null>;

export const UNCHANGED: Changes = new Map();

/** Looks through the changes at the tree below. */
export function overlaid(lookUp: LookUp, changes: Changes): LookUp {
  const isFolder = (path: string) => [...changes].some(([name, text]) => text !== null && name.startsWith(`${path}/`));
  const taken = byFold([...changes].flatMap(([name, text]) => (text === null ? [] : [...parentsOf(name), name])));
  return async (path) => {
    const text = changes.get(path);
    if (typeof text === "string") return { kind: "text", text };
    if (isFolder(path)) return { kind: "folder" };
    const fresh = nothingOr(path, taken);
    return text === null || fresh.kind === "other" ? fresh : lookUp(path);
  };
}

/** The changes and what a patch on top of them did. What is as it was in the tree again is no change. */
export async function changedFurther(changes: Changes, files: readonly FileChange[], lookUp: LookUp): Promise<Changes> {
  const all = new Map(changes);
  for (const { action, from } of files) if (action === "rename") all.set(from!, null);
  for (const { path, after } of files) all.set(path, after ?? null);
  for (const [path, text] of all) if (isAsBefore(await lookUp(path), text)) all.delete(path);
  return new Map([...all].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function isAsBefore(before: Standing, text: string | null): boolean {
  return before.kind === "text" ? before.text === text : before.kind === "nothing" && text === null;
}
