// `axon lineage` and `axon why`: what the archive and the repository's own history know about cycles and attempts.

import { join } from "node:path";
import type { Attempt } from "../candidate.js";
import { InputError } from "../errors.js";
import { openRepository, type Repository } from "../repository/repository.js";
import { readHistory, type History } from "../store/history.js";
import type { Telling, Told } from "../story/lineage.js";

/** How many ids a refusal names. */
const NAMED = 5;

export interface Chronicle extends Pick<History, "open" | "unread"> {
  /** Oldest first. */
  readonly told: readonly Told[];
}

/**
 * Reads only, waits for nobody.
 * @param cycle how the id of the only cycle of interest begins; empty for all
 * @throws InputError `no-cycle`, `unknown-cycle`, `ambiguous-cycle`
 */
export async function readChronicle(directory: string, cycle: string): Promise<Chronicle> {
  const repository = await openRepository(directory);
  const { cycles, open, claims, unread } = await readHistory(join(repository.commonDirectory, "axon"));
  const holding = new Map<string, readonly string[] | null>();
  for (const { baseCommit } of cycles) {
    if (!holding.has(baseCommit)) holding.set(baseCommit, await bundlesIn(repository, baseCommit));
  }
  const told = cycles.map((one) => ({
    cycle: one,
    holds: holding.get(one.baseCommit) ?? null,
    claim: claims.get(one.id),
  }));
  if (cycle === "") return { told, open, unread };
  const all: readonly Telling[] = [...told, ...open.map((one) => ({ cycle: one }))];
  const found = only(all, cycle, ({ cycle: { id } }) => id, "cycle");
  return "holds" in found ? { told: [found], open: [], unread: [] } : { told: [], open: [found.cycle], unread: [] };
}

/** A cycle, or one attempt of it. */
export interface Found {
  readonly told: Telling;
  readonly attempt: Attempt | null;
}

/**
 * @param id how the id of an attempt or a cycle begins; "CYCLE/ATTEMPT" where an attempt's alone is not enough
 * @throws InputError `no-cycle`, `unknown-id`, `ambiguous-id`
 */
export async function findStory(directory: string, id: string): Promise<Found> {
  const { told, open } = await readChronicle(directory, "");
  const [first, second] = id.split("/", 2);
  const all: readonly Telling[] = [...told, ...open.map((cycle) => ({ cycle }))];
  const cycles = all.filter(({ cycle }) => cycle.id.startsWith(first));
  if (second === undefined && cycles.length === 1) return { told: cycles[0], attempt: null };
  const [within, prefix] = second === undefined ? [all, first] : [cycles, second];
  const attempts = within.flatMap((one) => one.cycle.attempts.map((attempt) => ({ told: one, attempt })));
  return only(
    attempts,
    prefix,
    ({ attempt }) => attempt.id,
    "id",
    ({ told: one, attempt }) => `${one.cycle.id}/${attempt.id}`,
  );
}

/** The only one that begins so; where nothing is typed in full, whole ids come before longer ones. */
function only<T>(all: readonly T[], prefix: string, idOf: (one: T) => string, what: "cycle" | "id", full = idOf): T {
  const exact = all.filter((one) => idOf(one) === prefix);
  const found = exact.length === 1 ? exact : all.filter((one) => idOf(one).startsWith(prefix));
  if (found.length === 1) return found[0];
  const named = (found.length > 0 ? found : all).slice(-NAMED).map(full).join(", ");
  const kind = what === "cycle" ? "cycle" : "cycle or attempt";
  if (found.length === 0)
    throw new InputError(`unknown-${what}`, `no ${kind} begins with "${prefix}"; the last are ${named}`);
  throw new InputError(`ambiguous-${what}`, `several begin with "${prefix}": ${named}; type more of one`);
}

/** Cycles whose receipts stand in a commit; null where the repository does not have it. */
async function bundlesIn(repository: Repository, commit: string): Promise<readonly string[] | null> {
  try {
    const files = await repository.listFiles(await repository.resolve(commit));
    return files.flatMap(({ path }) => /^model\/receipts\/(\w+)\.json$/.exec(path)?.[1] ?? []);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
