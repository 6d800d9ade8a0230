// The peers' loop: one training at a time, so that each proposal knows all that came before; the same rule says what is kept.

import { generator } from "../dist/random.js";
import { fingerprint } from "../dist/spec.js";
import { worthKeeping } from "../dist/statistics/search-rule.js";
import { hillClimb } from "./peers/hill-climb.mjs";
import { randomSearch } from "./peers/random-search.mjs";
import { tpe } from "./peers/tpe.mjs";

export const PEERS = { "random search": randomSearch, TPE: tpe, "hill climbing": hillClimb };

/** Draws in a row that were trained already: then there is nothing left. */
const MOST_KNOWN = 1000;

/** As `axon`. A spec that was trained already costs nothing and is drawn again. */
export async function peer({ start, score, done, noise, limit, seed }, open) {
  const random = generator("bench peer", open.name, seed);
  let drawn = 0;
  const proposer = open(start, () => random.uniform(drawn++));
  const known = new Set([fingerprint(start)]);
  let best = await score(start);
  proposer.tell(start, best, true);
  for (let trainings = 2; trainings <= limit; trainings++) {
    const spec = unknown(proposer, known);
    if (spec === null) return null;
    const given = await score(spec);
    const kept = given !== null && worthKeeping(given - best, noise).keep;
    proposer.tell(spec, given, kept);
    if (!kept) continue;
    best = given;
    if (done(spec)) return trainings;
  }
  return null;
}

function unknown(proposer, known) {
  for (let drawn = 0; drawn < MOST_KNOWN; drawn++) {
    const spec = proposer.ask();
    const name = fingerprint(spec);
    if (known.has(name)) continue;
    known.add(name);
    return spec;
  }
  return null;
}
