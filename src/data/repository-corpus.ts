// The corpus of a commit: the text that git tracks in it. The work tree is never read, so uncommitted text has no part.

import type { Repository } from "../repository/repository.js";
import { gather, Leftovers, type Corpus } from "./corpus.js";
import { refusedByContents, refusedByName } from "./curation.js";

/** The corpus of `commit`, a full name. The same commit gives the same bytes and the same digest everywhere. */
export async function corpusFromRepository(repository: Repository, commit: string): Promise<Corpus> {
  const leftovers = new Leftovers();
  const candidates = [];
  for (const { path, mode, oid, size } of await repository.listFiles(commit)) {
    const reason = mode.startsWith("100") ? refusedByName(path, size) : "not a file";
    if (reason) leftovers.add(reason, path);
    else candidates.push({ path, size, contentHash: oid });
  }
  const read = (batch: readonly { readonly contentHash: string }[]) =>
    repository.readBlobs(batch.map(({ contentHash }) => contentHash));
  return gather(candidates, leftovers, read, (_, bytes) => refusedByContents(bytes));
}
