// Makes commits by plumbing alone: objects, an index of its own in a temporary place, one new reference. The user's work
// tree, index, HEAD and hooks have no part in it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../errors.js";
import { failure, type Git } from "./git.js";
import { isTreePath, listTree } from "./tree.js";

/** New contents of a path, or null to remove it. An executable file stays one. */
export interface FileChange {
  readonly path: string;
  readonly content: string | Uint8Array | null;
}

interface Identity {
  readonly name: string;
  readonly email: string;
}

export interface CommitRequest {
  /** Full name of the commit to build on; null makes the first commit of a history. */
  readonly parent: string | null;
  readonly branch: string;
  readonly files: readonly FileChange[];
  readonly message: string;
  /** Author and committer; by default the user's identity where git knows one, else AXON's. */
  readonly author?: Identity;
  /** Of author and committer, to the second; by default now. With `author` it makes the commit's name repeatable. */
  readonly date?: Date;
}

const AXON: Identity = { name: "AXON", email: "axon@localhost" };

/**
 * Commits `files` on top of `parent` as the new branch `branch` and returns the commit's name. A branch that already points
 * at this very commit is left as it is.
 * @throws InputError `branch-name`, `branch-exists` (the branch, or one whose name is a folder of it), `path-invalid`.
 */
export async function commitFiles(git: Git, request: CommitRequest): Promise<string> {
  const reference = `refs/heads/${request.branch}`;
  const named = await git.attempt(["check-ref-format", reference]);
  if (named.status !== 0 || request.branch.startsWith("-")) {
    throw new InputError("branch-name", `"${request.branch}" is not a name git accepts for a branch`);
  }
  const tree = await writeTree(git, request);
  const parent = request.parent === null ? [] : ["-p", request.parent];
  const commit = await git.line(["commit-tree", "--no-gpg-sign", ...parent, "-F", "-", tree], {
    input: request.message,
    environment: { ...(await identity(git, request.author)), ...dates(request.date) },
  });
  await createBranch(git, reference, commit);
  return commit;
}

/** The tree of `parent` with the changes laid over it. */
async function writeTree(git: Git, { parent, files }: CommitRequest): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "axon-index-"));
  const environment = { GIT_INDEX_FILE: join(folder, "index") };
  try {
    await git.run(["read-tree", parent ?? "--empty"], { environment });
    const input = await indexInfo(git, parent, files);
    const update = ["update-index", "--replace", "-z", "--index-info"];
    const updated = await git.attempt(update, { environment, input });
    if (updated.status !== 0) throw failure(update, updated);
    // A path that git refuses, .git/config for one, it skips with a remark and status 0.
    if (updated.stderr !== "") throw refusedPath(updated.stderr.trim());
    return await git.line(["write-tree"], { environment });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function refusedPath(reason: string): InputError {
  return new InputError("path-invalid", `${reason}; name paths from the top, with /, and outside .git`);
}

/** Lines of `update-index --index-info`: `mode oid TAB path NUL`, mode 0 to remove. */
async function indexInfo(git: Git, parent: string | null, files: readonly FileChange[]): Promise<string> {
  const paths = files.map((file) => file.path);
  const outside = paths.find((path) => !isTreePath(path));
  if (outside !== undefined) throw refusedPath(`"${outside}" is no path inside a work tree`);
  const tracked = parent === null || paths.length === 0 ? [] : await listTree(git, parent, paths);
  const modes = new Map(tracked.map((file) => [file.path, file.mode]));
  const nothing = "0".repeat(parent?.length ?? 40);
  let lines = "";
  for (const { path, content } of files) {
    if (path === "" || path.includes("\0"))
      throw new InputError("path-invalid", "a path in a commit is empty or has a NUL");
    const mode = modes.get(path) === "100755" ? "100755" : "100644";
    lines +=
      content === null
        ? `0 ${nothing}\t${path}\0`
        : `${mode} ${await git.line(["hash-object", "-w", "--stdin"], { input: content })}\t${path}\0`;
  }
  return lines;
}

/** Creates the reference, and only creates: the empty old value makes git refuse one that exists. */
async function createBranch(git: Git, reference: string, commit: string): Promise<void> {
  const created = await git.attempt(["update-ref", "-m", "axon: commit", reference, commit, ""]);
  if (created.status === 0) return;
  const existing = await git.attempt(["rev-parse", "--verify", "--quiet", "--end-of-options", reference]);
  if (existing.status === 0 && existing.stdout.toString("utf8").trim() === commit) return;
  const branch = reference.slice("refs/heads/".length);
  const advice = "delete or rename what stands in its way, or choose another name";
  throw new InputError("branch-exists", `cannot create branch "${branch}": ${created.stderr.trim()}; ${advice}`);
}

async function identity(git: Git, author: Identity | undefined): Promise<Record<string, string>> {
  const asked = ["-c", "user.useConfigOnly=true", "var"];
  const known = async (kind: string) => (await git.attempt([...asked, kind])).status === 0;
  if (!author && (await known("GIT_AUTHOR_IDENT")) && (await known("GIT_COMMITTER_IDENT"))) return {};
  const { name, email } = author ?? AXON;
  return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
}

function dates(date: Date | undefined): Record<string, string> {
  if (!date) return {};
  const stamp = `@${Math.floor(date.getTime() / 1000)} +0000`;
  return { GIT_AUTHOR_DATE: stamp, GIT_COMMITTER_DATE: stamp };
}
