// The seeds of a cycle. Those that confirm are never used in the search.

import { generator } from "../random.js";

export interface Seeds {
  readonly search: readonly number[];
  readonly confirmation: readonly number[];
}

export function seedsOf(cycleSeed: number, search: number, confirmation: number): Seeds {
  const stream = generator("cycle", cycleSeed);
  const draw = (parity: number, count: number) =>
    Array.from({ length: count }, (_, i) => 2 * stream.uint32(i) + parity);
  return { search: draw(0, search), confirmation: draw(1, confirmation) }; // even and odd never meet
}
