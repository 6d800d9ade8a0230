// Which attempts of a cycle make its bundle, and what each of them changes, without the reasons.

import type { Attempt, CycleResult } from "../candidate.js";

/** What was kept and not pruned, in its order. */
export function bundleOf({ attempts, pruned }: Pick<CycleResult, "attempts" | "pruned">): readonly Attempt[] {
  return attempts.filter(({ id, decision }) => decision === "kept" && !pruned.includes(id));
}

/** In a hypothesis, what follows a colon says why. The search changes several values at once, each in a sentence of its own. */
export function changeOf({ proposer, hypothesis }: Pick<Attempt, "proposer" | "hypothesis">): string {
  const sentences = proposer === "search" ? hypothesis.split("; ") : [hypothesis];
  return sentences.map((sentence) => sentence.split(/\n|: /)[0]).join(", ");
}
