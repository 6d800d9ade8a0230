// The commands `axon lineage` and `axon why`: their options and their answers.

import type { Command } from "commander";
import { championsOf, lineageText, treeText, wordOf, type Told } from "../story/lineage.js";
import { attemptStory, cycleStory } from "../story/why.js";
import { findStory, readChronicle } from "../wire/story.js";
import { print, type Context } from "./output.js";

export function lineageCommand(program: Command, context: Context): void {
  program
    .command("lineage")
    .description("the tree of attempts: what departed from what, what was kept, on which commits the cycles stand")
    .argument("[cycle]", "its id, or how that begins (default: all in short, and the tree of the last)")
    .option("--repo <dir>", "the git repository that was evolved", ".")
    .option("--json", "print one JSON object")
    .action(async (cycle: string | undefined, { repo }: { readonly repo: string }) => {
      const { told, open, unread } = await readChronicle(repo, "");
      const chosen = cycle === undefined ? told : (await readChronicle(repo, cycle)).told;
      const champions = championsOf(told);
      const notes = [
        ...open.map(({ id, attempts }) => `cycle ${id} has not ended: ${attempts.length} attempts so far`),
        ...(unread.length > 0
          ? [`${unread.length} cycles of another version are left out: ${unread.slice(-5).join(", ")}`]
          : []),
      ];
      for (const note of cycle === undefined ? notes : []) process.stderr.write(`${note}\n`);
      const isChampion = ({ cycle: { id } }: Told) => [...champions.values()].includes(id);
      const text = cycle === undefined ? lineageText(told) : treeText(chosen[0], isChampion(chosen[0]));
      const cycles = chosen.map((one) => ({ ...summary(one), champion: isChampion(one) }));
      print(context, { cycles, champions: Object.fromEntries(champions) }, text);
    });
}

function summary({ cycle, holds, claim }: Told) {
  const { id, baseCommit, objective, decision, branch, receipt, attempts } = cycle;
  return {
    id,
    baseCommit,
    holds,
    objective: objective.name,
    verdict: decision.verdict,
    effect: decision.effect,
    branch,
    receipt,
    claim: claim?.outcome ?? null,
    attempts: attempts.map((attempt) => ({
      id: attempt.id,
      parent: attempt.parent,
      decision: wordOf(attempt, cycle),
      effect: attempt.effect,
      hypothesis: attempt.hypothesis,
      champion: attempt.id === cycle.champion,
    })),
  };
}

export function whyCommand(program: Command, context: Context): void {
  program
    .command("why")
    .description(
      "the story of one attempt or cycle: idea, diff, what was measured, why it was kept or not, what became of it",
    )
    .argument("<id>", "of an attempt or a cycle, or how it begins; CYCLE/ATTEMPT where that is not enough")
    .option("--repo <dir>", "the git repository that was evolved", ".")
    .option("--json", "print one JSON object")
    .action(async (id: string, { repo }: { readonly repo: string }) => {
      const { told, attempt } = await findStory(repo, id);
      const { cycle, claim = null } = told;
      const paint = process.stdout.isTTY ? coloured : (line: string) => line;
      const text = attempt === null ? cycleStory(told) : attemptStory(attempt, told, paint);
      const plain = attempt === null ? text : attemptStory(attempt, told, (line) => line);
      print(context, { cycle: cycle.id, attempt, claim, story: plain }, text);
    });
}

/** As git does: green what is new, red what goes. */
function coloured(line: string): string {
  const code = { "+": 32, "-": 31, "@": 36 }[line[0] ?? ""];
  return code === undefined ? line : `\u001B[${code}m${line}\u001B[0m`;
}
