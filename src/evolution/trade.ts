// What an improvement costs elsewhere: secondary measures of both arms, and whether they stay within the bounds. Pure.

import type { Bounds, Evaluation, Measure, Pair, Trade } from "../candidate.js";

/** How each measure is read; undefined where an evaluation has none. */
const MEASURES: Readonly<Record<Measure, (evaluation: Evaluation) => number | undefined>> = {
  parameters: ({ model }) => model?.parameters,
  flopsPerToken: ({ training }) => training?.flopsPerToken,
  trainingSeconds: ({ cpuSeconds }) => cpuSeconds,
  secondsPerByte: ({ model }) => model?.secondsPerByte,
  peakMemory: ({ peakMemory }) => peakMemory,
};

/** One row per measure that both arms have, as medians over the pairs. */
export function tradesOf(pairs: readonly Pair[], bounds: Bounds): Trade[] {
  const names = Object.keys(MEASURES) as Measure[];
  return names.flatMap((measure) => {
    const read = MEASURES[measure];
    const [baseline, candidate] = (["baseline", "candidate"] as const).map((arm) =>
      median(pairs.map((pair) => read(pair[arm])).filter((value) => value !== undefined)),
    );
    if (baseline === undefined || candidate === undefined) return [];
    const bound = bounds[measure] ?? null;
    const within = bound === null || candidate <= baseline * (1 + bound);
    return [{ measure, baseline, candidate, bound, within }];
  });
}

/** Measures that are bounded but that an evaluation does not have: such a bound would forbid nothing. */
export function unmeasured(evaluation: Evaluation, bounds: Bounds): readonly Measure[] {
  const names = Object.keys(bounds) as Measure[];
  return names.filter((measure) => MEASURES[measure](evaluation) === undefined);
}

export function measureOf(measure: Measure, evaluation: Evaluation): number | undefined {
  return MEASURES[measure](evaluation);
}

/** What one training tells about bounds; a measure that neither has forbids nothing. */
export function keepsBounds(candidate: Evaluation, baseline: Evaluation, bounds: Bounds): boolean {
  return brokenBound(candidate, baseline, bounds) === undefined;
}

/** Why one training is out of bounds, in words. */
export function brokenBound(candidate: Evaluation, baseline: Evaluation, bounds: Bounds): string | undefined {
  return outOfBounds(tradesOf([{ seed: candidate.seed, baseline, candidate }], bounds));
}

/** Why the first trade out of bounds forbids a change, in words; undefined where all keep them. */
export function outOfBounds(trades: readonly Trade[]): string | undefined {
  const broken = trades.find(({ within }) => !within);
  if (broken === undefined) return undefined;
  const { measure, baseline, candidate, bound } = broken;
  const grown = `${(100 * (candidate / baseline - 1)).toFixed(1)} %`;
  return `${WORDS[measure]} would grow by ${grown}, and at most ${(100 * (bound ?? 0)).toFixed(1)} % are allowed`;
}

const WORDS: Readonly<Record<Measure, string>> = {
  parameters: "the number of parameters",
  flopsPerToken: "the work per token",
  trainingSeconds: "the time of a training",
  secondsPerByte: "the time per byte of the model",
  peakMemory: "the memory of a training",
};

/** The upper one of an even number: never a value that nobody measured. */
function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
