// Random search (Bergstra and Bengio, 2012): every value drawn from its range, whatever was seen before.

import { rangeOf, SPACE, specAt } from "../search-space.mjs";

/** @param random a function that gives the next number in [0, 1) */
export function randomSearch(start, random) {
  return { ask: () => randomSpec(start, random), tell: () => {} };
}

export function randomSpec(start, random) {
  for (;;) {
    const spec = specAt(
      start,
      SPACE.map((dimension) => uniform(dimension, random)),
    );
    if (spec) return spec;
  }
}

function uniform(dimension, random) {
  const [low, high] = rangeOf(dimension);
  if (dimension.log) return low + random() * (high - low);
  return Math.floor(random() * (high + 1));
}
