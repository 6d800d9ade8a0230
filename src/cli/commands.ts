// One function per command: its options, its progress, its result. No logic.

import { Option, type Command } from "commander";
import { evaluateModel, trainModel } from "../wire/train.js";
import { patchDirectory, type PatchError, type PatchReport } from "../wire/patch.js";
import { replay, TOLERANCE } from "../wire/replay.js";
import { whole } from "./arguments.js";
import { print, trainingLine, type Context } from "./output.js";
import { bar, duration, StatusLine } from "./status-line.js";

export function trainCommand(program: Command, context: Context): void {
  program
    .command("train")
    .description("train the model a spec describes on text, and score it on the part held out")
    .requiredOption("--spec <file>", "what to train: a spec.yml")
    .requiredOption("--corpus <path...>", "text files and folders to learn from")
    .requiredOption("--out <dir>", "where the checkpoint goes")
    .option("--tokens <n>", "bytes to see in all", whole(1), 1_000_000)
    .option("--seed <n>", "of parameters and data order", whole(0), 1)
    .option("--threads <n>", "default: one per core", whole(1))
    .option("--memory <mib>", "refuse to start what takes more on the CPU; default: all there is", whole(1))
    .addOption(
      new Option("--device <name>", "what computes: webgpu is a GPU").choices(["cpu", "webgpu"]).default("cpu"),
    )
    .addOption(new Option("--init <dir>", "start from the parameters of this checkpoint").conflicts("resume"))
    .option("--resume <dir>", "go on with the training of this checkpoint, bit for bit")
    .option("--json", "print one JSON object")
    .action(async (options: TrainFlags) => {
      const status = new StatusLine(process.stderr);
      context.advise(
        `the last checkpoint stays in ${options.out}; to go on: --resume ${options.out} with the same options`,
      );
      const { threads = null, memory = null, init = null, resume = null } = options;
      const report = await trainModel(
        { ...options, threads, memory, init, resume },
        {
          signal: context.signal,
          onStart: ({ training, heldOut, mode }, leftOut) => {
            status.line(`training on ${describe(training)}, held out ${describe(heldOut)} (${SPLIT_MODES[mode]})`);
            if (leftOut) status.line(leftOut);
          },
          onProgress: (progress) => status.show(trainingLine(progress)),
        },
      );
      status.clear();
      if (report.stopped) {
        status.line(`stopped at step ${report.steps}; to go on: --resume ${options.out} with the same options`);
        context.exit(130);
      }
      print(context, report, trainingText(report, options.out));
    });
}

interface TrainFlags {
  readonly spec: string;
  readonly corpus: readonly string[];
  readonly out: string;
  readonly tokens: number;
  readonly seed: number;
  readonly threads?: number;
  readonly memory?: number;
  readonly device: "cpu" | "webgpu";
  readonly init?: string;
  readonly resume?: string;
}

const SPLIT_MODES = { clusters: "whole files", tail: "the last tenth of every file", none: "nothing" } as const;

function describe(files: readonly { readonly bytes: Uint8Array }[]): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  return `${bytes.toLocaleString("en")} bytes of ${files.length} ${files.length === 1 ? "file" : "files"}`;
}

function trainingText(report: Awaited<ReturnType<typeof trainModel>>, out: string): string {
  const { steps, tokens, parameters, seconds, tokensPerSecond, trainLoss, validation } = report;
  return [
    `steps        ${steps} (${tokens.toLocaleString("en")} tokens)`,
    `parameters   ${parameters.toLocaleString("en")}`,
    `time         ${duration(seconds)} (${Math.round(tokensPerSecond).toLocaleString("en")} tokens/s)`,
    `train loss   ${Number.isNaN(trainLoss) ? "none yet" : `${trainLoss.toFixed(4)} nats per byte`}`,
    ...(validation
      ? [`held out     ${validation.bitsPerByte.toFixed(4)} bits per byte over ${validation.bytes} bytes`]
      : []),
    `checkpoint   ${out}`,
  ].join("\n");
}

