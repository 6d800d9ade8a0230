// What of a repository's text no command may see, because it judges: prose of the held-out side. Chosen at the base commit, once for both arms.

import { digest, type CorpusFile } from "../data/corpus.js";
import type { Split } from "../data/split.js";
import { InputError } from "../errors.js";
import type { BaseTree } from "./base-tree.js";

/** Less text would judge by chance. */
const LEAST = 4096;

/** Text is compared in pieces of this many bytes: two lines that agree by chance are shorter. */
const BLOCK = 64;

/** Of a file's blocks, found in plain sight: then the file can judge nothing. */
const MOST_SEEN = 0.1;

export interface Withheld {
  /** What is scored. */
  readonly heldOut: readonly CorpusFile[];
  readonly sha256: string;
  /** Of files that a workspace has no more than the head of: how many bytes that has. */
  readonly heads: ReadonlyMap<string, number>;
}

/** Nothing is held out: every file is as it is. */
export const NOTHING_WITHHELD: ReadonlyMap<string, number> = new Map();

/**
 * Withholds the prose of the held-out side from workspaces, and scores it unless it stands in plain sight somewhere else.
 * Code stays, because it must run, and therefore never judges.
 * @throws InputError `held-out-too-small`
 */
export async function withhold(tree: BaseTree, split: Split): Promise<Withheld> {
  const prose = split.heldOut.filter(({ path }) => isProse(path));
  const trained = new Map(split.training.map(({ path, bytes }) => [path, bytes.length]));
  // Only in the first epoch is all that trains the head of a cut file.
  const headOf = (path: string) => (split.sides[path] === "cut" && split.epoch === 0 ? (trained.get(path) ?? 0) : 0);
  const heads = new Map(prose.map(({ path }) => [path, headOf(path)]));
  const heldOut = await unseen(prose, tree, heads, split.training);
  const advice =
    "commit more text of the kind a reader would call prose, or name text of your own with --private-corpus";
  return { ...judging(heldOut, advice), heads };
}

/**
 * Text that lies outside the repository judges, and nothing has to be withheld.
 * @throws InputError `held-out-too-small`
 */
export async function withholdNothing(tree: BaseTree, split: Split, files: readonly CorpusFile[]): Promise<Withheld> {
  const heldOut = await unseen(files, tree, NOTHING_WITHHELD, split.training);
  const advice = "give --private-corpus more text that is not in the repository";
  return { ...judging(heldOut, advice), heads: NOTHING_WITHHELD };
}

function judging(heldOut: readonly CorpusFile[], advice: string): Pick<Withheld, "heldOut" | "sha256"> {
  const bytes = heldOut.reduce((sum, file) => sum + file.bytes.length, 0);
  if (bytes < LEAST) {
    const message = `only ${bytes} bytes of text can be kept from the commands of the repository to judge by, and at least ${LEAST} are needed`;
    throw new InputError("held-out-too-small", `${message}: ${advice}`);
  }
  return { heldOut, sha256: digest(heldOut) };
}

const PROSE =
  /\.(md|mdx|markdown|txt|text|rst|adoc|asciidoc|org|tex|textile)$|(^|\/)(readme|changelog|changes|news|history|authors)$/i;

/** Text to read for whoever builds the repository, not for people. */
const FOR_MACHINES = /(^|\/)(requirements|constraints|cmakelists|robots|manifest)[^/]*\.txt$/i;

/** Text for people to read. */
export function isProse(path: string): boolean {
  return PROSE.test(path) && !FOR_MACHINES.test(path);
}

/** The files of which hardly a block stands in what commands see: the tree but for what is withheld, and the training side. */
async function unseen(
  files: readonly CorpusFile[],
  tree: BaseTree,
  heads: ReadonlyMap<string, number>,
  training: readonly CorpusFile[],
): Promise<readonly CorpusFile[]> {
  const blocks = new Blocks(files);
  for (const { bytes } of training) blocks.strike(bytes);
  for await (const { file, bytes } of tree.contents()) blocks.strike(bytes.subarray(0, heads.get(file.path)));
  return files.filter((_, i) => blocks.seen(i) <= MOST_SEEN);
}

/** 64 bytes → a number, so that the next one takes a multiplication: Σ byteᵢ · 31^(63−i), modulo 2³². */
const BASE = 31;

/** Blocks of some files, and which of them have been seen elsewhere, at any offset. */
class Blocks {
  readonly #files: readonly CorpusFile[];
  /** Blocks by hash: the file, and where in it the block begins. */
  readonly #open = new Map<number, (readonly [file: number, at: number])[]>();
  readonly #struck: number[];

  constructor(files: readonly CorpusFile[]) {
    this.#files = files;
    this.#struck = files.map(() => 0);
    for (const [i, { bytes }] of files.entries()) {
      for (let at = 0; at + BLOCK <= bytes.length; at += BLOCK) {
        const hash = hashOf(bytes, at);
        const same = this.#open.get(hash);
        if (same) same.push([i, at]);
        else this.#open.set(hash, [[i, at]]);
      }
    }
  }

  strike(bytes: Uint8Array): void {
    if (bytes.length < BLOCK) return;
    let hash = hashOf(bytes, 0);
    for (let at = 0; ; at++) {
      if (this.#open.has(hash)) this.#strikeAt(hash, bytes, at);
      if (at + BLOCK >= bytes.length) return;
      hash = (Math.imul(hash - Math.imul(bytes[at], OLDEST), BASE) + bytes[at + BLOCK]) | 0;
    }
  }

  /** Share of a file's blocks that were struck; of one without a whole block, all. */
  seen(file: number): number {
    const count = Math.floor(this.#files[file].bytes.length / BLOCK);
    return count === 0 ? 1 : this.#struck[file] / count;
  }

  #strikeAt(hash: number, bytes: Uint8Array, at: number): void {
    const found = Buffer.from(bytes.buffer, bytes.byteOffset + at, BLOCK);
    const left = this.#open.get(hash)!.filter(([file, start]) => {
      const same = found.equals(this.#files[file].bytes.subarray(start, start + BLOCK));
      if (same) this.#struck[file]++;
      return !same;
    });
    if (left.length === 0) this.#open.delete(hash);
    else this.#open.set(hash, left);
  }
}

const OLDEST = Array.from({ length: BLOCK - 1 }).reduce<number>((power) => Math.imul(power, BASE), 1);

function hashOf(bytes: Uint8Array, at: number): number {
  let hash = 0;
  for (let i = at; i < at + BLOCK; i++) hash = (Math.imul(hash, BASE) + bytes[i]) | 0;
  return hash;
}
