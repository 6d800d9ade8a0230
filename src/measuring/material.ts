// What a cycle or a replay starts from: the repository at a commit, what it says about itself, its spec, its corpus and the split.

import { CONFIGURATION_PATH, parseConfiguration, type Configuration } from "../config/configuration.js";
import { corpusFromPaths } from "../data/path-corpus.js";
import { corpusFromRepository } from "../data/repository-corpus.js";
import type { Corpus } from "../data/corpus.js";
import { splitCorpus, unsplit, type Split } from "../data/split.js";
import { openRepository, type Repository } from "../repository/repository.js";
import { DEFAULT_SPEC, parseSpec, type Spec } from "../spec.js";
import { BaseTree } from "../workspace/base-tree.js";

export const SPEC_PATH = "model/spec.yml";

export interface Material {
  readonly repository: Repository;
  readonly commit: string;
  readonly tree: BaseTree;
  readonly configuration: Configuration;
  /** Null where the repository has no spec, and the built-in one stands in. */
  readonly specText: string | null;
  readonly spec: Spec;
  readonly corpus: Corpus;
  /** Null: the text that git tracks at the commit. */
  readonly corpusPaths: readonly string[] | null;
  readonly split: Split;
  /** Text of the operator's own that models by foreign code are scored on, in place of the held-out side; null where none was named. */
  readonly privateCorpus: Corpus | null;
}

interface Sources {
  readonly corpus: readonly string[] | null;
  readonly privateCorpus: readonly string[] | null;
  readonly epoch: number;
}

/** @throws InputError for what is no repository, no configuration, no corpus or no spec. */
export async function gatherMaterial(directory: string, revision: string, sources: Sources): Promise<Material> {
  const repository = await openRepository(directory);
  const commit = await repository.resolve(revision);
  const text = async (path: string) => (await repository.readFile(commit, path))?.toString("utf8") ?? null;
  const configuration = parseConfiguration(await text(CONFIGURATION_PATH));
  const { corpus: corpusPaths, privateCorpus: secret, epoch } = sources;
  const corpus = corpusPaths ? await corpusFromPaths(corpusPaths) : await corpusFromRepository(repository, commit);
  const specText = await text(SPEC_PATH);
  return {
    repository,
    commit,
    tree: await BaseTree.of(repository, commit),
    configuration,
    specText,
    spec: specText === null ? DEFAULT_SPEC : parseSpec(specText, SPEC_PATH),
    corpus,
    corpusPaths,
    split: configuration.objective ? unsplit(corpus, epoch) : splitCorpus(corpus, { epoch }),
    privateCorpus: secret && (await corpusFromPaths(secret)),
  };
}
