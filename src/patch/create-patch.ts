// Two texts → a unified diff in git's form, which `git apply` and applyPatch read.

import { formatPatch, structuredPatch } from "diff";

const CONTEXT = 3;

/**
 * The diff of one file, with three lines of context; empty if nothing changes. `before` undefined: the file is new; `after` undefined:
 * it is deleted. `path` is relative to the repository and carries no prefix.
 */
export function createPatch(path: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return "";
  const patch = structuredPatch(`a/${path}`, `b/${path}`, before ?? "", after ?? "", undefined, undefined, {
    context: CONTEXT,
  });
  if (before === undefined)
    return formatPatch({ ...patch, isGit: true, isCreate: true, oldFileName: "/dev/null", newMode: "100644" });
  if (after === undefined)
    return formatPatch({ ...patch, isGit: true, isDelete: true, newFileName: "/dev/null", oldMode: "100644" });
  return formatPatch({ ...patch, isGit: true });
}
