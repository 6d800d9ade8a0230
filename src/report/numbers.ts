// How the reports write numbers: as many digits as the noise leaves meaning, signs that stand out, units that fit. Pure.

import type { Measure, Noise } from "../candidate.js";

const MOST_DECIMALS = 8;

/** Decimals that show two digits of the noise between seeds; what comes after them is chance. */
export function decimalsOf({ deviation }: Pick<Noise, "deviation">): number {
  if (!(deviation > 0)) return 4;
  return Math.min(MOST_DECIMALS, Math.max(0, 1 - Math.floor(Math.log10(deviation))));
}

export function fixed(value: number, decimals: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 10 ** -MOST_DECIMALS)) return value.toExponential(2).replace("-", "−");
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return value.toLocaleString("en", digits).replace("-", "−");
}

/** With its sign, also where it is above 0. */
export function signed(value: number, decimals: number): string {
  const text = fixed(value, decimals);
  return text.startsWith("−") ? text : `+${text}`;
}

/** The change from one value to another in per cent; nothing where it started from 0. */
export function grown(from: number, to: number): string {
  return from === 0 ? "" : `${signed(100 * (to / from - 1), 1)} %`;
}

/** A share, never rounded up to all of it. */
export function percent(share: number): string {
  if (share > 0.999 && share < 1) return "> 99.9 %";
  return `${fixed(100 * share, share > 0.99 && share < 1 ? 1 : 0)} %`;
}

/** "1 attempt", "2 attempts". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** How often something happens by chance, in words: never "in 0 %". */
export function oftenness(share: number): string {
  if (share < 0.001) return "in fewer than 1 of 1000 cases";
  return share > 0.999 ? "in more than 999 of 1000 cases" : `in ${Number((100 * share).toPrecision(2))} % of cases`;
}

/** A probability of chance: two digits, never 0. */
export function chance(pValue: number): string {
  if (pValue < 1e-12) return "p < 1e-12";
  return `p = ${pValue >= 1e-4 ? Number(pValue.toPrecision(2)) : pValue.toExponential(1)}`;
}

export function timeText(seconds: number): string {
  if (seconds < 100) return `${fixed(seconds, 1)} s`;
  if (seconds < 6000) return `${fixed(seconds / 60, 1)} min`;
  return `${fixed(seconds / 3600, 1)} h`;
}

interface Style {
  readonly name: string;
  readonly text: (value: number) => string;
}

/** The secondary measures in words and in units for people. */
export const MEASURES: Readonly<Record<Measure, Style>> = {
  parameters: { name: "parameters", text: (value) => fixed(value, 0) },
  flopsPerToken: { name: "work per token", text: (value) => `${fixed(value / 1e6, 3)} MFLOP` },
  trainingSeconds: { name: "processor time of a training", text: (value) => `${fixed(value, 2)} s` },
  secondsPerByte: { name: "time to score a byte", text: (value) => `${fixed(1e6 * value, 2)} µs` },
  peakMemory: { name: "peak memory of a training", text: (value) => `${fixed(value / 2 ** 20, 0)} MiB` },
};

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
