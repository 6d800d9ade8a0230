// The commands `axon lineage` and `axon why`: their options and their answers.

import type { Command } from "commander";
import { counted } from "../report/numbers.js";
import { championsOf, isFinished, lineageText, treeText, wordOf, type Telling, type Told } from "../story/lineage.js";
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
      const all = await readChronicle(repo, "");
      const { told, open } = cycle === undefined ? all : await readChronicle(repo, cycle);
      if (cycle === undefined && all.unread.length > 0) {
        const last = all.unread.slice(-5).join(", ");
        process.stderr.write(`${counted(all.unread.length, "cycle")} of another version left out: ${last}\n`);
      }
      const champions = championsOf(all.told);
      const isChampion = ({ cycle: { id } }: Told) => [...champions.values()].includes(id);
      const [chosen] = told;
      const tree = () => (chosen ? treeText(chosen, isChampion(chosen)) : treeText({ cycle: open[0] }, false));
      const value = {
        cycles: told.map((one) => ({ ...summary(one), champion: isChampion(one) })),
        unfinished: open.map((one) => ({ id: one.id, attempts: attemptsOf(one) })),
        champions: Object.fromEntries(champions),
      };
      print(context, value, cycle === undefined ? lineageText(told, open) : tree());
    });
}

function summary({ cycle, holds, claim }: Told) {
  const { id, baseCommit, objective, decision, branch, receipt } = cycle;
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
    attempts: attemptsOf(cycle),
  };
}

function attemptsOf(cycle: Telling["cycle"]) {
  return cycle.attempts.map((attempt) => ({
    id: attempt.id,
    parent: attempt.parent,
    decision: wordOf(attempt, cycle),
    effect: attempt.effect,
    hypothesis: attempt.hypothesis,
    champion: isFinished(cycle) && attempt.id === cycle.champion,
  }));
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
      const { cycle } = told;
      const finished = isFinished(cycle);
      const claim = "holds" in told ? (told.claim ?? null) : null;
      const paint = process.stdout.isTTY ? coloured : (line: string) => line;
      const text = attempt === null ? cycleStory(told) : attemptStory(attempt, told, paint);
      const plain = attempt === null ? text : attemptStory(attempt, told, (line) => line);
      print(context, { cycle: cycle.id, finished, attempt, claim, story: plain }, text);
    });
}

/** As git does: green what is new, red what goes, the files' names bold. */
function coloured(line: string, inHunk: boolean): string {
  const code = inHunk ? { "+": 32, "-": 31, "@": 36 }[line[0] ?? ""] : 1;
  return code === undefined ? line : `\u001B[${code}m${line}\u001B[0m`;
}
