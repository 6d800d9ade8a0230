// The lineage of a repository as text: which attempt departed from which, what was kept, and on which commits the cycles stand. Pure.

import type { Attempt, Claim, FinishedCycle } from "../candidate.js";
import { bundleOf, changeOf } from "../report/bundle.js";
import { oneLine } from "../report/escape.js";
import { counted, decimalsOf, fixed, signed } from "../report/numbers.js";
import { drawTree, type Branch } from "./tree.js";

/** A cycle, and what the archive and the repository know about it. */
export interface Told {
  readonly cycle: FinishedCycle;
  /** Cycles whose accepted bundles its base commit holds; null where the commit is not at hand. */
  readonly holds: readonly string[] | null;
  readonly claim: Claim | undefined;
}

/** A cycle that runs or was stopped: its attempts so far are all that the archive holds. */
export interface Unfinished {
  readonly id: string;
  readonly attempts: readonly Attempt[];
}

/** What a story needs: of an unfinished cycle nothing else is known. */
export type Telling = Told | { readonly cycle: Unfinished };

export function isFinished(cycle: FinishedCycle | Unfinished): cycle is FinishedCycle {
  return "decision" in cycle;
}

/** Cycles of which a line is shown; older ones are counted. */
const MOST_CYCLES = 20;
const WORDS = 70;

/** By objective: the cycle accepted last whose claim has not been found gone. What it made is the champion. */
export function championsOf(told: readonly Told[]): ReadonlyMap<string, string> {
  const standing = told.filter(({ cycle, claim }) => cycle.champion !== null && claim?.outcome !== "gone");
  return new Map(standing.map(({ cycle }) => [cycle.objective.name, cycle.id]));
}

/** All cycles in a line or two each, unfinished ones last, and below them the tree of the last one that ended, if any did. */
export function lineageText(told: readonly Told[], unfinished: readonly Unfinished[] = []): string {
  const champions = new Set(championsOf(told).values());
  const shown = told.slice(-MOST_CYCLES);
  const left = told.length - shown.length;
  const last = told.at(-1);
  const running = unfinished.at(-1);
  return [
    ...(left > 0 ? [`${left} older cycles are in the archive: axon lineage CYCLE shows one`] : []),
    ...shown.flatMap((one) => cycleLines(one, champions.has(one.cycle.id))),
    ...unfinished.slice(-MOST_CYCLES).map(unfinishedLine),
    ...(last ? ["", treeText(last, champions.has(last.cycle.id))] : []),
    ...(!last && running ? ["", treeText({ cycle: running }, false)] : []),
  ].join("\n");
}

function unfinishedLine({ id, attempts }: Unfinished): string {
  return `  ${oneLine(id, 64)}${NOT_FINISHED}: ${counted(attempts.length, "attempt")} so far`;
}

/** The attempts of one cycle as a tree. */
export function treeText({ cycle }: Telling, isChampion: boolean): string {
  const { attempts } = cycle;
  const children = new Map<string, Attempt[]>();
  for (const attempt of attempts) children.set(attempt.parent, [...(children.get(attempt.parent) ?? []), attempt]);
  const known = new Set(["baseline", ...attempts.map(({ id }) => id)]);
  const branch = (attempt: Attempt): Branch => ({
    text: attemptLine(attempt, cycle, isChampion),
    below: (children.get(attempt.id) ?? []).map(branch),
  });
  const orphans = attempts.filter(({ parent }) => !known.has(parent));
  const below = [...(children.get("baseline") ?? []), ...orphans].map(branch);
  const title = `cycle ${oneLine(cycle.id, 64)}${isFinished(cycle) ? "" : NOT_FINISHED}: ${counted(attempts.length, "attempt")}`;
  return [title, ...drawTree({ text: rootText(cycle), below })].join("\n");
}

/** Marks what an unfinished cycle says of itself. */
export const NOT_FINISHED = ", not finished";

function rootText(cycle: FinishedCycle | Unfinished): string {
  if (!isFinished(cycle)) return "baseline";
  const { baseline, noise, objective } = cycle;
  const decimals = decimalsOf(noise);
  return `baseline ${fixed(baseline.score, decimals)} ${oneLine(objective.name, 60)}, ±${fixed(noise.deviation, decimals)} between seeds`;
}

function attemptLine(attempt: Attempt, cycle: FinishedCycle | Unfinished, isChampion: boolean): string {
  const { id, effect } = attempt;
  const delta = effect === null ? "" : ` ${signed(effect, decimalsOfCycle(cycle))}`;
  const star = isFinished(cycle) && id === cycle.champion ? championMark(isChampion) : "";
  return `${oneLine(id, 20)} ${wordOf(attempt, cycle)}${delta}  ${oneLine(changeOf(attempt), WORDS)}${star}`;
}

/** The noise of a cycle is on record once it has ended. */
export function decimalsOfCycle(cycle: FinishedCycle | Unfinished): number {
  return decimalsOf(isFinished(cycle) ? cycle.noise : { deviation: 0 });
}

function championMark(isChampion: boolean): string {
  return isChampion ? "  ★ champion" : "  ☆ accepted";
}

/** What became of an attempt, in two words at most. */
export function wordOf({ id, decision }: Attempt, cycle: FinishedCycle | Unfinished): string {
  return decision === "kept" && isFinished(cycle) && cycle.pruned.includes(id) ? "kept, left out" : decision;
}

function cycleLines({ cycle, holds, claim }: Told, isChampion: boolean): string[] {
  const { id, baseCommit, decision, noise, objective, branch } = cycle;
  const on = holds === null || holds.length === 0 ? "" : `, which holds ${holds.join(", ")}`;
  const effect = decision.effect === null ? "" : ` ${signed(decision.effect, decimalsOf(noise))}`;
  const head = `${isChampion ? "★" : " "} ${oneLine(id, 64)}  ${decision.verdict}${effect}  ${oneLine(objective.name, 40)}  on ${baseCommit.slice(0, 10)}${on}`;
  if (branch === null) return [head];
  const bundle = bundleOf(cycle).map((attempt) => oneLine(changeOf(attempt), WORDS));
  const after = claim === undefined ? "" : `; after the merge: ${claimWord(claim)}`;
  return [head, `    ${oneLine(branch, 100)}: ${bundle.join("; ")}${after}`];
}

export function claimWord({ outcome }: Claim): string {
  return { holds: "the claim holds", smaller: "a smaller gain than claimed", gone: "nothing of it is left" }[outcome];
}
