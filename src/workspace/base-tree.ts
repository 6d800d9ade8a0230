// The files of the base commit: every version of a repository is this tree and a few changes. It reads git and writes nothing.

import { isUtf8 } from "node:buffer";
import { byFold, nothingOr, parentsOf, type Standing } from "../patch/index.js";
import type { Repository } from "../repository/repository.js";
import type { TrackedFile } from "../repository/tree.js";

/** How much is read at once, in bytes. */
const READ_AT_ONCE = 8 * 2 ** 20;

export class BaseTree {
  readonly #repository: Repository;
  readonly #files: ReadonlyMap<string, TrackedFile>;
  readonly #folders: ReadonlySet<string>;
  readonly #taken: ReadonlyMap<string, string>;

  private constructor(repository: Repository, files: readonly TrackedFile[]) {
    this.#repository = repository;
    this.#files = new Map(files.map((file) => [file.path, file]));
    this.#folders = new Set(files.flatMap(({ path }) => parentsOf(path)));
    this.#taken = byFold([...this.#folders, ...this.#files.keys()]);
  }

  /** @param commit a full name */
  static async of(repository: Repository, commit: string): Promise<BaseTree> {
    return new BaseTree(repository, await repository.listFiles(commit));
  }

  get files(): readonly TrackedFile[] {
    return [...this.#files.values()];
  }

  hasFolder(path: string): boolean {
    return this.#folders.has(path);
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  isExecutable(path: string): boolean {
    return this.#files.get(path)?.mode === "100755";
  }

  /** What a patch finds at a path. */
  async lookUp(path: string): Promise<Standing> {
    if (this.#folders.has(path)) return { kind: "folder" };
    const file = this.#files.get(path);
    if (file === undefined) return nothingOr(path, this.#taken);
    if (!isRegular(file)) return { kind: "other", code: "not-a-file", why: `${path} is a link or a submodule` };
    const [bytes] = await this.#repository.readBlobs([file.oid]);
    if (isUtf8(bytes)) return { kind: "text", text: bytes.toString("utf8") };
    return { kind: "other", code: "binary", why: `${path} is not UTF-8: only text can be patched` };
  }

  /** Files with their contents, links with their targets, a few megabytes in memory at a time. */
  async *contents(): AsyncGenerator<{ readonly file: TrackedFile; readonly bytes: Buffer }> {
    const wanted = this.files.filter((file) => isRegular(file) || isLink(file));
    for (let at = 0; at < wanted.length;) {
      const batch = [wanted[at++]];
      let size = batch[0].size;
      while (at < wanted.length && size + wanted[at].size <= READ_AT_ONCE)
        size += batch[batch.push(wanted[at++]) - 1].size;
      const blobs = await this.#repository.readBlobs(batch.map(({ oid }) => oid));
      for (const [i, file] of batch.entries()) yield { file, bytes: blobs[i] };
    }
  }
}

function isRegular({ mode }: TrackedFile): boolean {
  return mode.startsWith("100");
}

export function isLink({ mode }: TrackedFile): boolean {
  return mode === "120000";
}
