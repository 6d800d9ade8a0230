// Reading receipts. Anybody may hand one in, so nothing in it is trusted before it fits.

import { createHash } from "node:crypto";
import * as z from "zod";
import type { Receipt } from "../candidate.js";
import { InputError } from "../errors.js";

const finite = z.number();
const evaluation = z.strictObject({
  seed: z.int(),
  bitsPerByte: finite,
  trainLoss: finite,
  steps: z.int().positive(),
  tokens: z.int().positive(),
  flops: finite,
  parameters: z.int().positive(),
  seconds: finite,
  modelSha256: z.hash("sha256"),
});

const schema = z.strictObject({
  version: z.literal(1),
  id: z.string().max(64),
  repository: z.string().max(4096),
  baseCommit: z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, "is no full commit name"),
  specPath: z.literal("model/spec.yml"),
  diff: z.string().max(1_000_000),
  diffSha256: z.hash("sha256"),
  baselineSpec: z.unknown(),
  candidateSpec: z.unknown(),
  initialCheckpoint: z.string().nullable(),
  corpus: z.strictObject({ sha256: z.hash("sha256"), paths: z.array(z.string()).max(1000).nullable() }),
  split: z.strictObject({ epoch: z.int().min(0), heldOutSha256: z.hash("sha256"), heldOutBytes: z.int().positive() }),
  evaluator: z.string().max(200),
  objective: z.strictObject({ name: z.literal("bits per byte"), direction: z.literal("lower") }),
  flops: finite.positive(),
  pairs: z
    .array(z.strictObject({ seed: z.int(), baseline: evaluation, candidate: evaluation }))
    .min(1)
    .max(1000),
  decision: z.strictObject({
    verdict: z.enum(["accepted", "rejected", "indecisive"]),
    reason: z.string().max(10_000),
    effect: finite.nullable(),
    interval: z.tuple([finite, finite]).nullable(),
    pValue: finite.nullable(),
    pairs: z.int().min(0),
  }),
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
