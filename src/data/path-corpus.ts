// The corpus of files and folders on disk. What is named is wanted: rules about names hold only below a named folder.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readFile, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { InputError } from "../errors.js";
import { gather, Leftovers, type Candidate, type Corpus } from "./corpus.js";
import { isText, refusedByContents, refusedByName } from "./curation.js";

interface DiskFile extends Candidate {
  readonly location: string;
  /** Named by the user, so only what is not text at all is left out. */
  readonly named: boolean;
}

/**
 * The corpus of `paths`. A file is called by its path below the working directory (or, outside it, without the leading `..`),
 * as it would be called in a commit made there.
 * @throws InputError `corpus-missing` for a path that does not exist.
 */
export async function corpusFromPaths(paths: readonly string[]): Promise<Corpus> {
  const leftovers = new Leftovers();
  const found = new Map<string, DiskFile>();
  for (const path of paths) {
    for await (const file of filesOf(resolve(path), path, leftovers)) {
      if (!found.has(file.location) || file.named) found.set(file.location, file);
    }
  }
  const read = (batch: readonly DiskFile[]) => Promise.all(batch.map(({ location }) => readFile(location)));
  return gather([...found.values()], leftovers, read, ({ named }, bytes) => {
    if (named) return isText(bytes) ? undefined : "binary";
    return refusedByContents(bytes);
  });
}

async function* filesOf(location: string, asNamed: string, leftovers: Leftovers): AsyncGenerator<DiskFile> {
  const status = await stat(location).catch((cause: unknown) => {
    throw new InputError("corpus-missing", `the corpus path ${asNamed} cannot be read: check its spelling`, { cause });
  });
  if (status.isDirectory()) {
    yield* walk(location, "", leftovers);
  } else if (status.isFile() && status.size > 0) {
    yield await describe(location, status.size, true);
  } else {
    leftovers.add(status.isFile() ? "empty" : "not a file", label(location));
  }
}

/** Everything below `root` that its name does not rule out; `below` is the part under the root, with / at its end. */
async function* walk(root: string, below: string, leftovers: Leftovers): AsyncGenerator<DiskFile> {
  for (const name of (await readdir(join(root, below))).toSorted()) {
    const location = join(root, below, name);
    const status = await lstat(location);
    const path = status.isDirectory() ? `${below}${name}/` : `${below}${name}`;
    const regular = status.isFile() || status.isDirectory();
    const reason = regular ? refusedByName(path, status.isFile() ? status.size : 1) : "not a file";
    if (name === ".git") continue;
    if (reason) leftovers.add(reason, label(location));
    else if (status.isDirectory()) yield* walk(root, path, leftovers);
    else yield await describe(location, status.size, false);
  }
}

async function describe(location: string, size: number, named: boolean): Promise<DiskFile> {
  return { path: label(location), location, size, contentHash: await hashOf(location), named };
}

async function hashOf(location: string): Promise<string> {
  const hash = createHash("sha256");
  const chunks: AsyncIterable<Uint8Array> = createReadStream(location);
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}

function label(location: string): string {
  return relative("", location)
    .split(sep)
    .filter((part) => part !== "..")
    .join("/");
}
