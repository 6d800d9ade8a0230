// The command `axon report`: its options and its answer.

import type { Command } from "commander";
import { reportCycle } from "../wire/report.js";
import { print, type Context } from "./output.js";

interface ReportFlags {
  readonly repo: string;
  readonly html?: string;
}

export function reportCommand(program: Command, context: Context): void {
  program
    .command("report")
    .description("the evidence of a cycle as Markdown for GitHub, and as one HTML page with plots")
    .argument("[cycle]", "its id, or how that begins (default: the cycle that ended last)")
    .option("--repo <dir>", "the git repository that was evolved", ".")
    .option("--html <file>", "write the page too")
    .option("--json", "print one JSON object")
    .action(async (cycle: string | undefined, { repo, html }: ReportFlags) => {
      const report = await reportCycle({ directory: repo, cycle: cycle ?? "", html: html ?? null });
      print(context, report, report.markdown.trimEnd());
    });
}
