// `axon patch`: a diff from disk against a directory.

import { readFile } from "node:fs/promises";
import { InputError } from "../errors.js";
import { applyToDirectory, OPEN_POLICY, type FileChange, type PatchError } from "../patch/index.js";

type ChangedFile = Pick<FileChange, "path" | "action" | "added" | "removed">;

export type PatchReport =
  { readonly ok: true; readonly files: readonly ChangedFile[] } | { readonly ok: false; readonly error: PatchError };

/** @throws InputError `patch-missing` when there is no such diff. */
export async function patchDirectory(diff: string, directory: string, write: boolean): Promise<PatchReport> {
  const text = await readFile(diff, "utf8").catch((cause: Error) => {
    throw new InputError("patch-missing", `cannot read the diff ${diff}: ${cause.message}`, { cause });
  });
  const result = applyToDirectory(text, directory, { policy: OPEN_POLICY, write });
  if (!result.ok) return result;
  return {
    ok: true,
    files: result.files.map(({ path, action, added, removed }) => ({ path, action, added, removed })),
  };
}
