// The command `axon evolve`: its options, its progress, its table.

import { Option, type Command } from "commander";
import type { FinishedCycle } from "../candidate.js";
import type { CycleEvent } from "../evolution/environment.js";
import { oneLine } from "../report/escape.js";
import { cycleReport, sentence, signed } from "../report/table.js";
import { demoRepository } from "../wire/demo.js";
import type { CheckedClaim } from "../wire/claims.js";
import { evolve, LOOKS, type EvolveHooks, type EvolveOptions, type EvolveStart } from "../wire/evolve.js";
import { whole } from "./arguments.js";
import type { Progress } from "../training/trainer.js";
import { print, type Context } from "./output.js";
import { bar, duration, StatusLine } from "./status-line.js";

interface EvolveFlags {
  readonly repo: string;
  readonly demo?: boolean;
  readonly corpus?: readonly string[];
  readonly privateCorpus?: readonly string[];
  readonly trainings?: number;
  readonly tokens?: number;
  readonly seed: number;
  readonly prepareNetwork?: boolean;
  readonly proposer?: NonNullable<EvolveOptions["proposer"]>;
  readonly hint?: string;
}

export function evolveCommand(program: Command, context: Context): void {
  program
    .command("evolve")
    .description("search for a change that trains a better model, confirm it on fresh seeds, commit it to a branch")
    .option("--repo <dir>", "the git repository to evolve", ".")
    .option("--demo", "evolve a small repository of essays instead, made in the temporary directory")
    .option("--corpus <path...>", "learn from these files and folders, not from what git tracks")
    .option("--private-corpus <path...>", "score models by the repository's own commands on this text of yours")
    .option("--trainings <n>", "how many trainings to spend (default: as .github/axon.yml says, else 100)", whole(1))
    .option(
      "--tokens <n>",
      "bytes per training, at the size of the repository's own spec (default: likewise, 150000)",
      whole(1),
    )
    .option("--prepare-network", "let the repository's prepare command use the network")
    .addOption(
      new Option("--proposer <kind>", "who proposes changes (default: as .github/axon.yml says, else search)").choices([
        "search",
        "llm",
        "mixed",
      ]),
    )
    .option("--hint <text>", "what you would like to be tried, for a language model")
    .option("--seed <n>", "of the whole cycle", whole(0), 1)
    .option("--json", "print one JSON object")
    .action(async (options: EvolveFlags) => {
      const directory = options.demo ? await demoRepository() : options.repo;
      const { corpus = null, privateCorpus = null, trainings = null, tokens = null, seed } = options;
      const { prepareNetwork = false, proposer = null, hint = null } = options;
      const status = new StatusLine(process.stderr);
      let archive = "";
      const cycle = await evolve(
        { directory, corpus, privateCorpus, trainings, tokens, seed, prepareNetwork, proposer, hint },
        {
          ...progressHooks(status),
          signal: context.signal,
          onTrouble: (text) => status.line(text),
          onStart: (start) => {
            archive = start.archive;
            for (const line of startLines(start)) status.line(line);
          },
        },
      );
      status.clear();
      const result = { ...cycle, receipt: cycle.receipt && `${archive}/${cycle.receipt}` };
      print(context, result, cycleReport(cycle, nextSteps(result, directory, seed)));
    });
}

function progressHooks(status: StatusLine): Omit<EvolveHooks, "signal" | "onStart"> {
  const running = new Map<string, Progress>();
  return {
    onEvent: (event) => status.line(eventLine(event)),
    onAsk: (model, number) => status.line(`  asking ${model} for attempt ${number}`),
    onDelay: (line) => status.line(`  ${firstLine(line)}`),
    onClaim: (claim) => status.line(claimLine(claim)),
    onProgress: (training, progress) => {
      if (progress.step === progress.steps) running.delete(training);
      else running.set(training, progress);
      status.show(runningLine([...running.values()]));
    },
  };
}

