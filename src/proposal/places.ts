// Specs as numbers: where each of their values stands on the scale of its move. Remembered for as long as the spec is.

import type { Spec } from "../spec.js";
import { valueAt } from "./edit-spec.js";
import type { Move } from "./move.js";

const remembered = new WeakMap<readonly Move[], WeakMap<Spec, Float64Array>>();

/** One place per move, in their order. */
export function placesOf(spec: Spec, moves: readonly Move[]): Float64Array {
  const bySpec = remembered.get(moves) ?? new WeakMap<Spec, Float64Array>();
  remembered.set(moves, bySpec);
  const known = bySpec.get(spec);
  if (known) return known;
  const places = Float64Array.from(moves, ({ path, at }) => at(valueAt(spec, path)));
  bySpec.set(spec, places);
  return places;
}
