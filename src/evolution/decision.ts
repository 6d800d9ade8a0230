// A decision for which nothing was compared.

import type { Decision, Verdict } from "../candidate.js";

export function withoutPairs(verdict: Verdict, reason: string): Decision {
  return { verdict, reason, effect: null, interval: null, pValue: null, pairs: 0, power: null, morePairs: null };
}
