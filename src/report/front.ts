// The Pareto front of a cycle in a report: what is best at what, where bounds say that more than the objective counts.

import type { FinishedCycle, Measure } from "../candidate.js";
import { columns, type Section, type Text } from "./document.js";
import { oneLine } from "./escape.js";
import { decimalsOf, fixed, MEASURES } from "./numbers.js";

/** @param limit points of which a row is shown */
export function frontSection({ front = [], objective, noise }: FinishedCycle, limit: number): Section {
  const title = "What is best at what";
  if (front.length === 0) return { title, blocks: [] };
  const names = Object.keys(front[0].measures) as Measure[];
  const rows = front
    .slice(0, limit)
    .map(({ id, score, measures, within, best }): Text[] => [
      [{ code: oneLine(id, 20) }],
      [fixed(score, decimalsOf(noise))],
      ...names.map((name): Text => [textOf(name, measures[name] ?? null)]),
      [within ? "yes" : { strong: "no" }],
      [best.map((what) => (what === "objective" ? objective.name : MEASURES[what].name)).join(", ")],
    ]);
  const heads = names.map((name) => `${MEASURES[name].name}#`);
  const caption = "Versions than which none is better in one thing and as good in all others, each trained once";
  const left = front.length - rows.length;
  return {
    title,
    blocks: [
      {
        kind: "table",
        caption,
        columns: columns("version", `${objective.name}#`, ...heads, "within bounds", "best at"),
        rows,
      },
      ...(left > 0 ? [{ kind: "paragraph", text: [`${left} more versions are on this front.`] } as const] : []),
    ],
  };
}

function textOf(name: Measure, value: number | null): string {
  return value === null ? "" : MEASURES[name].text(value);
}
