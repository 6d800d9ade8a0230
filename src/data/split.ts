// The split: which bytes train and which judge. Decided before any spec is read, from the text and the epoch alone.

import { InputError } from "../errors.js";
import { generator } from "../random.js";
import { describeLeftOut, digest, type Corpus, type CorpusFile } from "./corpus.js";
import { clusterFiles, type Cluster, type Signature } from "./similarity.js";

/** Where a file went; "cut" gave its head to training and its tail to the held-out side. */
type Side = "training" | "held-out" | "cut";

export interface Split {
  readonly training: readonly CorpusFile[];
  readonly heldOut: readonly CorpusFile[];
  readonly epoch: number;
  /** Number of clusters of near-duplicate files. */
  readonly clusters: number;
  /** Whole clusters go to a side, or every file is cut at 90 % of its bytes, or nothing is held out. */
  readonly mode: "clusters" | "tail" | "none";
  readonly sides: Readonly<Record<string, Side>>;
  /** Of the held-out side: what the scores of this split were measured on. */
  readonly sha256: string;
}

interface SplitOptions {
  /** Whole number; another epoch puts text on the held-out side that judged in none before it. */
  readonly epoch: number;
  /** Sides of an earlier split by path. A cluster that has trained stays in training: what was learned cannot judge. */
  readonly inherited?: Readonly<Record<string, Side>>;
}

// A tenth of it, 1.6 KB, judges: with a spread of about 2 bits between bytes, the score of less text would move by more than
// 2 ÷ √1600 = 0.05 bits per byte with the choice of that text alone. The rest is some 14 steps of the default spec per epoch.
const MINIMUM_CORPUS = 16 * 2 ** 10;
const MINIMUM_CLUSTERS = 20;
/** Scoring never samples, so the held-out side must stay affordable. In bytes. */
const MAXIMUM_HELD_OUT = 2 ** 20;
const HELD_OUT = 0.1;
// Whole clusters seldom add up to a tenth: filling stops at 8 %, a cluster that would pass 12 % is not taken, and with less
// than 4 % (a few clusters are nearly everything) files are cut instead.
const [ENOUGH, MOST, LEAST] = [0.08, 0.12, 0.04];
/** Held-out files may outgrow the rest of a repository, but not starve its training. */
const MOST_INHERITED = 0.5;

/**
 * Splits a corpus into a training and a held-out side that together hold every byte once.
 * A cluster's place in the queue for the held-out side comes from its min-hash signature, not from its names: a rename never
 * moves it, and an edit that changes a share x of its windows moves it with a probability of about x. Where the held-out side ends
 * in the queue depends on the sizes of all. Handing over `inherited` fixes the side of every file that keeps its name.
 * @throws InputError `corpus-too-small` below 16 KiB of text, `held-out-spent` when earlier epochs have used up the text.
 */
export function splitCorpus(corpus: Corpus, { epoch, inherited = {} }: SplitOptions): Split {
  if (corpus.bytes < MINIMUM_CORPUS) {
    const leftOut = describeLeftOut(corpus.leftOut);
    const message = `the corpus has ${corpus.bytes} bytes of text, and at least ${MINIMUM_CORPUS} are needed, a tenth of them to judge by`;
    throw new InputError("corpus-too-small", leftOut ? `${message}; ${leftOut}` : message);
  }
  const { files } = corpus;
  const clusters = clusterFiles(files);
  const chosen = clusters.length < MINIMUM_CLUSTERS ? undefined : rotate(clusters, corpus, epoch, inherited);
  const parts = chosen ? separate(files, chosen) : cutPiece(files, corpus.bytes, epoch);
  const mode = chosen ? "clusters" : "tail";
  return { ...parts, epoch, clusters: clusters.length, mode, sha256: digest(parts.heldOut) };
}

/** Where no text judges: all of it trains. */
export function unsplit({ files }: Corpus, epoch: number): Split {
  const sides = Object.fromEntries(files.map(({ path }): [string, Side] => [path, "training"]));
  return { training: files, heldOut: [], epoch, clusters: 0, mode: "none", sides, sha256: digest([]) };
}

/** Places of the files to hold out in an epoch, none of which judged in an earlier one; undefined where whole clusters make no fair side. */
function rotate(
  clusters: readonly Cluster[],
  corpus: Corpus,
  epoch: number,
  inherited: Readonly<Record<string, Side>>,
): ReadonlySet<number> | undefined {
  const judged = new Set<number>();
  for (let at = 0; ; at++) {
    const chosen = chooseHeldOut(clusters, corpus, at, { inherited: at === epoch ? inherited : {}, judged });
    if (chosen === undefined && at > 0) throw spent(at);
    if (chosen === undefined || at === epoch) return chosen;
    for (const i of chosen) judged.add(i);
  }
}

