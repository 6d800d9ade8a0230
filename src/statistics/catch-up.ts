// When to give a training up: it can end hopeless trainings early, and never says that one is good.

/** Parts whose mean tells how far a training is: single ones are a few noisy batches. */
const WINDOW = 4;
/** It has been behind in so many parts in a row: with nothing but noise between the two, once in 2⁸ times. */
const BEHIND = 8;

/**
 * Why a training should have been given up, once it can catch up no more with the one it is paired with: half of it at least is
 * done, it was behind in each of its last parts, and it is no further than the other was at half of that. It would have to learn
 * twice as fast from then on. Undefined while there is hope. What it says of a part never changes as more parts are added.
 * @param curve mean losses of its parts so far
 * @param reference mean losses of all parts of the other: same seed, same text, same loss
 */
export function givenUp(curve: readonly number[], reference: readonly number[]): string | undefined {
  const parts = reference.length;
  for (let done = Math.max(BEHIND, 2 * WINDOW, Math.ceil(parts / 2)); done <= curve.length && done < parts; done++) {
    if (!hopeless(curve.slice(0, done), reference)) continue;
    const share = Math.round((100 * done) / parts);
    return `given up after ${share} % of its training: it was no further than its parent at half of that`;
  }
  return undefined;
}

function hopeless(curve: readonly number[], reference: readonly number[]): boolean {
  const done = curve.length;
  const behind = curve.slice(-BEHIND).every((loss, i) => loss > reference[done - BEHIND + i]);
  return behind && windowMean(curve, done) >= windowMean(reference, Math.floor(done / 2));
}

function windowMean(curve: readonly number[], end: number): number {
  return curve.slice(end - WINDOW, end).reduce((sum, loss) => sum + loss, 0) / WINDOW;
}
