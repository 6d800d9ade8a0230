// What the pages get: the archive's records cut to what a page shows, with every text from outside made visible and of bounded length.

import type { Attempt, Claim, Cost, FinishedCycle, Objective, Verdict } from "../candidate.js";
import type { LiveView } from "../live/live-state.js";
import { oneLine, visible } from "../report/escape.js";
import { decimalsOf, mean } from "../report/numbers.js";
import type { CycleRecord, History, RepositoryName, Spend } from "./source.js";

/** A mean and the ends of its interval. */
export type Estimate = readonly [number, number, number];

export interface CycleSummary {
  readonly id: string;
  /** Null where it runs or was interrupted. */
  readonly verdict: Verdict | null;
  readonly reason: string;
  readonly objective: Objective | null;
  readonly decimals: number;
  /** With two standard errors to both sides. */
  readonly baseline: Estimate | null;
  /** The bundle on fresh seeds, with the interval of its difference from the baseline on the same seeds. */
  readonly candidate: Estimate | null;
  readonly effect: number | null;
  readonly attempts: number;
  readonly kept: number;
  readonly cost: Cost;
  readonly dollars: number | null;
}

export interface RepositoryView extends RepositoryName {
  readonly live: LiveView;
  /** The last of them, oldest first. */
  readonly cycles: readonly CycleSummary[];
  readonly total: number;
  readonly spend: Spend;
  readonly trouble: string | null;
}

export interface Overview {
  readonly repositories: readonly RepositoryView[];
  /** Number of the last event that is in here. */
  readonly last: string;
}

type Shown = "id" | "parent" | "proposer" | "hypothesis" | "decision" | "reason" | "effect" | "pValue" | "cost";

export interface AttemptView extends Pick<Attempt, Shown> {
  readonly pruned: boolean;
  /** Lines of the diff. */
  readonly added: number;
  readonly removed: number;
}

export interface CycleView {
  readonly repository: RepositoryName;
  readonly summary: CycleSummary;
  readonly attempts: readonly AttemptView[];
  /** Attempts that are not shown. */
  readonly left: number;
  /** Null where it runs or was interrupted. */
  readonly finished: Pick<
    FinishedCycle,
    "baseCommit" | "branch" | "champion" | "decision" | "noise" | "objective" | "trades"
  > | null;
  readonly pairs: readonly { readonly seed: number; readonly baseline: number; readonly candidate: number }[];
  readonly claim: Claim | null;
}

export interface DiffView {
  readonly lines: readonly string[];
  /** Lines and ends of lines that are not shown. */
  readonly cut: boolean;
}

const [CYCLES, ATTEMPTS, PAIRS] = [100, 500, 100];
/** Characters of a name, a text, a line of a diff; lines of a diff. */
const [NAME, WORDS, LINE, LINES] = [100, 600, 1000, 2000];

export function repositoryView(
  name: RepositoryName,
  { cycles, spend, trouble }: History,
  live: LiveView,
): RepositoryView {
  const shown = cycles.slice(-CYCLES).map(summaryOf);
  return {
    ...named(name),
    live: readable(live),
    cycles: shown,
    total: cycles.length,
    spend,
    trouble: trouble && oneLine(trouble, WORDS),
  };
}

export function cycleView(name: RepositoryName, record: CycleRecord): CycleView {
  const { finished, attempts, claim } = record;
  const pruned = new Set(finished?.pruned);
  return {
    repository: named(name),
    summary: summaryOf(record),
    attempts: attempts.slice(0, ATTEMPTS).map((one) => attemptView(one, pruned.has(one.id))),
    left: Math.max(0, attempts.length - ATTEMPTS),
    finished: finished && finishedView(finished),
    pairs: (finished?.pairs ?? []).slice(0, PAIRS).map(({ seed, baseline, candidate }) => ({
      seed,
      baseline: baseline.score,
      candidate: candidate.score,
    })),
    claim: claim && { ...claim, reason: oneLine(claim.reason, WORDS) },
  };
}

export function diffView({ diff }: Attempt): DiffView {
  const rows = diff
    .slice(0, LINES * LINE)
    .replace(/\r?\n$/, "")
    .split("\n");
  const lines = rows.slice(0, LINES).map((row) => visible(row.slice(0, LINE)));
  const cut = diff.length > LINES * LINE || rows.length > LINES || rows.some((row) => row.length > LINE);
  return { lines, cut };
}

function summaryOf({ id, attempts, finished, dollars }: CycleRecord): CycleSummary {
  const kept = attempts.filter(({ decision }) => decision === "kept").length;
  const common = { id: oneLine(id, NAME), attempts: attempts.length, kept, dollars };
  if (finished === null) {
    const cost = { trainings: sum(attempts, "trainings"), seconds: sum(attempts, "seconds") };
    const nothing = { objective: null, decimals: 4, baseline: null, candidate: null, effect: null };
    return { ...common, ...nothing, verdict: null, reason: "", cost };
  }
  const { decision, baseline, noise, cost } = finished;
  const error = (2 * noise.deviation) / Math.sqrt(baseline.trainings);
  return {
    ...common,
    verdict: decision.verdict,
    reason: oneLine(decision.reason, WORDS),
    objective: shortened(finished.objective),
    decimals: decimalsOf(noise),
    baseline: [baseline.score, baseline.score - error, baseline.score + error],
    candidate: candidateOf(finished),
    effect: decision.effect,
    cost,
  };
}

function candidateOf({ pairs, decision: { interval } }: FinishedCycle): Estimate | null {
  if (pairs.length === 0) return null;
  const [before, after] = (["baseline", "candidate"] as const).map((arm) => mean(pairs.map((pair) => pair[arm].score)));
  return interval ? [after, before + interval[0], before + interval[1]] : [after, after, after];
}

function sum(attempts: readonly Attempt[], what: "trainings" | "seconds"): number {
  return attempts.reduce((total, { cost }) => total + cost[what], 0);
}

function finishedView(finished: FinishedCycle): CycleView["finished"] {
  const { baseCommit, branch, champion, decision, noise, objective, trades } = finished;
  return {
    baseCommit: oneLine(baseCommit, NAME),
    branch: branch && oneLine(branch, NAME),
    champion: champion && oneLine(champion, NAME),
    decision: { ...decision, reason: oneLine(decision.reason, WORDS) },
    noise,
    objective: shortened(objective),
    trades,
  };
}

function attemptView(attempt: Attempt, pruned: boolean): AttemptView {
  const { proposer, decision, effect, pValue, cost, diff } = attempt;
  const count = (pattern: RegExp) => diff.match(pattern)?.length ?? 0;
  return {
    id: oneLine(attempt.id, NAME),
    parent: oneLine(attempt.parent, NAME),
    hypothesis: line(attempt.hypothesis),
    reason: line(attempt.reason),
    proposer,
    decision,
    effect,
    pValue,
    pruned,
    cost: { trainings: cost.trainings, seconds: cost.seconds },
    added: count(/^\+(?!\+\+ )/gm),
    removed: count(/^-(?!-- )/gm),
  };
}

function line(text: string): string {
  return oneLine(text, WORDS);
}

/** The same value with every text in it in one visible line of bounded length: for what other processes tell. */
export function readable<T>(value: T): T {
  if (typeof value === "string") return line(value) as T;
  if (Array.isArray(value)) return value.map(readable) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, readable<unknown>(one)])) as T;
}

function named({ id, name }: RepositoryName): RepositoryName {
  return { id, name: oneLine(name, NAME) };
}

function shortened(objective: Objective): Objective {
  return { ...objective, name: oneLine(objective.name, NAME) };
}
