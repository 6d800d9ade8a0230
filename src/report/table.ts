// A cycle as a table that a person can read in a terminal. Pure.

import type { Attempt, Decision, FinishedCycle } from "../candidate.js";
import { changeOf } from "./bundle.js";
import { oneLine } from "./escape.js";
import { askingCost, reasonOf } from "./sentences.js";

/** Characters of a reason. */
const REASON = 1000;

/** Bits per byte with sign, so that better (lower) stands out. */
export function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
}

export function cycleReport(cycle: FinishedCycle, next: readonly string[]): string {
  const { objective, baseline, attempts, decision, cost } = cycle;
  const rows = [
    ["", "change", objective.name, "better?", "", ""],
    ["baseline", parametersText(baseline.parameters), baseline.score.toFixed(4), "", "", ""],
    ...attempts.map(attemptRow),
  ];
  return [
    ...aligned(rows),
    "",
    `verdict: ${decision.verdict}. ${sentence(decision)}`,
    ...(cycle.branch ? [`branch:  ${cycle.branch}`] : []),
    `spent:   ${cost.trainings} trainings${cost.models ? `; ${askingCost(cycle)}` : ""}`,
    "",
    ...next,
    "",
  ].join("\n");
}

function parametersText(parameters: number | null): string {
  return parameters === null ? "" : `${parameters.toLocaleString("en")} parameters`;
}

/** The confidence is that of a single pair: 50 % is a coin toss and 95 % is little. */
function attemptRow(attempt: Attempt): string[] {
  const { id, effect, pValue, decision } = attempt;
  const delta = effect === null ? "" : signed(effect);
  const confidence = pValue === null ? "" : `${(100 * (1 - pValue)).toFixed(1)} %`;
  return [id, oneLine(changeOf(attempt), 60), delta, confidence, decision, oneLine(reasonOf(attempt), REASON)];
}

/** The decision in words, with the interval where something was measured. */
export function sentence({ reason, interval }: Decision): string {
  return interval ? `${reason}; interval ${signed(interval[0])} to ${signed(interval[1])}` : reason;
}

/** Columns as wide as their widest cell. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join("  ")
      .trimEnd(),
  );
}
