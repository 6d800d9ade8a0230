// The corpus: cases by kind, made from sources with dice, always the same ones for the same sources.

import { MUST_APPLY } from "./patches-damage.mjs";
import { MUST_REFUSE } from "./patches-refused.mjs";
import { STRETCH } from "./patches-stretch.mjs";

/**
 * At most `count` cases per kind that have one right answer: `tree` and `after` are texts by path.
 * @param sources as `history` returns them
 * @param dice name → a function that rolls whole numbers below n
 */
export function mustApply(sources, count, dice) {
  const all = sources.map((source) => ({ ...source, isNew: source.before === undefined }));
  const modified = all.filter(({ isNew }) => !isNew);
  return MUST_APPLY.flatMap(([kind, variants, newToo]) =>
    casesOf(kind, variants, newToo ? all : modified, count, dice(kind)),
  );
}

/** At most `count` cases per kind that must be refused, without `after`; `links` are symbolic links of the tree by path. */
export function mustRefuse(sources, count, dice) {
  return ofModified(MUST_REFUSE, sources, count, dice);
}

/** At most `count` cases per kind that may be mended or refused. */
export function mayApply(sources, count, dice) {
  return ofModified(STRETCH, sources, count, dice);
}

function ofModified(kinds, sources, count, dice) {
  const modified = sources.filter(({ before }) => before !== undefined);
  return kinds.flatMap(([kind, variants]) => casesOf(kind, variants, modified, count, dice(kind)));
}

function casesOf(kind, variants, all, count, roll) {
  const cases = [];
  const seen = new Set();
  for (const [i, make] of variants.entries()) {
    const wanted = Math.floor((count * (i + 1)) / variants.length);
    for (const source of shuffled(all, roll)) {
      if (cases.length >= wanted) break;
      const made = make(source, roll, all);
      const key = made && JSON.stringify([made.patch, made.links]);
      if (!made || seen.has(key)) continue;
      seen.add(key);
      cases.push({ kind, ...made });
    }
  }
  return cases;
}

/** The elements in an order that the dice choose (Fisher and Yates). */
function shuffled(list, roll) {
  const order = [...list];
  for (let i = order.length - 1; i > 0; i--) {
    const j = roll(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
