// Which files are nearly the same text: min-hash signatures, banding, union-find. It knows nothing of sides.

import { createHash } from "node:crypto";
import type { CorpusFile } from "./corpus.js";

/**
 * For each of BINS parts of the hash range the smallest hash of any SHINGLE-byte window that falls into it. The share of
 * equal places of two signatures estimates the Jaccard similarity of their windows, with a deviation of at most 0.044.
 */
export type Signature = Uint32Array;

export interface Cluster {
  /** Places in the list of files, rising. */
  readonly members: readonly number[];
  /** Of all members' text together. */
  readonly signature: Signature;
  /** Sum of the sizes of the members. */
  readonly bytes: number;
}

const SHINGLE = 8;
const BIN_BITS = 7;
const BINS = 2 ** BIN_BITS;
/** Windows two files share, as a share of the windows either has. */
const NEAR_DUPLICATE = 0.5;
// Signatures are compared when the ROWS places of any band agree: a pair at 0.5 is missed with probability (1 - 0.5³)⁴² < 0.4 %.
const ROWS = 3;
const BANDS = Math.floor(BINS / ROWS);
/** Compared neighbours in a band, so that a phrase shared by every file does not make the work quadratic. */
const NEIGHBOURS = 32;

/** Groups of files connected by near-duplication, in the order of their first members. */
export function clusterFiles(files: readonly CorpusFile[]): Cluster[] {
  const hashes = files.map(({ bytes }) => createHash("sha256").update(bytes).digest("hex"));
  const signatures = files.map(({ bytes }) => signatureOf(bytes));
  const forest = new DisjointSets(files.length);
  for (const [i, j] of candidatePairs(signatures, hashes)) {
    if (forest.find(i) !== forest.find(j) && similarity(signatures[i], signatures[j]) >= NEAR_DUPLICATE)
      forest.union(i, j);
  }
  const groups = new Map<number, number[]>();
  for (const i of files.keys()) {
    const root = forest.find(i);
    const group = groups.get(root);
    if (group) group.push(i);
    else groups.set(root, [i]);
  }
  return [...groups.values()].map((members) => ({
    members,
    signature: members.map((i) => signatures[i]).reduce(unite),
    bytes: members.reduce((sum, i) => sum + files[i].bytes.length, 0),
  }));
}

/** Pairs that agree in a band, each file with its nearest in the order of contents, which no rename changes. */
function* candidatePairs(signatures: readonly Signature[], hashes: readonly string[]): Generator<[number, number]> {
  const order = [...hashes.keys()].toSorted((a, b) => (hashes[a] < hashes[b] ? -1 : 1));
  for (let band = 0; band < BANDS; band++) {
    const buckets = new Map<number, number[]>();
    for (const i of order) {
      const key = signatures[i].subarray(band * ROWS, (band + 1) * ROWS).reduce((hash, place) => mix(hash ^ place), 0);
      const bucket = buckets.get(key) ?? [];
      for (const j of bucket.slice(-NEIGHBOURS)) yield [i, j];
      buckets.set(key, bucket);
      bucket.push(i);
    }
  }
}

function similarity(a: Signature, b: Signature): number {
  let equal = 0;
  for (let bin = 0; bin < BINS; bin++) if (a[bin] === b[bin]) equal++;
  return equal / BINS;
}

function unite(a: Signature, b: Signature): Signature {
  return a.map((hash, bin) => Math.min(hash, b[bin]));
}

const EMPTY = 0xffffffff;

// Bound once: where tests run, the global object is a proxy, and asking it for Math at every byte takes 200 times as long.
const { imul } = Math;

/** One pass over the windows ("one permutation hashing", Li, Owen and Zhang 2012); a shorter text is one window. */
function signatureOf(bytes: Uint8Array): Signature {
  const signature = new Uint32Array(BINS).fill(EMPTY);
  let low = 0;
  let high = 0;
  for (let at = 0; at < bytes.length; at++) {
    low = (low >>> 8) | (high << 24);
    high = (high >>> 8) | (bytes[at] << 24);
    if (at < SHINGLE - 1 && at < bytes.length - 1) continue;
    const hash = mix(low ^ imul(mix(high), 0x9e3779b1));
    const bin = hash >>> (32 - BIN_BITS);
    if (hash < signature[bin]) signature[bin] = hash;
  }
  return fillEmpty(signature);
}

/** Empty bins copy others, the same ones in every file ("optimal densification", Shrivastava 2017), so short texts compare too. */
function fillEmpty(signature: Signature): Signature {
  if (!signature.includes(EMPTY) || signature.every((hash) => hash === EMPTY)) return signature;
  return signature.map((hash, bin) => {
    let found = hash;
    for (let attempt = 1; found === EMPTY; attempt++) {
      found = signature[mix(bin + attempt * BINS) >>> (32 - BIN_BITS)];
    }
    return found;
  });
}

/** A bijection of the 32-bit numbers whose every output bit depends on every input bit. */
function mix(word: number): number {
  let x = word | 0;
  x = imul(x ^ (x >>> 16), 0x21f0aaad);
  x = imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

class DisjointSets {
  readonly #parents: Int32Array;

  constructor(size: number) {
    this.#parents = Int32Array.from({ length: size }, (_, i) => i);
  }

  find(i: number): number {
    let at = i;
    while (this.#parents[at] !== at) {
      this.#parents[at] = this.#parents[this.#parents[at]];
      at = this.#parents[at];
    }
    return at;
  }

  union(i: number, j: number): void {
    this.#parents[this.find(i)] = this.find(j);
  }
}
