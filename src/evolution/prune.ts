// No barnacles: a step of the bundle that contributes nothing leaves it before the confirmation. It decides which, and trains nothing itself.

/** Mean score of the bundle made of these steps, lower is better; null where they do not fit together or cannot be trained. */
type ScoreOf<S> = (steps: readonly S[]) => Promise<number | null>;

/**
 * Leaves out each step in turn. Those without which the bundle is no worse go: all of them, if the bundle is no worse without them
 * together either, else only the one that is missed least.
 */
export async function prune<S>(steps: readonly S[], scoreOf: ScoreOf<S>): Promise<readonly S[]> {
  if (steps.length < 2) return steps;
  const without = steps.map((step) => steps.filter((other) => other !== step));
  const [whole, ...scores] = await Promise.all([steps, ...without].map(scoreOf));
  if (whole === null) return steps;
  const costs = scores.map((score) => (score === null ? Infinity : score - whole)); // what its absence costs
  const idle = steps.filter((_, i) => costs[i] <= 0);
  if (idle.length === 0) return steps;
  const least = steps[costs.indexOf(Math.min(...costs))];
  const left = steps.filter((step) => !idle.includes(step));
  if (idle.length > 1 && left.length > 0) {
    const together = await scoreOf(left);
    if (together !== null && together <= whole) return left;
  }
  return steps.filter((step) => step !== least);
}

/** Scores that `prune` asks for at most. */
export function mostAsked(steps: number): number {
  return steps < 2 ? 0 : steps + 2;
}
