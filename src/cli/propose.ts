// The commands `axon propose` and `axon llm-check`: their options and their answers.

import type { Command } from "commander";
import type { ModelCost } from "../candidate.js";
import { visible } from "../report/escape.js";
import { aligned } from "../report/table.js";
import type { ModelCheck } from "../models/check-models.js";
import type { ProposeReport } from "../models/propose-once.js";
import { checkLanguageModels, propose } from "../wire/propose.js";
import { print, type Context } from "./output.js";
import { StatusLine } from "./status-line.js";

/** To who interrupts. */
const UNKEPT = "no answer was kept, and what was asked for is paid for";

interface ProposeFlags {
  readonly repo: string;
  readonly hint?: string;
  readonly dryRun?: boolean;
}

export function proposeCommand(program: Command, context: Context): void {
  program
    .command("propose")
    .description(
      "ask a language model for one change and see whether it applies; writes down what it cost and trains nothing",
    )
    .option("--repo <dir>", "the git repository", ".")
    .option("--hint <text>", "what you would like to be tried")
    .option("--dry-run", "show what would be sent and what it may cost, and send nothing")
    .option("--json", "print one JSON object")
    .action(async ({ repo: directory, hint, dryRun = false }: ProposeFlags) => {
      const status = new StatusLine(process.stderr);
      if (!dryRun) status.line("asking; an answer can take a minute");
      const say = (line: string) => status.line(visible(line));
      context.advise(UNKEPT);
      const report = await propose({ directory, hint: hint ?? null, dryRun }, { signal: context.signal, say });
      if (!report.ok) context.exit(1);
      print(context, report, dryRun ? dryText(report) : answeredText(report));
    });
}

export function llmCheckCommand(program: Command, context: Context): void {
  program
    .command("llm-check")
    .description("find out whether the models of AXON_MODEL are good enough: five small tasks, for a cent or so")
    .option("--json", "print one JSON object")
    .action(async () => {
      const status = new StatusLine(process.stderr);
      context.advise(UNKEPT);
      const check = await checkLanguageModels(".", {
        signal: context.signal,
        onTask: (model, task, number, of) => status.line(`${model}: task ${number} of ${of}, ${task}`),
        say: (line) => status.line(visible(line)),
      });
      if (!check.ok) context.exit(1);
      print(context, check, check.models.flatMap((model) => checkLines(model, check.host)).join("\n"));
    });
}

function dryText({ model, host, prompt, estimate }: ProposeReport): string {
  const { messages, inputTokens, leftOut, version } = prompt;
  return [
    ...messages.map(({ role, content }) => `--- ${role} ---\n${visible(content)}`),
    "---",
    ...leftOut.map((reason) => `left out  ${visible(reason)}`),
    `prompt    version ${version}, ${inputTokens.toLocaleString("en")} tokens, for ${model} at ${host}`,
    `cost      ${dollarsText(estimate.usual)} for a usual answer, at most ${dollarsText(estimate.most)}`,
    "nothing was sent",
  ].join("\n");
}

function answeredText({ model, host, rounds, proposal, reason, cost, prompt }: ProposeReport): string {
  return [
    ...prompt.leftOut.map((line) => `left out    ${visible(line)}`),
    ...rounds.flatMap(({ answer, problem }, i) => [
      `--- answer ${i + 1} of ${model} at ${host} ---`,
      visible(answer ?? "none"),
      problem === null ? "it applies" : `refused: ${visible(problem)}`,
    ]),
    "---",
    ...(proposal ? [`hypothesis  ${visible(proposal.hypothesis)}`, visible(proposal.diff)] : []),
    proposal ? "it applies; nothing was written" : `no proposal: ${visible(reason ?? "")}`,
    ...(cost ? [`cost        ${costText(cost)}`] : []),
  ].join("\n");
}

function checkLines({ model, tasks, verdict, format, latency, cost }: ModelCheck, host: string): string[] {
  const rows = tasks.map(({ task, applies, right, cost: { requests, seconds }, reason }) => [
    task,
    right ? "right" : applies ? "applies, but is not what was asked for" : "no diff that applies",
    `${requests} ${requests === 1 ? "request" : "requests"}`,
    `${seconds.toFixed(1)} s`,
    visible(reason ?? "")
      .split("\n")[0]
      .slice(0, 100),
  ]);
  return [
    `${model} at ${host}`,
    ...aligned([["task", "", "", "", ""], ...rows]),
    `format   ${format === "json_schema" ? "a JSON schema, as asked for" : `${format}: it knows no JSON schema, so the prompt says it`}`,
    ...(latency ? [`latency  ${latency.median.toFixed(1)} s per task, ${latency.slowest.toFixed(1)} s at most`] : []),
    `cost     ${costText(cost)}`,
    `verdict  ${visible(verdict)}`,
    "",
  ];
}

function costText({ requests, inputTokens, outputTokens, dollars }: ModelCost): string {
  const tokens = `${inputTokens.toLocaleString("en")} tokens in, ${outputTokens.toLocaleString("en")} out`;
  return `${requests} ${requests === 1 ? "request" : "requests"}, ${tokens}, ${dollarsText(dollars)}`;
}

function dollarsText(dollars: number | null): string {
  return dollars === null ? "of unknown price (AXON_MODEL_PRICES says it)" : `$${dollars.toFixed(4)}`;
}