function spent(epochs: number): InputError {
  const message = `all text that can judge has done so, in ${epochs} ${epochs === 1 ? "epoch" : "epochs"}: what is left would be measured on text that was chosen by`;
  return new InputError("held-out-spent", `${message}; add new text to the corpus`);
}

interface Constraints {
  /** Sides that are fixed, by path. */
  readonly inherited: Readonly<Record<string, Side>>;
  /** Places of files that judged in an earlier epoch. */
  readonly judged: ReadonlySet<number>;
}

/** Places of the files to hold out, or undefined where whole clusters make no fair side. */
function chooseHeldOut(
  clusters: readonly Cluster[],
  { files, bytes }: Corpus,
  epoch: number,
  { inherited, judged }: Constraints,
): ReadonlySet<number> | undefined {
  const known = new Map(Object.entries(inherited));
  const stream = generator("split", epoch);
  const draw = (hash: number) => stream.uint32(hash);
  const chosen = new Set<number>();
  let held = 0;
  const take = (cluster: Cluster, limit: number) => {
    if (held + cluster.bytes > Math.min(limit, MAXIMUM_HELD_OUT)) return;
    for (const i of cluster.members) chosen.add(i);
    held += cluster.bytes;
  };
  const open: Cluster[] = [];
  for (const cluster of clusters.toSorted((a, b) => precedence(a.signature, b.signature, draw))) {
    const side = inheritedSide(cluster, files, known);
    if (side === undefined && !judged.has(cluster.members[0])) open.push(cluster);
    if (side === "held-out") take(cluster, MOST_INHERITED * bytes);
  }
  for (const cluster of open) {
    if (held >= ENOUGH * Math.min(bytes, MAXIMUM_HELD_OUT / HELD_OUT)) break;
    take(cluster, MOST * bytes);
  }
  return held >= LEAST * Math.min(bytes, MAXIMUM_HELD_OUT / HELD_OUT) ? chosen : undefined;
}

/** Lexicographic over the signature, each hash put through the generator of the epoch; later places matter only on ties. */
function precedence(a: Signature, b: Signature, draw: (hash: number) => number): number {
  const place = a.findIndex((hash, bin) => hash !== b[bin]);
  return place < 0 ? 0 : draw(a[place]) - draw(b[place]);
}

function inheritedSide(
  { members }: Cluster,
  files: readonly CorpusFile[],
  known: ReadonlyMap<string, Side>,
): "training" | "held-out" | undefined {
  const sides = members.map((i) => known.get(files[i].path));
  if (sides.some((side) => side === "training" || side === "cut")) return "training";
  return sides.includes("held-out") ? "held-out" : undefined;
}

type Parts = Pick<Split, "training" | "heldOut" | "sides">;

function separate(files: readonly CorpusFile[], chosen: ReadonlySet<number>): Parts {
  const training = files.filter((_, i) => !chosen.has(i));
  const heldOut = files.filter((_, i) => chosen.has(i));
  const sides = files.map(({ path }, i): [string, Side] => [path, chosen.has(i) ? "held-out" : "training"]);
  return { training, heldOut, sides: Object.fromEntries(sides) };
}

/**
 * Holds out a tenth of every file, less where the tenths together would be more than can be scored: in epoch 0 the last one, in
 * every further epoch the one before.
 */
function cutPiece(files: readonly CorpusFile[], total: number, epoch: number): Parts {
  const share = Math.min(HELD_OUT, MAXIMUM_HELD_OUT / total);
  if ((epoch + 1) * share > 1) throw spent(epoch);
  const training: CorpusFile[] = [];
  const heldOut: CorpusFile[] = [];
  const sides: [string, Side][] = [];
  for (const { path, bytes } of files) {
    // Rounded down a tenth holds out more, not less; a smaller share is bounded and rounds the other way.
    const round = share === HELD_OUT ? Math.floor : Math.ceil;
    const [from, to] = [epoch + 1, epoch].map((pieces) => round(bytes.length * (1 - pieces * share)));
    const rest =
      to === bytes.length ? bytes.subarray(0, from) : Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
    if (rest.length > 0) training.push({ path, bytes: rest });
    if (from < to) heldOut.push({ path, bytes: bytes.subarray(from, to) });
    sides.push([path, "cut"]);
  }
  return { training, heldOut, sides: Object.fromEntries(sides) };
}
