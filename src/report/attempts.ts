// The attempts of a cycle in a report: a chart, and a table of those that matter most.

import type { Attempt, FinishedCycle } from "../candidate.js";
import { attemptsChart } from "./charts.js";
import { columns, type Block, type Section, type Table, type Text } from "./document.js";
import { decimalsOf, percent, signed } from "./numbers.js";
import { reasonOf } from "./sentences.js";

/** A longer table is folded away. */
const FOLDED = 8;

/** At most `limit`, in their order: the bundle first, then what was kept, then deferred, then trained, the larger effect first. */
export function selectedAttempts(
  attempts: readonly Attempt[],
  pruned: readonly string[],
  limit: number,
): readonly Attempt[] {
  if (attempts.length <= limit) return attempts;
  const rank = ({ id, decision, effect }: Attempt): number => {
    if (decision === "kept") return pruned.includes(id) ? 1 : 0;
    if (decision === "deferred") return 2;
    return effect === null ? 4 : 3;
  };
  const ranked = attempts.toSorted((a, b) => rank(a) - rank(b) || Math.abs(b.effect ?? 0) - Math.abs(a.effect ?? 0));
  const chosen = new Set(ranked.slice(0, limit));
  return attempts.filter((attempt) => chosen.has(attempt));
}

/** @param all attempts of the cycle, of which it may hold a selection */
export function attemptsSection(cycle: FinishedCycle, all: readonly Attempt[], limit: number): Section {
  const { attempts, objective } = cycle;
  const total = all.length;
  const chart = attemptsChart(all, objective, limit);
  const left = total - attempts.length;
  const table = attemptsTable(cycle);
  const rest = `${left} more attempts are in the archive: shown are those kept, then those deferred, then the largest effects.`;
  const note: Block[] = left > 0 ? [{ kind: "paragraph", text: [rest] }] : [];
  const summary = left > 0 ? `${attempts.length} of ${total} attempts` : `All ${total} attempts`;
  const listed: Block[] =
    attempts.length > FOLDED ? [{ kind: "details", summary, blocks: [table, ...note] }] : [table, ...note];
  return {
    title: "Attempts",
    blocks: total === 0 ? [] : [...(chart ? [{ kind: "chart", chart } as const] : []), ...listed],
  };
}

function attemptsTable({ attempts, pruned, noise, objective }: FinishedCycle): Table {
  const decimals = decimalsOf(noise);
  const rows = attempts.map((attempt): Text[] => {
    const { id, parent, hypothesis, effect, pValue, decision } = attempt;
    return [
      [{ code: id }],
      [{ code: parent }],
      [hypothesis],
      [effect === null ? "" : signed(effect, decimals)],
      [pValue === null ? "" : percent(1 - pValue)],
      [decision === "kept" ? { strong: pruned.includes(id) ? "kept, then pruned" : "kept" } : decision],
      [reasonOf(attempt)],
    ];
  });
  return {
    kind: "table",
    caption: `Attempts: change in ${objective.name} against the parent on one seed, and how far from chance that is`,
    columns: columns("attempt", "on top of", "hypothesis", "effect#", "confidence#", "decision", "reason"),
    rows,
  };
}
