// What the charts of a report show, as data. How they are drawn is said elsewhere: in Mermaid for GitHub, in SVG for a page.

import type { Attempt, FinishedCycle, Objective, Pair } from "../candidate.js";
import { decimalsOf, fixed, mean, signed } from "./numbers.js";

export type Arm = "baseline" | "candidate";

interface Head {
  readonly title: string;
  /** What there is to see, for those who cannot. */
  readonly description: string;
}

export interface Series {
  readonly arm: Arm;
  /** Mean over the seeds at each of equal parts of the training. */
  readonly mean: readonly number[];
  readonly seeds: readonly (readonly number[])[];
}

export interface CurvesChart extends Head {
  readonly kind: "curves";
  readonly series: readonly Series[];
}

/** Candidate minus baseline. */
export interface DifferencesChart extends Head {
  readonly kind: "differences";
  readonly unit: string;
  readonly better: Objective["direction"];
  readonly rows: readonly { readonly seed: number; readonly value: number }[];
  readonly mean: number;
  readonly interval: readonly [number, number] | null;
}

/** Candidate minus parent, in the order of the attempts. */
export interface AttemptsChart extends Head {
  readonly kind: "attempts";
  readonly unit: string;
  readonly better: Objective["direction"];
  readonly points: readonly {
    readonly number: number;
    readonly value: number;
    readonly decision: Attempt["decision"];
  }[];
}

export type Chart = CurvesChart | DifferencesChart | AttemptsChart;

export const ARMS: readonly Arm[] = ["baseline", "candidate"];

/** Null where nobody recorded the losses of both arms. */
export function curvesChart(pairs: readonly Pair[]): CurvesChart | null {
  const series = ARMS.map((arm) => seriesOf(arm, pairs));
  if (series.some(({ mean: values }) => values.length < 2)) return null;
  const ends = series.map(({ arm, mean: values }) => `${fixed(values.at(-1)!, 3)} (${arm})`).join(" and ");
  const [{ mean: parts, seeds }] = series;
  return {
    kind: "curves",
    title: "Loss while training",
    description: `Mean training loss in nats per byte over ${parts.length} equal parts of a training, averaged over ${seeds.length} seeds. The last part: ${ends}.`,
    series,
  };
}

function seriesOf(arm: Arm, pairs: readonly Pair[]): Series {
  const curves = pairs.map((pair) => pair[arm].training?.curve ?? []);
  const parts = curves[0]?.length ?? 0;
  const seeds = curves.filter((curve) => curve.length === parts);
  return { arm, seeds, mean: Array.from({ length: parts }, (_, i) => mean(seeds.map((curve) => curve[i]))) };
}

/** Null where nothing was compared. @param limit of the seeds shown */
export function differencesChart(
  { pairs, decision, noise }: FinishedCycle,
  { name, direction }: Pick<Objective, "name" | "direction">,
  limit: number,
): DifferencesChart | null {
  const { effect, interval } = decision;
  if (pairs.length === 0 || effect === null) return null;
  const decimals = decimalsOf(noise);
  const sure = interval ? `, interval ${interval.map((end) => signed(end, decimals)).join(" to ")}` : "";
  const side = direction === "lower" ? "below" : "above";
  return {
    kind: "differences",
    title: "Candidate minus baseline, seed by seed",
    description: `Difference in ${name} on ${pairs.length} fresh seeds; ${side} 0 is better. Mean ${signed(effect, decimals)}${sure}.`,
    unit: name,
    better: direction,
    rows: pairs.slice(0, limit).map((pair) => ({ seed: pair.seed, value: pair.candidate.score - pair.baseline.score })),
    mean: effect,
    interval,
  };
}

/** Null where fewer than two attempts gave a number. @param limit of the attempts shown */
export function attemptsChart(
  attempts: readonly Attempt[],
  { name, direction }: Pick<Objective, "name" | "direction">,
  limit: number,
): AttemptsChart | null {
  const points = attempts.flatMap(({ effect, decision }, i) =>
    effect === null ? [] : [{ number: i + 1, value: effect, decision }],
  );
  if (points.length < 2) return null;
  const side = direction === "lower" ? "below" : "above";
  const drawn = points.length > limit ? ` The first ${limit} of them are drawn.` : "";
  return {
    kind: "attempts",
    title: "Attempts of the search",
    description: `Change in ${name} against the attempt's parent, on one seed; ${side} 0 is better. ${points.length} of ${attempts.length} attempts were trained.${drawn}`,
    unit: name,
    better: direction,
    points: points.slice(0, limit),
  };
}
