// Proves, on the very windows scored, that no cost was lowered by bytes the model must not see.
//
// The scored costs come from runs of one row each, so other rows cannot have helped. What remains is looking ahead. For secret
// cut points c, a copy keeps a window's bytes up to c and gets secret random bytes behind; copies of different windows are mixed
// into batches. The target at c (which stood in the input at c + 1) is then nowhere in the batch, so a cost at c that the
// target helped to lower cannot come out again, however well the model tells a copy from an original.
// Conversely a look ahead by one byte at position t shows only where t is a cut: a model that cheats at a share f of the
// positions escapes n cuts with probability (1 - f)^n. Cuts are spread evenly over each window and uniform within their part.

import type { Generator } from "../../random.js";
import type { Session } from "../../runtime/session.js";
import { byteCosts, type Row } from "./byte-costs.js";
import { refusal, type Refusal } from "./contract.js";
import type { Window } from "./windows.js";

export interface CausalityProof {
  readonly ok: true;
  /** Copies run, each with one cut. */
  readonly cuts: number;
  /** Largest difference seen, in nats: rounding, since it stayed below the tolerance. */
  readonly largestDifference: number;
  /** A model that looks ahead at this share of the positions would have been found with probability 0.99. */
  readonly detectableShare: number;
}

/**
 * Nats. The same position in a batch of another size may differ by rounding: not at all for decoders on one CPU as measured, 1e-5
 * where kernels change with the shape. A cheat that stays inside gains at most 2e-4 nats (3e-4 bits) per byte, less than
 * the noise between two seeds.
 */
const TOLERANCE = 2e-4;

/** With an average length of half a window, this many copies cost about one and a half forward passes. */
const CUTS_PER_WINDOW = 3;

/** A small held-out side is cut more often: 256 cuts find a share of 1.8 % with probability 0.99. */
const LEAST_CUTS = 256;

/** Positions per batch: enough to keep matrix products busy, little enough for the cache. */
const BATCH_POSITIONS = 2048;

interface Copy {
  readonly window: Window;
  /** What the score is made of, in nats per target. */
  readonly scored: Float64Array;
  /** The last position whose byte is kept. */
  readonly cut: number;
}

/** A whole number from 0 to below - 1, another one at every call. */
type Draw = (below: number) => number;

/**
 * @param costs per window, as scored
 * @param secret random numbers that nobody who made the model could know, one stream per use
 */
export async function proveCausality(
  session: Session,
  windows: readonly Window[],
  costs: readonly Float64Array[],
  secret: (use: string) => Generator,
): Promise<CausalityProof | Refusal> {
  const parts = chooseCopies(windows, costs, draws(secret("cuts")));
  const noise = draws(secret("noise"));
  let largestDifference = 0;
  for (const batch of batchesOf(parts, draws(secret("order")))) {
    const length = Math.max(...batch.map(({ cut }) => cut)) + 2;
    const rows = batch.map((copy) => tamper(copy, length, noise));
    if (rows.length === 1) rows.push({ inputs: bytesOf(length, noise), targets: new Uint8Array(0) });
    const found = await byteCosts(session, rows);
    if ("code" in found) return found;
    for (const [i, copy] of batch.entries()) {
      const difference = largest(found[i], copy.scored);
      if (difference > TOLERANCE) return blame(session, copy, rows[i], difference);
      largestDifference = Math.max(largestDifference, difference);
    }
  }
  const cuts = parts.flat().length;
  return { ok: true, cuts, largestDifference, detectableShare: 1 - 0.01 ** (1 / cuts) };
}

/** Part by part, one copy per window. The last position of a window has no later byte to look at, so cuts lie before it. */
function chooseCopies(windows: readonly Window[], costs: readonly Float64Array[], draw: Draw): Copy[][] {
  const perWindow = Math.max(CUTS_PER_WINDOW, Math.ceil(LEAST_CUTS / windows.length));
  const parts: Copy[][] = [];
  for (const [i, window] of windows.entries()) {
    const places = window.length - 1;
    const count = Math.min(perWindow, places);
    for (let part = 0; part < count; part++) {
      const from = Math.floor((part * places) / count);
      const to = Math.floor(((part + 1) * places) / count);
      (parts[part] ??= []).push({ window, scored: costs[i], cut: from + draw(to - from) });
    }
  }
  return parts;
}

/**
 * No two copies of one window meet, or one could read in the other what was cut from itself. Copies of about the same cut run
 * together, so that short ones cost little; which ones meet, and where, is secret.
 */
function* batchesOf(parts: readonly (readonly Copy[])[], draw: Draw): Iterable<readonly Copy[]> {
  for (const copies of parts) {
    const sorted = shuffle(copies, draw).toSorted((x, y) => y.cut - x.cut);
    for (let at = 0, rows = 0; at < sorted.length; at += rows) {
      rows = Math.max(2, Math.floor(BATCH_POSITIONS / (sorted[at].cut + 2)));
      yield shuffle(sorted.slice(at, at + rows), draw);
    }
  }
}

/** The window up to the cut, then noise; the byte right behind the cut is certain to differ from the true one. */
function tamper({ window: { bytes, start }, cut }: Copy, length: number, noise: Draw): Row {
  const inputs = bytesOf(length, noise);
  inputs.set(bytes.subarray(start, start + cut + 1));
  inputs[cut + 1] = (bytes[start + cut + 1] + 1 + noise(255)) % 256;
  return { inputs, targets: bytes.subarray(start + 1, start + cut + 2) };
}

function bytesOf(length: number, noise: Draw): Uint8Array {
  return Uint8Array.from({ length }, () => noise(256));
}

function largest(found: Float64Array, scored: Float64Array): number {
  return found.reduce((worst, cost, t) => Math.max(worst, Math.abs(cost - scored[t])), 0);
}

/** Alone in its batch, a copy can be moved by its own later bytes only. */
async function blame(session: Session, copy: Copy, row: Row, difference: number): Promise<Refusal> {
  const alone = await byteCosts(session, [row]);
  if ("code" in alone) return alone;
  const nats = difference.toPrecision(3);
  const place = `${copy.window.path}, byte ${copy.window.start + copy.cut + 1}`;
  if (largest(alone[0], copy.scored) > TOLERANCE) {
    return refusal("not-causal", `other bytes behind ${place} change the cost of bytes up to it by ${nats} nats`);
  }
  return refusal("rows-depend", `other rows in the batch change the cost of bytes up to ${place} by ${nats} nats`);
}

function draws(stream: Generator): Draw {
  let drawn = 0;
  return (below) => Math.floor(stream.uniform(drawn++) * below);
}

function shuffle<T>(items: readonly T[], draw: Draw): T[] {
  const shuffled = [...items];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = draw(i + 1);
    [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
  }
  return shuffled;
}
