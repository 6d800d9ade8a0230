// Reading receipts. Anybody may hand one in, so nothing in it is trusted before it fits.

import { createHash } from "node:crypto";
import * as z from "zod";
import type { Receipt } from "../candidate.js";
import { InputError } from "../errors.js";

const finite = z.number();
const count = z.int().positive();
const evaluation = z.strictObject({
  seed: z.int(),
  score: finite,
  seconds: finite,
  cpuSeconds: finite,
  peakMemory: finite,
  model: z.strictObject({ sha256: z.hash("sha256"), parameters: z.int().min(0), secondsPerByte: finite }).nullable(),
  training: z
    .strictObject({
      loss: finite,
      steps: count,
      tokens: count,
      flops: finite,
      flopsPerToken: finite,
      curve: z.array(finite).max(64),
    })
    .nullable(),
});
const share = z.number().min(0).max(1);
export const MEASURES = ["parameters", "flopsPerToken", "trainingSeconds", "secondsPerByte", "peakMemory"] as const;

export const objective = z.strictObject({
  name: z.string().max(200),
  direction: z.enum(["lower", "higher"]),
  selfReported: z.boolean(),
});
export const noise = z.strictObject({ runs: count, deviation: finite, detectable: finite });
export const pairs = z.array(z.strictObject({ seed: z.int(), baseline: evaluation, candidate: evaluation })).max(1000);
export const trades = z
  .array(
    z.strictObject({
      measure: z.enum(MEASURES),
      baseline: finite,
      candidate: finite,
      bound: finite.nullable(),
      within: z.boolean(),
    }),
  )
  .max(MEASURES.length);
export const decision = z.strictObject({
  verdict: z.enum(["accepted", "rejected", "indecisive"]),
  reason: z.string().max(10_000),
  effect: finite.nullable(),
  interval: z.tuple([finite, finite]).nullable(),
  pValue: share.nullable(),
  pairs: z.int().min(0),
  power: share.nullable(),
  morePairs: z.int().min(0).nullable(),
});

const schema = z.strictObject({
  version: z.literal(3),
  id: z.string().max(64),
  repository: z.string().max(4096),
  baseCommit: z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, "is no full commit name"),
  diff: z.string().max(1_000_000),
  diffSha256: z.hash("sha256"),
  steps: z
    .array(
      z.strictObject({
        attempt: z.string().max(64),
        proposer: z.enum(["search", "llm"]),
        model: z.string().max(200).nullable(),
        prompt: z.string().max(200).nullable(),
      }),
    )
    .min(1)
    .max(100),
  baselineSpec: z.unknown(),
  candidateSpec: z.unknown(),
  initialCheckpoint: z.string().nullable(),
  corpus: z.strictObject({ sha256: z.hash("sha256"), paths: z.array(z.string()).max(1000).nullable() }),
  split: z.strictObject({ epoch: z.int().min(0), heldOutSha256: z.hash("sha256"), heldOutBytes: z.int().min(0) }),
  evaluator: z.string().max(200),
  objective,
  flops: finite.positive(),
  noise,
  pairs: pairs.min(1),
  trades,
  decision,
  runtime: z.strictObject({
    onnxruntime: z.string().max(200),
    node: z.string().max(200),
    cpu: z.string().max(200),
    threads: z.int().positive(),
  }),
});

/** @throws InputError `receipt` naming the field that does not fit. */
export function parseReceipt(text: string, file: string): Receipt {
  const refuse = (what: string, cause?: unknown): InputError =>
    new InputError("receipt", `${file} is no receipt of this version: ${what}`, { place: { file }, cause });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse("it is not JSON", cause);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refuse(`${issue.path.join(".") || "it"}: ${issue.message}`);
  }
  if (createHash("sha256").update(parsed.data.diff).digest("hex") !== parsed.data.diffSha256) {
    throw refuse("diffSha256 is not the hash of its diff");
  }
  return parsed.data;
}
