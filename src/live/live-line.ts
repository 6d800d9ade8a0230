// A line of live.jsonl and the event it stands for. Another process wrote it, so nothing is taken as it is.

import * as z from "zod";
import type { LiveEvent } from "./live-state.js";

const [at, count, finite] = [z.number().min(0), z.int().min(0), z.number()];
const [name, text] = [z.string().max(100), z.string().max(500)];
const objective = z.strictObject({ name, direction: z.enum(["lower", "higher"]) });
const phase = z.enum(["baseline", "search", "pruning", "confirmation", "decided"]);
const verdict = z.enum(["accepted", "rejected", "indecisive"]).nullable();
const result = { score: finite.nullable(), reason: text.nullable() };

const training = z.strictObject({
  training: count,
  version: name,
  title: text,
  seed: z.int(),
  asked: at,
  step: count,
  steps: count,
  points: z.array(z.tuple([finite, finite])).max(1000),
  speed: finite,
  left: finite,
  outcome: z.strictObject(result).nullable(),
});

const state = z.strictObject({
  cycle: name,
  began: at,
  objective,
  budget: count,
  phase,
  trainings: z.array(training).max(1000),
  finished: count,
  seconds: finite,
  notes: z.array(z.strictObject({ at, text })).max(100),
  ended: z.strictObject({ at, verdict }).nullable(),
});

const schema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("began"), at, cycle: name, objective, budget: count }),
  z.strictObject({ kind: z.literal("asked"), at, training: count, version: name, seed: z.int(), title: text }),
  z.strictObject({
    kind: z.literal("loss"),
    at,
    training: count,
    step: count,
    steps: z.int().positive(),
    loss: finite,
    speed: finite,
    left: finite,
  }),
  z.strictObject({ kind: z.literal("measured"), at, training: count, ...result, seconds: finite }),
  z.strictObject({ kind: z.literal("noted"), at, phase, text }),
  z.strictObject({ kind: z.literal("ended"), at, verdict }),
  z.strictObject({ kind: z.literal("state"), state }),
]) satisfies z.ZodType<LiveEvent>;

export function liveLine(event: LiveEvent): string {
  return `${JSON.stringify(event)}\n`;
}

/** Null for what is no event: torn, foreign, or of another version. */
export function parseLiveLine(line: string): LiveEvent | null {
  try {
    return schema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null; // no JSON
  }
}
