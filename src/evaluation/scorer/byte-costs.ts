// Runs a model over rows of bytes and says what every next byte costs. It neither chooses the rows nor judges the costs.

import { AxonError } from "../../errors.js";
import type { Session } from "../../runtime/session.js";
import { refusal, VOCABULARY, type Refusal } from "./contract.js";

/** A row of the input and the byte that in truth follows each of its positions; `targets` may be shorter. */
export interface Row {
  readonly inputs: Uint8Array;
  readonly targets: Uint8Array;
}

const { exp } = Math;

/**
 * −ln p(target) in nats per row and position; softmax in double precision.
 * @param rows of the same input length, run as one batch
 */
export async function byteCosts(session: Session, rows: readonly Row[]): Promise<readonly Float64Array[] | Refusal> {
  const length = rows[0]?.inputs.length ?? 0;
  const logits = await run(session, rows, length);
  if ("code" in logits) return logits;
  const costs = rows.map(({ targets }, row) =>
    Float64Array.from(targets, (target, t) => cost(logits, (row * length + t) * VOCABULARY, target)),
  );
  if (costs.every((row) => row.every(Number.isFinite))) return costs;
  return refusal("not-finite", "the model gives logits that are NaN or infinite");
}

async function run(session: Session, rows: readonly Row[], length: number): Promise<Float32Array | Refusal> {
  const ids = new BigInt64Array(rows.length * length);
  for (const [row, { inputs }] of rows.entries()) {
    for (const [t, byte] of inputs.entries()) ids[row * length + t] = BigInt(byte);
  }
  const feeds = { input_ids: { type: "int64", shape: [rows.length, length], data: ids } } as const;
  try {
    const { logits } = await session.run(feeds, ["logits"]);
    const wanted = [rows.length, length, VOCABULARY];
    if (logits?.data instanceof Float32Array && String(logits.shape) === String(wanted)) return logits.data;
    return refusal(
      "wrong-output",
      `logits have shape [${logits?.shape.join(", ")}] where [${wanted.join(", ")}] belongs`,
    );
  } catch (error) {
    if (!(error instanceof AxonError)) throw error;
    return refusal("run-failed", `ONNX Runtime cannot run the model on [${rows.length}, ${length}]: ${error.message}`);
  }
}

/**
 * ln Σ exp(x) − x[target] over the vocabulary that begins at `at`. NaN if any logit is not finite: NaN and Infinity spoil the
 * sum by themselves, −Infinity (a byte held to be impossible) shows in the minimum.
 */
function cost(logits: Float32Array, at: number, target: number): number {
  let max = -Infinity;
  let min = Infinity;
  for (let i = at; i < at + VOCABULARY; i++) {
    const x = logits[i];
    if (x > max) max = x;
    if (x < min) min = x;
  }
  if (min === -Infinity) return NaN;
  let sum = 0;
  for (let i = at; i < at + VOCABULARY; i++) sum += exp(logits[i] - max);
  // The difference first: log(sum) + max of logits around 1e30 would be max, and every byte would be free.
  return Math.log(sum) + (max - logits[at + target]);
}
