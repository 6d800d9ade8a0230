// What an archive is made of: values, and the lines of JSON that hold them.

import { readFile } from "node:fs/promises";
import * as z from "zod";
import type {
  Attempt,
  Claim,
  CycleStart,
  FinishedCycle,
  Measurement,
  ModelExpense,
  StoredAnswer,
  TrainingKey,
} from "../candidate.js";
import { AxonError } from "../errors.js";

export type Entry =
  | { readonly kind: "training"; readonly key: TrainingKey; readonly measurement: Measurement }
  | ({ readonly kind: "attempt" } & ArchivedTry)
  | { readonly kind: "start"; readonly start: CycleStart }
  | { readonly kind: "answer"; readonly answer: StoredAnswer }
  | { readonly kind: "expense"; readonly expense: ModelExpense }
  | { readonly kind: "claim"; readonly receipt: string; readonly claim: Claim }
  | { readonly kind: "cycle"; readonly result: FinishedCycle };

/** What an attempt would have trained and what its parent trained, where only that told them apart, and the name of what was measured. */
export interface TriedSpecs {
  readonly objective: string;
  readonly spec: unknown;
  readonly parent: unknown;
}

export interface ArchivedTry {
  readonly cycle: string;
  readonly attempt: Attempt;
  readonly specs?: TriedSpecs;
  /** Of what was trained: equal where nothing but the seed differs, in the parent, the change and what judges them. */
  readonly step?: string;
}

const tokens = { inputTokens: z.number().min(0), outputTokens: z.number().min(0) };
const dollars = z.number().min(0).nullable();

/** What the index relies on; the rest of a line is taken as it was written. */
const indexed = z.discriminatedUnion("kind", [
  z.looseObject({
    kind: z.literal("training"),
    key: z.strictObject({
      fingerprint: z.string(),
      seed: z.int(),
      flops: z.number(),
      split: z.string(),
      evaluator: z.string(),
      reference: z.string().optional(),
    }),
    measurement: z.looseObject({ ok: z.boolean() }),
  }),
  z.looseObject({
    kind: z.literal("attempt"),
    cycle: z.string(),
    attempt: z.looseObject({ id: z.string() }),
    step: z.string().exactOptional(),
  }),
  z.looseObject({
    kind: z.literal("start"),
    start: z.looseObject({
      cycle: z.string(),
      split: z.string(),
      sketch: z.array(z.number()).max(1000),
    }),
  }),
  z.looseObject({
    kind: z.literal("claim"),
    receipt: z.string(),
    claim: z.looseObject({ outcome: z.string(), reason: z.string() }),
  }),
  z.looseObject({
    kind: z.literal("answer"),
    answer: z.strictObject({
      key: z.string(),
      cycle: z.string(),
      model: z.string(),
      text: z.string().nullable(),
      failure: z.strictObject({ code: z.string(), reason: z.string() }).nullable(),
      ...tokens,
      dollars,
      seconds: z.number().min(0),
    }),
  }),
  z.looseObject({
    kind: z.literal("expense"),
    expense: z.looseObject({ id: z.string().optional(), day: z.string(), usage: z.looseObject(tokens), dollars }),
  }),
  z.looseObject({ kind: z.literal("cycle"), result: z.looseObject({ id: z.string() }) }),
]);

interface Entries {
  readonly entries: readonly Entry[];
  /** Where the last whole line ends, in bytes; null where nothing comes after it. */
  readonly end: number | null;
}

/** @throws AxonError `archive` for a line that is no entry. */
export async function readEntries(path: string): Promise<Entries> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return "";
    throw cause;
  });
  const end = text.lastIndexOf("\n") + 1;
  const whole = text.slice(0, end);
  const lines = whole.split("\n").slice(0, -1);
  const entries = lines.map((line, i) => {
    try {
      const entry: unknown = JSON.parse(line);
      indexed.parse(entry);
      return entry as Entry;
    } catch (cause) {
      const message = `${path}:${i + 1} is no entry of an archive: move the file away to start a new archive`;
      throw new AxonError("archive", message, { cause, place: { file: path, line: i + 1 } });
    }
  });
  return { entries, end: end < text.length ? Buffer.byteLength(whole) : null };
}
