// The ruler: bytes of a model and held-out bytes in, bits per byte out. It knows no spec, no training and no candidate, and
// believes nothing that came with the model.

import { randomBytes } from "node:crypto";
import type { CorpusFile } from "../data/corpus.js";
import { AxonError, InputError } from "../errors.js";
import { writeOnnx } from "../graph/write-onnx.js";
import { generator } from "../random.js";
import { createSession, type Session } from "../runtime/session.js";
import { byteCosts } from "./scorer/byte-costs.js";
import { proveCausality, type CausalityProof } from "./scorer/causality.js";
import { readContractedModel, refusal, type ContractedModel, type Refusal } from "./scorer/contract.js";
import { windowsOf, type Window } from "./scorer/windows.js";

export interface ScoreRequest {
  /** An .onnx file. */
  readonly model: Uint8Array;
  readonly heldOut: readonly CorpusFile[];
  readonly threads: number;
  /** What the model's file may weigh; the spec explains how much. 1 GiB if not given. */
  readonly maxBytes?: number;
  /** Fixes what is tampered with, for tests. The score does not depend on it. */
  readonly secret?: string;
}

export interface Scored {
  readonly ok: true;
  /** Held-out bits per byte over all of `bytes`. */
  readonly bitsPerByte: number;
  readonly bytes: number;
  readonly causal: true;
  /** Floating-point numbers stored in the model, scalars aside. */
  readonly parameters: number;
  /** Bytes the model sees at once. */
  readonly context: number;
  readonly windows: number;
  /** Time of a window's run ÷ its bytes, in seconds: the median over the windows; 0 where there is none. */
  readonly secondsPerByte: number;
  readonly proof: Omit<CausalityProof, "ok">;
}

export type Score = Scored | Refusal;

/**
 * Scores a model on every held-out byte. The digits depend on the model, the bytes and the threads alone.
 * A model that breaks the contract is refused with one of the codes `too-large`, `bad-context`, `wrong-input`, `wrong-output`,
 * `foreign-operator`, `not-finite`, `run-failed`, `not-causal`, `rows-depend`, or a code of `readOnnx`.
 * @throws InputError `empty-held-out` when there is nothing to score.
 */
export async function scoreModel({ model, heldOut, threads, maxBytes, secret }: ScoreRequest): Promise<Score> {
  if (heldOut.every(({ bytes }) => bytes.length === 0)) {
    throw new InputError("empty-held-out", "there are no held-out bytes to score; give files with text in them");
  }
  const contracted = readContractedModel(model, maxBytes ?? 2 ** 30);
  if (!contracted.ok) return contracted;
  const session = await load(contracted, threads);
  if ("code" in session) return session;
  try {
    return await score(session, contracted, heldOut, secret ?? randomBytes(32).toString("hex"));
  } finally {
    await session.close();
  }
}

/** What runs is the graph that was checked, written anew: another reader might have understood the file differently. */
async function load({ model }: ContractedModel, threads: number): Promise<Session | Refusal> {
  try {
    return await createSession(writeOnnx({ ...model, metadata: {} }), { threads });
  } catch (error) {
    if (!(error instanceof AxonError)) throw error;
    return refusal("run-failed", `ONNX Runtime refuses the model: ${error.message}`);
  }
}

async function score(
  session: Session,
  { context, parameters }: ContractedModel,
  heldOut: readonly CorpusFile[],
  secret: string,
): Promise<Score> {
  const windows = windowsOf(heldOut, context);
  const run = await runWindows(session, windows);
  if ("code" in run) return run;
  const { costs, secondsPerByte } = run;
  const proof = await proveCausality(session, windows, costs, (use) => generator("scorer", secret, use));
  if (!proof.ok) return proof;
  const { ok: _, ...evidence } = proof;
  const bytes = heldOut.reduce((sum, file) => sum + file.bytes.length, 0);
  const firstBytes = heldOut.filter((file) => file.bytes.length > 0).length;
  const nats = costs.reduce((sum, row) => sum + row.reduce((rowSum, cost) => rowSum + cost, 0), 0);
  const bitsPerByte = (8 * firstBytes + nats / Math.LN2) / bytes;
  const counts = { bytes, parameters, context, windows: windows.length };
  return { ok: true, bitsPerByte, causal: true, ...counts, secondsPerByte, proof: evidence };
}

interface WindowRuns {
  /** Per window, in nats per target. */
  readonly costs: readonly Float64Array[];
  readonly secondsPerByte: number;
}

/** One window per run: no other row exists that could lend it anything, and no layout of batches can move a digit. */
async function runWindows(session: Session, windows: readonly Window[]): Promise<WindowRuns | Refusal> {
  const costs: Float64Array[] = [];
  const paces: number[] = [];
  for (const { bytes, start, length } of windows) {
    const inputs = bytes.subarray(start, start + length);
    const begun = performance.now();
    const found = await byteCosts(session, [{ inputs, targets: bytes.subarray(start + 1, start + length + 1) }]);
    if ("code" in found) return found;
    paces.push((performance.now() - begun) / 1000 / length);
    costs.push(...found);
  }
  return { costs, secondsPerByte: paces.toSorted((a, b) => a - b)[Math.floor(paces.length / 2)] ?? 0 };
}
