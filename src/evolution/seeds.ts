// The seeds of a cycle, one kind per use. Those that confirm are never used for anything else.

import { generator } from "../random.js";

export interface Seeds {
  /** The same in every cycle, so that a baseline's noise is measured once. */
  readonly noise: readonly number[];
  /** Every attempt of the search meets its parent on this one. */
  readonly search: number;
  readonly pruning: readonly number[];
  readonly confirmation: readonly number[];
}

interface Counts {
  readonly noise: number;
  readonly pruning: number;
  readonly confirmation: number;
}

export function seedsOf(cycle: string, { noise, pruning, confirmation }: Counts): Seeds {
  const stream = generator("cycle", cycle);
  const shared = generator("noise");
  // The remainder of a division by 4 tells the kinds apart, so they never meet. Below 2³²: foreign trainers take no more.
  const draw = (from: typeof stream, kind: number, count: number) =>
    Array.from({ length: count }, (_, i) => 4 * (from.uint32(i) >>> 2) + kind);
  const [search] = draw(stream, 1, 1);
  return {
    noise: draw(shared, 0, noise),
    search,
    pruning: draw(stream, 2, pruning),
    confirmation: draw(stream, 3, confirmation),
  };
}
