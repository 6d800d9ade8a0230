#!/usr/bin/env node
// The command `axon`: says what can be typed, and turns failures into messages and exit codes. The work is in wire/.

import { readFileSync } from "node:fs";
import { Command, CommanderError, type OutputConfiguration } from "commander";
import { evaluateCommand, patchCommand, replayCommand, trainCommand } from "./cli/commands.js";
import { doctorCommand } from "./cli/doctor.js";
import { evolveCommand } from "./cli/evolve.js";
import { profileCommand } from "./cli/profile.js";
import { llmCheckCommand, proposeCommand } from "./cli/propose.js";
import { reportCommand } from "./cli/report.js";
import { sampleCommand } from "./cli/sample.js";
import { lineageCommand, whyCommand } from "./cli/story.js";
import { serveCommand } from "./cli/serve.js";
import { AxonError, InputError } from "./errors.js";

const EXIT = { done: 0, failed: 1, refused: 2, interrupted: 130 } as const;

const COMMANDS = [
  trainCommand,
  evaluateCommand,
  sampleCommand,
  patchCommand,
  evolveCommand,
  replayCommand,
  reportCommand,
  proposeCommand,
  llmCheckCommand,
  lineageCommand,
  whyCommand,
  serveCommand,
  profileCommand,
  doctorCommand,
] as const;

const json = process.argv.includes("--json");

async function main(): Promise<number> {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  const program = new Command("axon")
    .description("Evolves a repository through changes it can prove.")
    .version(version)
    .addHelpText(
      "after",
      "\nHuman text goes to stderr, results to stdout.\nExit codes: 0 done, 1 failed, 2 input refused, 3 replay differs, 130 interrupted.",
    );
  let code: number = EXIT.done;
  let advice = "nothing that was finished is lost; run the same command again to go on";
  const interruption = new AbortController();
  process.once("SIGINT", () => interruption.abort());
  process.once("SIGTERM", () => interruption.abort());
  process.stdout.on("error", () => interruption.abort()); // whoever read it has left, as `head` does
  const context = {
    signal: interruption.signal,
    json,
    exit: (value: number) => (code = value),
    advise: (text: string) => (advice = text),
  };
  for (const add of COMMANDS) add(program, context);
  for (const command of [program, ...program.commands]) command.exitOverride().configureOutput(OUTPUT);
  try {
    await program.parseAsync();
    return code;
  } catch (error) {
    return interruption.signal.aborted ? interrupted(advice) : failed(error);
  }
}

/** Usage errors are told by `failed`, so that --json has a single answer. */
const OUTPUT: OutputConfiguration = { outputError: (text, write) => json || write(text) };

function interrupted(advice: string): number {
  const message = `interrupted: ${advice}`;
  tell({ code: "interrupted", message });
  return EXIT.interrupted;
}

function failed(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done; // --help, --version
    if (json) tell({ code: "usage", message: error.message });
    return EXIT.refused;
  }
  if (error instanceof AxonError) {
    tell({ code: error.code, message: error.message, ...error.place });
    return error instanceof InputError ? EXIT.refused : EXIT.failed;
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  tell({ code: "bug", message: `this is a bug in AXON: ${message}` });
  return EXIT.failed;
}

function tell(error: { readonly code: string; readonly message: string }): void {
  if (json) process.stdout.write(`${JSON.stringify({ ok: false, error })}\n`);
  else process.stderr.write(`axon: ${error.message}\n`);
}

process.exitCode = await main();
