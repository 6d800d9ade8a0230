// The corpus: the bytes to learn from, where they came from, and what was left out. Which files exist is told by
// repository-corpus.ts and path-corpus.ts; this chooses among them.

import { createHash } from "node:crypto";
import type { Reason } from "./curation.js";

export interface CorpusFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** How many files were left out for a reason, and the first few of them. */
interface LeftOut {
  readonly files: number;
  readonly samples: readonly string[];
}

export interface Corpus {
  /** In the order of their paths. */
  readonly files: readonly CorpusFile[];
  readonly leftOut: Readonly<Partial<Record<Reason, LeftOut>>>;
  /** Over every path and every byte; see `digest`. */
  readonly sha256: string;
  /** Sum of the sizes of the files. */
  readonly bytes: number;
}

/** A file that may join the corpus. `contentHash` decides who stays out when not all fit. */
export interface Candidate {
  readonly path: string;
  readonly size: number;
  readonly contentHash: string;
}

/** More bytes do not fit beside the training of a small model, and would not be seen within its budget. */
const MAXIMUM_CORPUS = 16 * 2 ** 20;
/** How much is read at once, in bytes. */
const READ_AT_ONCE = 8 * 2 ** 20;
const SAMPLES = 3;

/** Counts what is left out. */
export class Leftovers {
  readonly #paths = new Map<Reason, string[]>();

  add(reason: Reason, path: string): void {
    const paths = this.#paths.get(reason);
    if (paths) paths.push(path);
    else this.#paths.set(reason, [path]);
  }

  record(): Corpus["leftOut"] {
    const rows = [...this.#paths].map(([reason, paths]) => {
      const samples = paths.toSorted().slice(0, SAMPLES);
      return [reason, { files: paths.length, samples }] as const;
    });
    return Object.fromEntries(rows.toSorted(([a], [b]) => comparePaths(a, b)));
  }
}

/**
 * Reads candidates in the order of their content hashes until the corpus is full, so that which files stay out depends on
 * no name and no clock, and little on other files. `refused` judges contents.
 */
export async function gather<C extends Candidate>(
  candidates: readonly C[],
  leftovers: Leftovers,
  read: (batch: readonly C[]) => Promise<readonly Uint8Array[]>,
  refused: (candidate: C, bytes: Uint8Array) => Reason | undefined,
): Promise<Corpus> {
  const files: CorpusFile[] = [];
  let total = 0;
  let full = false;
  for (const batch of batches(candidates.toSorted(byContent))) {
    const contents: readonly Uint8Array[] = full ? [] : await read(batch);
    for (const [i, candidate] of batch.entries()) {
      const reason: Reason | undefined = full ? undefined : refused(candidate, contents[i]);
      full ||= !reason && total + contents[i].length > MAXIMUM_CORPUS;
      if (reason || full) {
        leftovers.add(reason ?? "over the corpus limit", candidate.path);
      } else {
        files.push({ path: candidate.path, bytes: contents[i] });
        total += contents[i].length;
      }
    }
  }
  files.sort((a, b) => comparePaths(a.path, b.path) || Buffer.compare(a.bytes, b.bytes));
  return { files, leftOut: leftovers.record(), sha256: digest(files), bytes: total };
}

/** SHA-256, in hexadecimal, over path, NUL, length in bytes, NUL and contents of each file in turn. */
export function digest(files: readonly CorpusFile[]): string {
  const hash = createHash("sha256");
  for (const { path, bytes } of files) hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  return hash.digest("hex");
}

/** "12 files left out: 9 binary (a.png, b.png, …), 3 vendored (…)", or nothing where all were taken. */
export function describeLeftOut(leftOut: Corpus["leftOut"]): string {
  const rows = Object.entries(leftOut);
  if (rows.length === 0) return "";
  const total = rows.reduce((sum, [, { files }]) => sum + files, 0);
  const parts = rows.map(([reason, { files, samples }]) => {
    const more = files > samples.length ? ", …" : "";
    return `${files} ${reason} (${samples.join(", ")}${more})`;
  });
  return `${total} ${total === 1 ? "file" : "files"} left out: ${parts.join(", ")}`;
}

/** By UTF-16 code unit: the same order on every machine, whatever its language. */
function comparePaths(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function byContent(a: Candidate, b: Candidate): number {
  return comparePaths(a.contentHash, b.contentHash) || comparePaths(a.path, b.path);
}

function* batches<C extends Candidate>(candidates: readonly C[]): Generator<readonly C[]> {
  let batch: C[] = [];
  let size = 0;
  for (const candidate of candidates) {
    if (batch.length > 0 && size + candidate.size > READ_AT_ONCE) {
      yield batch;
      [batch, size] = [[], 0];
    }
    batch.push(candidate);
    size += candidate.size;
  }
  if (batch.length > 0) yield batch;
}
