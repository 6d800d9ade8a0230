// Several proposers as one: a bandit says whose turn it is, and where a model gives nothing usable the search steps in.

import { chooseArm, modelArm, SEARCH_ARM } from "./bandit.js";
import { proposeByModel, type Asking } from "./llm.js";
import type { Propose } from "./proposer.js";
import { proposeBySearch } from "./search.js";

export interface Mixture {
  readonly models: readonly string[];
  /** The search has turns of its own; else it only steps in. */
  readonly search: boolean;
  readonly askingOf: (model: string, number: number) => Asking;
}

/** Pure in its arguments as far as the chats behind `askingOf` are. */
export function mixedProposer({ models, search, askingOf }: Mixture): Propose {
  const byArm = new Map(models.map((model) => [modelArm(model), model]));
  const arms = [...(search ? [SEARCH_ARM] : []), ...byArm.keys()];
  return async (context, seed, number) => {
    const model = byArm.get(chooseArm(arms, context, seed, number));
    if (model === undefined) return proposeBySearch(context, seed, number);
    const proposed = await proposeByModel(context, askingOf(model, number));
    if (proposed.ok) return proposed.proposal;
    const substitute = await proposeBySearch(context, seed, number);
    return substitute && { ...substitute, instead: proposed.failed };
  };
}