function startLines({ id, material, archive, leftOut, looks, proposing, finished }: EvolveStart): string[] {
  const { corpus, commit, repository, split } = material;
  const size = `${corpus.bytes.toLocaleString("en")} bytes of text in ${corpus.files.length} files`;
  return [
    `cycle ${id}: ${repository.root} at ${commit.slice(0, 10)}, ${size}`,
    ...(leftOut ? [leftOut] : []),
    `held-out text${split.epoch === 0 ? "" : ` ${rotation(split.epoch)}`}: looked at ${looks} of ${LOOKS} times so far`,
    `proposals by ${proposing}`,
    ...(finished ? [`it ended in an earlier run: this is its result from ${archive}`] : []),
  ];
}

function rotation(epoch: number): string {
  return `number ${epoch + 1}, since what judged before was looked at often enough`;
}

function claimLine({ receipt, claim, branch }: CheckedClaim): string {
  const { outcome, reason, claimed, effect, pairs } = claim;
  const numbers = `${signed(claimed)} claimed, ${signed(effect)} on ${pairs} fresh pairs`;
  const revert = branch === null ? "" : `; the revert is prepared on branch ${branch}`;
  return `merged ${receipt}: ${outcome === "holds" ? "the claim holds" : "THE CLAIM DOES NOT HOLD"}, ${reason} (${numbers})${revert}`;
}

/** All trainings that run side by side, in one line. */
function runningLine(running: readonly Progress[]): string {
  const sum = (value: (progress: Progress) => number) =>
    running.reduce((total, progress) => total + value(progress), 0);
  const speed = Math.round(sum(({ tokensPerSecond }) => tokensPerSecond)).toLocaleString("en");
  const left = Math.max(0, ...running.map(({ secondsLeft }) => secondsLeft));
  const share = bar(
    sum(({ step, steps }) => step / steps),
    Math.max(1, running.length),
  );
  return `  ${running.length} training  ${share}  ${speed} tokens/s  ${duration(left)} left`;
}

type Lines = { readonly [K in CycleEvent["kind"]]: (event: Extract<CycleEvent, { readonly kind: K }>) => string };

const LINES: Lines = {
  baseline: ({ evaluations, noise }) =>
    `baseline      ${evaluations.map((one) => one.score.toFixed(4)).join(" ")}, between seeds ±${noise.deviation.toPrecision(2)}`,
  proposed: ({ number, proposal: { hypothesis, origin, instead } }) => {
    const failed = instead
      ? `  ${instead.asked} gave nothing usable: ${firstLine(instead.reason)}; the search steps in\n`
      : "";
    return `${failed}attempt ${number}     ${firstLine(hypothesis)}${origin ? ` (${firstLine(origin.model)})` : ""}`;
  },
  attempted: ({ attempt: { decision, reason, differences } }) =>
    `  ${decision}: ${firstLine(reason)} ${differences.map(signed).join(" ")}`.trimEnd(),
  pruned: ({ pruned, left }) => `pruned        ${pruned.join(" ")} contributed nothing; ${left} left`,
  confirming: ({ champion, pairs }) => `confirming    ${champion} on ${pairs} fresh paired seeds`,
  decided: ({ decision }) => `${decision.verdict}: ${sentence(decision)}`,
};

/** Some of these texts come from a language model: nothing hidden in them reaches a terminal. */
function firstLine(text: string): string {
  return oneLine(text.split("\n", 1)[0], 300);
}

function eventLine<K extends CycleEvent["kind"]>(event: Extract<CycleEvent, { readonly kind: K }>): string {
  const line: Lines[K] = LINES[event.kind];
  return line(event);
}

function nextSteps({ id, branch, receipt, baseCommit }: FinishedCycle, directory: string, seed: number): string[] {
  if (branch === null) {
    return [
      `Nothing better was found, and nothing was changed. To look elsewhere: --seed ${seed + 1}, or more --trainings.`,
    ];
  }
  return [
    "Look at it, replay it, merge it:",
    `  git -C ${directory} diff ${baseCommit.slice(0, 10)} ${branch}`,
    `  npm run axon -- report ${id} --repo ${directory} --html report.html`,
    `  npm run axon -- replay ${receipt} --repo ${directory}`,
    `  git -C ${directory} merge ${branch}`,
  ];
}