export function evaluateCommand(program: Command, context: Context): void {
  program
    .command("evaluate")
    .description("score any model.onnx that keeps the model contract on all bytes of the given text")
    .argument("<model>", "an .onnx file")
    .requiredOption("--corpus <path...>", "text files and folders to score on")
    .option("--json", "print one JSON object")
    .action(async (model: string, { corpus }: { readonly corpus: readonly string[] }) => {
      const { bitsPerByte, bytes, causal, parameters } = await evaluateModel(model, corpus, {
        signal: context.signal,
        onWarning: (warning) => process.stderr.write(`warning: ${warning}\n`),
      });
      const text = `${bitsPerByte.toFixed(4)} bits per byte over ${bytes} bytes, causal, ${parameters} parameters`;
      print(context, { bitsPerByte, bytes, causal, parameters }, text);
    });
}

export function patchCommand(program: Command, context: Context): void {
  program
    .command("patch")
    .description(
      "check a unified diff against a directory, and apply it with --write: all of it or nothing. " +
        "In a git repository with .github/axon.yml at HEAD, only the paths may change that its evolve.paths name; elsewhere all that are not protected",
    )
    .argument("<diff>", "a file with a unified diff, as an LLM may have written it")
    .option("--dir <dir>", "the directory it applies to", ".")
    .option("--write", "change the files")
    .option("--json", "print one JSON object")
    .action(async (diff: string, { dir, write = false }: { readonly dir: string; readonly write?: boolean }) => {
      const result = await patchDirectory(diff, dir, write);
      if (!result.ok) context.exit(2);
      print(context, result, patchText(result, write));
    });
}

function patchText(report: PatchReport, write: boolean): string {
  if (!report.ok) return refusalText(report.error);
  const lines = report.files.map(({ path, action, added, removed }) => `${action} ${path} (+${added} -${removed})`);
  return [...lines, write ? "written" : "it applies; nothing was written (--write does)"].join("\n");
}

function refusalText({ code, message, others = [] }: PatchError): string {
  if (others.length === 0) return `refused (${code}): ${message}`;
  const all = [{ code, message }, ...others].map((one) => `- ${one.code}: ${one.message}`);
  return [`refused, ${all.length} things have to be mended:`, ...all].join("\n");
}

interface ReplayFlags {
  readonly repo: string;
  readonly privateCorpus?: readonly string[];
  readonly prepareNetwork?: boolean;
}

export function replayCommand(program: Command, context: Context): void {
  program
    .command("replay")
    .description(
      "train a receipt again; exit 0 only if every digit agrees (on another kind of processor: within a tolerance)",
    )
    .argument("<receipt>", "a receipt that evolve wrote")
    .option("--repo <dir>", "the repository it belongs to", ".")
    .option("--private-corpus <path...>", "the text it was scored on, where it was not the repository's")
    .option("--prepare-network", "let the repository's prepare command use the network")
    .option("--json", "print one JSON object")
    .action(async (receipt: string, flags: ReplayFlags) => {
      const status = new StatusLine(process.stderr);
      const { repo: directory, privateCorpus = null, prepareNetwork = false } = flags;
      const { differences, exact } = await replay(
        receipt,
        { directory, privateCorpus, prepareNetwork },
        {
          signal: context.signal,
          onStart: (recorded, sameKind) => {
            status.line(`replaying ${2 * recorded.pairs.length} trainings of receipt ${recorded.id}`);
            if (!sameKind) status.line(otherKind(recorded.runtime.cpu));
          },
          onTrained: (done, of) => status.line(`${bar(done, of)}  ${done} of ${of} trainings`),
        },
      );
      const ok = differences.length === 0;
      if (!ok) context.exit(3);
      const lines = differences.map(
        ({ where, recorded, replayed }) => `${where}: recorded ${recorded}, replayed ${replayed}`,
      );
      const agreed = exact ? "every digit agrees" : `every number agrees within ${TOLERANCE} of itself`;
      print(context, { ok, exact, differences }, ok ? agreed : lines.join("\n"));
    });
}

function otherKind(cpu: string): string {
  return `the receipt was made on another kind of processor (${cpu}), which rounds otherwise: numbers are compared within ${TOLERANCE} of themselves, counts exactly`;
}
