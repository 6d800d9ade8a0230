// `axon patch`: a diff from disk against a directory and its policy.

import { readFile, realpath } from "node:fs/promises";
import { relative } from "node:path";
import { CONFIGURATION_PATH, parseConfiguration } from "../config/configuration.js";
import { InputError } from "../errors.js";
import { applyToDirectory, OPEN_POLICY, type FileChange, type PatchError, type Policy } from "../patch/index.js";
import { openRepository, type Repository } from "../repository/repository.js";

type ChangedFile = Pick<FileChange, "path" | "action" | "added" | "removed">;

export type { PatchError };

/** A refusal carries all that has to be mended: the first, and `others`. */
export type PatchReport =
  { readonly ok: true; readonly files: readonly ChangedFile[] } | { readonly ok: false; readonly error: PatchError };

/** @throws InputError `patch-missing` when there is no such diff, `dir-missing` for no such directory, others for a configuration that is none. */
export async function patchDirectory(diff: string, directory: string, write: boolean): Promise<PatchReport> {
  const text = await readFile(diff, "utf8").catch((cause: Error) => {
    throw new InputError("patch-missing", `cannot read the diff ${diff}: ${cause.message}`, { cause });
  });
  const result = applyToDirectory(text, directory, { policy: await policyAt(directory), write });
  if (!result.ok) return result;
  return {
    ok: true,
    files: result.files.map(({ path, action, added, removed }) => ({ path, action, added, removed })),
  };
}

/** What the configuration at HEAD lets proposals change; without a repository or a configuration everything inside the fence. */
async function policyAt(directory: string): Promise<Policy> {
  const repository = await repositoryAt(directory);
  if (repository === null) return OPEN_POLICY;
  const below = relative(repository.root, await realpath(directory)).replaceAll("\\", "/");
  const { commit } = await repository.head();
  const bytes = await repository.readFile(commit, CONFIGURATION_PATH);
  if (bytes === undefined) return { ...OPEN_POLICY, below };
  const { evolve } = parseConfiguration(bytes.toString("utf8"));
  return { allow: evolve.paths, below, source: `evolve.paths of ${CONFIGURATION_PATH} at HEAD` };
}

/** Null where there is none, or none with a commit. One that git refuses to read is not taken for none. */
async function repositoryAt(directory: string): Promise<Repository | null> {
  try {
    return await openRepository(directory);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const none = error.code === "not-a-repository" && /not a git repository|cannot change to/.test(error.message);
    if (none || error.code === "empty-repository") return null;
    throw error;
  }
}
