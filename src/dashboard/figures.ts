// What the dashboard tells Prometheus: what was spent and what came of it, by repository.

import { familyText, type Family, type RequestTimes } from "../http/metrics.js";
import type { History } from "./source.js";

export interface Counted {
  readonly history: History;
  /** Trainings that run or wait. */
  readonly running: number;
}

/** @param readers of the live events */
export function figures(counted: ReadonlyMap<string, Counted>, readers: number, times: RequestTimes): string {
  const all = [...counted];
  const each = (value: (one: Counted) => number | null): Family["rows"] =>
    all.flatMap(([repository, one]) => {
      const found = value(one);
      return found === null ? [] : [[{ repository }, found] as const];
    });
  const by = (label: string, values: (history: History) => readonly string[]): Family["rows"] =>
    all.flatMap(([repository, { history }]) =>
      [...tally(values(history))].map(([value, count]) => [{ repository, [label]: value }, count] as const),
    );
  const decisions = by("decision", ({ cycles }) => cycles.flatMap((one) => one.attempts.map((two) => two.decision)));
  const verdicts = by("verdict", ({ cycles }) => cycles.flatMap(({ finished }) => finished?.decision.verdict ?? []));
  const rows: readonly (readonly [string, Family["type"], string, Family["rows"]])[] = [
    ["axon_trainings_total", "counter", "Trainings made.", each(({ history }) => history.spend.trainings)],
    ["axon_training_seconds_total", "counter", "Time of all, added up.", each(({ history }) => history.spend.seconds)],
    ["axon_llm_dollars_total", "counter", "Paid for a language model.", each(({ history }) => history.spend.dollars)],
    ["axon_attempts_total", "counter", "Attempts, by what became of them.", decisions],
    ["axon_cycles_total", "counter", "Cycles that ended, by verdict.", verdicts],
    ["axon_trainings_running", "gauge", "Trainings that run or wait.", each(({ running }) => running)],
    ["axon_event_readers", "gauge", "Browsers that follow the live events.", [[{}, readers]]],
  ];
  return (
    rows.map(([name, type, help, values]) => familyText({ name, type, help, rows: values })).join("") + times.text()
  );
}

function tally(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
