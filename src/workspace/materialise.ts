// Writes a version of a repository, or a corpus, into an empty directory that commands will see. Nothing is written through a link.

import { chmod, mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { CorpusFile } from "../data/corpus.js";
import { InputError } from "../errors.js";
import type { Changes } from "../patch/index.js";
import { isLink, type BaseTree } from "./base-tree.js";

export interface Link {
  readonly path: string;
  readonly target: string;
}

interface Version {
  readonly changes: Changes;
  /** How many bytes of a file are written, where not all are. What a change makes of such a file is not written. */
  readonly heads: ReadonlyMap<string, number>;
  /** Made on top, where nothing else stands. */
  readonly links: readonly Link[];
}

/** A repository is copied for every training. In bytes, and in files. */
const [MOST_BYTES, MOST_FILES] = [2 ** 30, 100_000];

/**
 * The base tree with the changes laid over it; submodules stay empty.
 * @param directory empty
 * @throws InputError `repository-too-large`
 */
export async function materialise(tree: BaseTree, version: Version, directory: string): Promise<void> {
  refuseHuge(tree);
  const links: Link[] = [...version.links];
  for await (const { file, bytes } of tree.contents()) {
    const { path, mode } = file;
    if (version.changes.has(path) && !version.heads.has(path)) continue;
    if (isLink(file)) links.push({ path, target: bytes.toString("utf8") });
    else await write(directory, path, bytes.subarray(0, version.heads.get(path)), mode === "100755");
  }
  for (const [path, text] of version.changes) {
    if (text === null || version.heads.has(path)) continue;
    await write(directory, path, Buffer.from(text), tree.isExecutable(path));
  }
  // Last, so that no file is written to where a link leads.
  for (const { path, target } of links) await link(directory, path, target);
}

/** @throws InputError `corpus-clash` for two files of one name, which a corpus from disk may have. */
export async function materialiseCorpus(files: readonly CorpusFile[], directory: string): Promise<void> {
  for (const { path, bytes } of files) {
    try {
      await write(directory, path, bytes, false);
    } catch (cause) {
      if (!["EEXIST", "ENOTDIR", "EISDIR"].includes((cause as NodeJS.ErrnoException).code ?? "")) throw cause;
      const message = `the corpus has two files that would both be ${path} for the training command: rename one`;
      throw new InputError("corpus-clash", message, { cause });
    }
  }
}

/** Removes a directory that foreign code wrote into, whatever rights it left there. */
export async function removeForeign(directory: string): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true });
  } catch {
    await unlock(directory);
    await rm(directory, { recursive: true, force: true });
  }
}

async function unlock(directory: string): Promise<void> {
  await chmod(directory, 0o700);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await unlock(join(directory, entry.name));
  }
}

function refuseHuge(tree: BaseTree): void {
  const { files } = tree;
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes <= MOST_BYTES && files.length <= MOST_FILES) return;
  const size = `${files.length} files and ${bytes} bytes`;
  const message = `the repository is too large to copy for every training: ${size}, and at most ${MOST_FILES} and ${MOST_BYTES} are`;
  throw new InputError(
    "repository-too-large",
    `${message}; evolve its spec alone, without commands in .github/axon.yml`,
  );
}

async function write(directory: string, path: string, bytes: Uint8Array, executable: boolean): Promise<void> {
  const place = join(directory, path);
  await mkdir(dirname(place), { recursive: true });
  await writeFile(place, bytes, { flag: "wx", mode: executable ? 0o755 : 0o644 });
}

async function link(directory: string, path: string, target: string): Promise<void> {
  const place = join(directory, path);
  await mkdir(dirname(place), { recursive: true });
  await symlink(target, place);
}
