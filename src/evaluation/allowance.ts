// How much computing the commands of a repository get. AXON cannot count what foreign code computes, so equal budgets are equal times.

export interface Spent {
  readonly seconds: number;
  /** Over all processes. */
  readonly cpuSeconds: number;
}

/** What ends a run when it is reached; the same for both arms. */
export interface Allowance {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

/**
 * Before anything was measured: 60 s and a second per 10⁹ FLOPs of the budget. AXON's own training needs about a hundredth of that, a program that
 * is interpreted byte by byte some tenth.
 */
export function generousAllowance(flops: number): Allowance {
  const seconds = 60 + flops / 1e9;
  return { wallSeconds: seconds, cpuSeconds: seconds };
}

/** After the baseline: twice its processor time, and four times its wall clock, for a machine may be busy; 5 s more for what is short. */
export function allowanceAfter(baseline: readonly Spent[]): Allowance {
  return {
    wallSeconds: 5 + 4 * median(baseline.map(({ seconds }) => seconds)),
    cpuSeconds: 5 + 2 * median(baseline.map(({ cpuSeconds }) => cpuSeconds)),
  };
}

/** A quarter beyond the baseline is still an equal budget, and so is a second, the start of a program. */
const [SHARE, SECOND] = [1.25, 1];

/** Why a candidate computed too much beside the baseline, in words; undefined where it did not. */
export function overBudget({ cpuSeconds }: Spent, baseline: readonly Spent[]): string | undefined {
  const usual = median(baseline.map((one) => one.cpuSeconds));
  const most = SHARE * usual + SECOND;
  if (cpuSeconds <= most) return undefined;
  return `it computed for ${cpuSeconds.toFixed(1)} s, and ${most.toFixed(1)} s is the budget: the baseline takes ${usual.toFixed(1)} s`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
