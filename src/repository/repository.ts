// A git repository as AXON sees it: commits, tracked files, and new commits on new branches. It never writes to a work tree
// that it did not make.

import { mkdir, readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { InputError } from "../errors.js";
import { readBlobs } from "./blobs.js";
import { commitFiles, type CommitRequest, type FileChange } from "./commit.js";
import { Git } from "./git.js";
import { isTreePath, listTree, type TrackedFile } from "./tree.js";

export class Repository {
  /** Top of the work tree; the git directory itself where there is none. Absolute. */
  readonly root: string;
  /** Where git keeps what all work trees of the repository share. Absolute. */
  readonly commonDirectory: string;
  readonly #git: Git;

  constructor(root: string, commonDirectory: string, git: Git) {
    this.root = root;
    this.commonDirectory = commonDirectory;
    this.#git = git;
  }

  /** What HEAD stands at; `branch` is null where HEAD is detached. */
  async head(): Promise<{ readonly commit: string; readonly branch: string | null }> {
    const symbolic = await this.#git.attempt(["symbolic-ref", "--quiet", "HEAD"]);
    const branch = symbolic.stdout
      .toString("utf8")
      .trim()
      .replace(/^refs\/heads\//, "");
    return { commit: await this.resolve("HEAD"), branch: symbolic.status === 0 ? branch : null };
  }

  /** The full name of the commit that `revision` means. @throws InputError `unknown-revision`. */
  async resolve(revision: string): Promise<string> {
    const commit = await commitOf(this.#git, revision);
    if (commit !== undefined) return commit;
    throw new InputError("unknown-revision", `"${revision}" names no commit in ${this.root}`);
  }

  async hasBranch(name: string): Promise<boolean> {
    return (await this.#git.attempt(["show-ref", "--verify", "--quiet", `refs/heads/${name}`])).status === 0;
  }

  /** Everything `commit` (a full name) tracks, by path in git's byte order: files, symbolic links and submodules. */
  async listFiles(commit: string): Promise<readonly TrackedFile[]> {
    return listTree(this.#git, commit);
  }

  /** Contents of blobs, in the order asked for, all in memory at once. @throws AxonError `git-object`. */
  async readBlobs(oids: readonly string[]): Promise<readonly Buffer[]> {
    return readBlobs(this.#git, oids);
  }

  /** Contents of a regular file in `commit`; undefined where the path is absent, a directory, a link or a submodule. */
  async readFile(commit: string, path: string): Promise<Buffer | undefined> {
    const [file] = isTreePath(path) ? await listTree(this.#git, commit, [path]) : [];
    if (!file || file.path !== path || !file.mode.startsWith("100")) return undefined;
    return (await readBlobs(this.#git, [file.oid]))[0];
  }

  /** A commit on a new branch, by plumbing alone; returns its name. @throws InputError `branch-name`, `branch-exists`. */
  async commitFiles(request: CommitRequest): Promise<string> {
    return commitFiles(this.#git, request);
  }
}

/**
 * Opens the repository that `directory` belongs to: a work tree or a folder in one, a linked work tree, a bare repository.
 * @throws InputError `not-a-repository`, `empty-repository`, `git-missing`.
 */
export async function openRepository(directory: string): Promise<Repository> {
  const here = new Git(["-C", resolve(directory)]);
  const found = await here.attempt(["rev-parse", "--absolute-git-dir"]);
  if (found.status !== 0) {
    const advice = "name a directory inside a git repository, or make one with git init";
    throw new InputError("not-a-repository", `${directory} is no git repository: ${found.stderr.trim()}; ${advice}`);
  }
  const gitDirectory = found.stdout.toString("utf8").replace(/\n$/, "");
  const common = await here.line(["rev-parse", "--git-common-dir"]);
  const inside = (await here.line(["rev-parse", "--is-inside-work-tree"])) === "true";
  const root = inside ? await here.line(["rev-parse", "--show-toplevel"]) : gitDirectory;
  // From here on bound to the git directory: a configured core.worktree could make the root lead elsewhere.
  const git = new Git(["--git-dir", gitDirectory]);
  if ((await commitOf(git, "HEAD")) === undefined) {
    throw new InputError("empty-repository", `${root} has no commit at HEAD yet: commit something first`);
  }
  return new Repository(root, resolve(directory, common), git);
}

/**
 * Makes a repository in `directory` (created if need be) with branch main, one commit of `files`, and a clean work tree.
 * @throws InputError `directory-not-empty`, `git-missing`.
 */
export async function createRepository(
  directory: string,
  files: readonly FileChange[],
  message: string,
): Promise<Repository> {
  const path = resolve(directory);
  await mkdir(path, { recursive: true });
  if ((await readdir(path)).length > 0) {
    throw new InputError("directory-not-empty", `${directory} is not empty: name a new or an empty directory`);
  }
  const git = new Git(["-C", path]);
  await git.run(["init", "--quiet", "--template=", "--initial-branch=main"]);
  await commitFiles(git, { parent: null, branch: "main", files, message });
  await git.run(["read-tree", "-m", "-u", "HEAD"]);
  return openRepository(path);
}

async function commitOf(git: Git, revision: string): Promise<string | undefined> {
  if (revision.includes("\0")) return undefined;
  const found = await git.attempt(["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`]);
  return found.status === 0 ? found.stdout.toString("utf8").trim() : undefined;
}
