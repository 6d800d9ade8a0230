// The seeds of a cycle. Those that confirm are never used in the search.

import { generator } from "../random.js";

export interface Seeds {
  readonly search: readonly number[];
  readonly confirmation: readonly number[];
}

export function seedsOf(cycleSeed: number, search: number, confirmation: number): Seeds {
  const draw = (purpose: string, count: number) => {
    const stream = generator("cycle", cycleSeed, purpose);
    return Array.from({ length: count }, (_, i) => stream.uint32(i));
  };
  return { search: draw("search", search), confirmation: draw("confirmation", confirmation) };
}
