// The command `axon sample`: its options, the text as it comes, its pace.

import type { Command } from "commander";
import { sampleCheckpoint } from "../wire/sample.js";
import { atLeast, whole } from "./arguments.js";
import { print, type Context } from "./output.js";
import { StatusLine } from "./status-line.js";

interface SampleFlags {
  readonly prompt: string;
  readonly tokens: number;
  readonly seed: number;
  readonly temperature: number;
  readonly threads: number;
}

export function sampleCommand(program: Command, context: Context): void {
  program
    .command("sample")
    .description("let a trained model go on from a prompt; the text comes byte by byte, without the prompt")
    .argument("<dir>", "a checkpoint that train wrote")
    .requiredOption("--prompt <text>", "what the text goes on from; an empty one stands for a line break")
    .requiredOption("--tokens <n>", "bytes to generate", whole(1))
    .option("--seed <n>", "of the choice among likely bytes", whole(0), 1)
    .option(
      "--temperature <t>",
      "0 takes the likeliest byte, 1 the model's own chances, more is bolder",
      atLeast(0),
      0.8,
    )
    .option("--threads <n>", "byte by byte, more of them seldom help", whole(1), 1)
    .option("--json", "print one JSON object")
    .action(async (directory: string, options: SampleFlags) => {
      const status = new StatusLine(process.stderr);
      const report = await sampleCheckpoint(
        { ...options, directory },
        {
          signal: context.signal,
          onStart: (prompt, seen) => {
            if (prompt > seen) status.line(`of the prompt's ${prompt} bytes, the model reads the last ${seen}`);
          },
          onText: (text) => context.json || process.stdout.write(text),
        },
      );
      if (context.json || process.stdout.isTTY) print(context, report, ""); // in a terminal, the line's end
      const { tokens, seconds, tokensPerSecond } = report;
      const pace = `${Math.round(tokensPerSecond).toLocaleString("en")} tokens/s`;
      status.line(`${tokens.toLocaleString("en")} tokens in ${seconds.toFixed(1)} s, ${pace}`);
      if (tokens < options.tokens) context.exit(130);
    });
}
