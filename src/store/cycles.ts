// The cycles of an archive, for those who only read: no lock is needed, so it may be asked while a cycle runs.

import { join } from "node:path";
import * as z from "zod";
import type { FinishedCycle } from "../candidate.js";
import { InputError } from "../errors.js";
import { readEntries } from "./entries.js";
import { decision, MEASURES, noise, objective, pairs, trades } from "./receipt.js";

const number = z.number();
const modelCost = {
  requests: number,
  inputTokens: number,
  outputTokens: number,
  dollars: number.nullable(),
  seconds: number,
};
const cost = z.strictObject({ trainings: number, seconds: number, models: z.strictObject(modelCost).exactOptional() });
const origin = z.strictObject({
  asked: z.string(),
  model: z.string(),
  prompt: z.string(),
  rationale: z.string(),
  expected: z.string(),
  ...modelCost,
});

/** As `candidate.ts` has it. */
export const attempt = z.strictObject({
  id: z.string(),
  parent: z.string(),
  proposer: z.enum(["search", "llm"]),
  hypothesis: z.string(),
  diff: z.string(),
  origin: origin.exactOptional(),
  instead: z.strictObject({ asked: z.string(), reason: z.string(), ...modelCost }).exactOptional(),
  decision: z.enum(["kept", "deferred", "rejected"]),
  reason: z.string(),
  failure: z.string().exactOptional(),
  differences: z.array(number),
  effect: number.nullable(),
  pValue: number.nullable(),
  cost,
});

const schema = z.strictObject({
  id: z.string().max(64),
  baseCommit: z.string().max(64),
  objective,
  baseline: z.strictObject({ score: number, parameters: number.nullable(), trainings: number }),
  noise,
  attempts: z.array(attempt),
  pruned: z.array(z.string()),
  front: z
    .array(
      z.strictObject({
        id: z.string(),
        score: number,
        measures: z.partialRecord(z.enum(MEASURES), number.nullable()),
        within: z.boolean(),
        best: z.array(z.enum(["objective", ...MEASURES])),
      }),
    )
    .exactOptional(),
  champion: z.string().nullable(),
  pairs,
  trades,
  decision,
  cost,
  branch: z.string().nullable(),
  receipt: z
    .string()
    .regex(/^receipts\/\w+\.json$/)
    .nullable(),
}) satisfies z.ZodType<FinishedCycle>;

/** How many cycles a refusal names. */
const NAMED = 5;

/**
 * @param directory of the archive; a line that is being written is left out
 * @param prefix how the cycle's id begins; empty for the cycle that ended last
 * @throws InputError `no-cycle`, `unknown-cycle` or `ambiguous-cycle` naming the last ones, `old-cycle` for one that another
 * version of AXON wrote; AxonError `archive` for a line that is no entry.
 */
export async function readCycle(directory: string, prefix: string): Promise<FinishedCycle> {
  const { entries } = await readEntries(join(directory, "archive.jsonl"));
  const cycles = entries.flatMap((entry) => (entry.kind === "cycle" ? [entry.result] : []));
  return checkedCycle(choose(cycles, prefix, directory));
}

/** All cycles that have ended, oldest first; those of other versions are left out. @param directory of the archive */
export async function finishedCycles(directory: string): Promise<readonly FinishedCycle[]> {
  const { entries } = await readEntries(join(directory, "archive.jsonl"));
  const cycles = entries.flatMap((entry) => (entry.kind === "cycle" ? [schema.safeParse(entry.result)] : []));
  return cycles.flatMap((parsed) => (parsed.success ? [parsed.data] : []));
}

function choose(cycles: readonly FinishedCycle[], prefix: string, directory: string): FinishedCycle {
  if (cycles.length === 0) {
    throw new InputError("no-cycle", `no cycle has ended in ${directory} yet: let axon evolve come to its end first`);
  }
  const found = prefix === "" ? cycles.slice(-1) : cycles.filter(({ id }) => id.startsWith(prefix));
  if (found.length === 1) return found[0];
  if (found.length === 0) {
    throw new InputError("unknown-cycle", `no cycle begins with "${prefix}"; the last are ${idsOf(cycles)}`);
  }
  throw new InputError("ambiguous-cycle", `several cycles begin with "${prefix}": ${idsOf(found)}; type more of one`);
}

function idsOf(cycles: readonly FinishedCycle[]): string {
  return cycles
    .slice(-NAMED)
    .map(({ id }) => id)
    .join(", ");
}

/** @throws InputError `old-cycle` */
export function checkedCycle(cycle: FinishedCycle): FinishedCycle {
  const parsed = schema.safeParse(cycle);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const what = `${issue.path.join(".") || "it"}: ${issue.message}`;
  throw new InputError("old-cycle", `another version of AXON wrote cycle ${cycle.id} (${what}): run it again`);
}
