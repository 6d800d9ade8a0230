// What a cycle or a replay starts from: the repository at a commit, its spec, its corpus and the split.

import { corpusFromPaths } from "../data/path-corpus.js";
import { corpusFromRepository } from "../data/repository-corpus.js";
import type { Corpus } from "../data/corpus.js";
import { splitCorpus, type Split } from "../data/split.js";
import { openRepository, type Repository } from "../repository/repository.js";
import { DEFAULT_SPEC, parseSpec, type Spec } from "../spec.js";

export const SPEC_PATH = "model/spec.yml";

export interface Material {
  readonly repository: Repository;
  readonly commit: string;
  /** Null where the repository has no spec, and the built-in one stands in. */
  readonly specText: string | null;
  readonly spec: Spec;
  readonly corpus: Corpus;
  /** Null: the text that git tracks at the commit. */
  readonly corpusPaths: readonly string[] | null;
  readonly split: Split;
}

/** @throws InputError for what is no repository, no corpus or no spec. */
export async function gatherMaterial(
  directory: string,
  revision: string,
  corpusPaths: readonly string[] | null,
  epoch: number,
): Promise<Material> {
  const repository = await openRepository(directory);
  const commit = await repository.resolve(revision);
  const corpus = corpusPaths ? await corpusFromPaths(corpusPaths) : await corpusFromRepository(repository, commit);
  const split = splitCorpus(corpus, { epoch });
  const file = await repository.readFile(commit, SPEC_PATH);
  const specText = file?.toString("utf8") ?? null;
  const spec = specText === null ? DEFAULT_SPEC : parseSpec(specText, SPEC_PATH);
  return { repository, commit, specText, spec, corpus, corpusPaths, split };
}
