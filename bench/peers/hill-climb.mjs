// Greedy hill climbing: one random mutation of the best at a time, kept if it is better. Its mutations are AXON's own moves, without what
// AXON knows about them: the value to change and the step are drawn with equal chances.

import { withChanges } from "../../dist/proposal/edit-spec.js";
import { MOVES } from "../../dist/proposal/moves.js";
import { valid, within } from "../search-space.mjs";

export function hillClimb(start, random) {
  let best = start;
  return {
    ask() {
      for (;;) {
        const moves = MOVES.filter((move) => move.matters(best) && move.steps(best).length > 0);
        const { path, steps } = pick(moves, random);
        const { value } = pick(steps(best), random);
        const spec = valid(withChanges(best, [{ path, value }]));
        if (spec && within(spec)) return spec;
      }
    },
    tell(spec, _score, kept) {
      if (kept) best = spec;
    },
  };
}

function pick(items, random) {
  return items[Math.floor(random() * items.length)];
}
