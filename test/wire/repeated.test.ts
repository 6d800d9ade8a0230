// The same change in two cycles of one repository: what was clearly worse on one seed is not trained on another.

import { expect, test } from "@jest/globals";
import type { ProposalContext } from "../../src/proposal/proposer.js";
import { createPatch } from "../../src/patch/index.js";
import { evolve } from "../../src/wire/evolve.js";
import { OPTIONS, UNWATCHED } from "../support/command-repository.js";
import { textRepository } from "../support/repositories.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();

/** No learning at all, once; what the check of a diff says about it is kept. */
function hopeless(said: string[]) {
  return async ({ specPath, specText, check }: ProposalContext, _: number, number: number) => {
    if (number > 1) return null;
    const diff = createPatch(specPath, specText!, specText!.replace(/learningRate: .*/, "learningRate: 0.000001"));
    const checked = await check(diff);
    said.push(checked.ok ? "ok" : checked.reason);
    return { proposer: "search", hypothesis: "learn nothing", diff } as const;
  };
}

test("a change that one cycle found clearly worse is refused by the next, in words that its author is told", async () => {
  const directory = temporary();
  await textRepository(directory);
  const said: string[] = [];
  const cycle = (seed: number, tokens: number) =>
    evolve({ ...OPTIONS, directory, trainings: 36, tokens, seed, propose: hopeless(said) }, UNWATCHED);
  const first = await cycle(21, 1000);
  expect(first.attempts).toMatchObject([{ decision: "rejected", cost: { trainings: 1 } }]);
  const second = await cycle(22, 1000);
  const [{ id, reason }] = first.attempts;
  const refusal = `the same change of the same parent as attempt ${id} of cycle ${first.id}, rejected there on another seed: ${reason}`;
  expect(second.attempts).toMatchObject([{ reason: refusal, cost: { trainings: 0 } }]);
  const other = await cycle(22, 1100); // another budget is another question
  expect(other.attempts[0].cost.trainings).toBe(1);
  expect(said).toEqual(["ok", `the diff applies, but there is nothing to learn from it: ${refusal}`, "ok"]);
}, 120_000);
