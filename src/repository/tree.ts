// Lists what a commit tracks. It reads names and sizes only, no contents.

import type { Git } from "./git.js";

/** A path a commit tracks. A name that is not UTF-8 is shown with replacement characters. */
export interface TrackedFile {
  readonly path: string;
  /** As git writes it: 100644 file, 100755 executable, 120000 symbolic link, 160000 submodule. */
  readonly mode: string;
  readonly oid: string;
  /** In bytes; 0 for a submodule, which has no contents here. */
  readonly size: number;
}

/** Whether a path could stand in a tree at all: git fails on one that leads out of it, and it has no others. */
export function isTreePath(path: string): boolean {
  return !path.includes("\0") && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** Every tracked path of `commit` with `paths` undefined, else those of `paths` that are not directories. */
export async function listTree(git: Git, commit: string, paths?: readonly string[]): Promise<TrackedFile[]> {
  const recursive = paths === undefined ? ["-r"] : [];
  const options = ["-l", "-z", "--full-tree", ...recursive, "--end-of-options", commit, ...(paths ?? [])];
  const listing = await git.run(["ls-tree", ...options]);
  const files: TrackedFile[] = [];
  for (const entry of listing.toString("utf8").split("\0")) {
    const [head, type, oid, size] = entry.split("\t", 1)[0].split(/ +/);
    if (head === "" || type === "tree") continue;
    files.push({ path: entry.slice(entry.indexOf("\t") + 1), mode: head, oid, size: Number(size) || 0 });
  }
  return files;
}
