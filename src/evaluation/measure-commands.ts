// One number from one version of a repository and one seed, by its own commands: they run in a sandbox, and AXON judges what they hand over.

import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Failure, Measurement } from "../candidate.js";
import type { CorpusFile } from "../data/corpus.js";
import { AxonError } from "../errors.js";
import type { Changes } from "../patch/index.js";
import { readHandedOver } from "../sandbox/handed-over.js";
import type { Mount, Outcome } from "../sandbox/request.js";
import { runSandboxed } from "../sandbox/run.js";
import type { BaseTree } from "../workspace/base-tree.js";
import { lastWords } from "../workspace/last-words.js";
import { materialise } from "../workspace/materialise.js";
import { WORKSPACE, type Prepared } from "../workspace/prepare.js";
import type { Allowance, Spent } from "./allowance.js";
import { reportedNumber } from "./reported-number.js";
import { startScoring } from "./scoring.js";

/** What a repository's commands are, and how their result is found. */
export interface Commands {
  readonly train: string | null;
  /** Null: the model that `train` hands over is scored on held-out bytes. */
  readonly objective: { readonly command: string; readonly file: string; readonly path: string } | null;
}

export interface CommandsRequest extends Commands {
  readonly tree: BaseTree;
  readonly changes: Changes;
  /** Files of which the commands get no more than the head. */
  readonly heads: ReadonlyMap<string, number>;
  readonly prepared: Prepared;
  /** Directory with the training side of the corpus. */
  readonly corpus: string;
  readonly heldOut: readonly CorpusFile[];
  readonly seed: number;
  /** Bytes that a training of the repository's own spec would read. */
  readonly tokens: number;
  readonly allowance: Allowance;
  /** Bytes that the commands may take together. */
  readonly memory: number;
  readonly threads: number;
  /** Empty scratch space. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** What the commands may leave behind and print. */
const BOUNDS = { processes: 256, fileBytes: 2 ** 29, diskBytes: 2 ** 30, outputBytes: 2 ** 24 } as const;

/** No spec explains the size of a model by foreign code. */
const MODEL_BYTES = 2 ** 28;
const REPORT_BYTES = 2 ** 20;

const [CORPUS, OUT] = ["/corpus", "/out"];

interface Run extends Spent {
  readonly peakMemory: number;
}

/** What the commands cannot do (end in time, hand over a good model or number) is a value; interruption and bugs throw. */
export async function measureByCommands(request: CommandsRequest): Promise<Measurement> {
  const { objective, seed, directory, signal } = request;
  const [workspace, out] = [join(directory, "workspace"), join(directory, "out")];
  for (const path of [workspace, out]) await mkdir(path);
  const { changes, heads, prepared } = request;
  // A report that is committed must not stand for one that was never written.
  const visible = objective ? new Map([...changes, [objective.file, null]]) : changes;
  await materialise(request.tree, { changes: visible, heads, links: prepared.links }, workspace);
  signal.throwIfAborted();
  const run = await runAll(request, workspace, out);
  if ("ok" in run) return run;
  const { seconds, cpuSeconds, peakMemory } = run;
  const judged = objective ? await reported(workspace, objective) : await scored(out, request);
  return judged.ok ? { seed, ...judged, seconds, cpuSeconds, peakMemory, training: null } : judged;
}

/** One command after the other, within one allowance. */
async function runAll(request: CommandsRequest, workspace: string, out: string): Promise<Run | Failure> {
  const { train, objective, allowance } = request;
  const mounts: readonly Mount[] = [
    { host: workspace, inside: WORKSPACE, writable: true },
    ...request.prepared.mounts,
    { host: request.corpus, inside: CORPUS, writable: false },
    { host: out, inside: OUT, writable: true },
  ];
  const environment = {
    AXON_SEED: String(request.seed),
    AXON_TOKENS: String(request.tokens),
    AXON_CORPUS: CORPUS,
    AXON_OUT: OUT,
  };
  let spent: Run = { seconds: 0, cpuSeconds: 0, peakMemory: 0 };
  for (const command of [train, objective?.command ?? null].filter((one) => one !== null)) {
    const outcome = await runSandboxed({
      command: ["/bin/sh", "-c", command],
      mounts,
      environment,
      directory: WORKSPACE,
      limits: {
        ...BOUNDS,
        memoryBytes: request.memory,
        wallSeconds: allowance.wallSeconds - spent.seconds,
        cpuSeconds: allowance.cpuSeconds - spent.cpuSeconds,
      },
      signal: request.signal,
    });
    if (!outcome.ok) return failed(outcome, command === train ? "training" : "objective's");
    spent = {
      seconds: spent.seconds + outcome.seconds,
      cpuSeconds: spent.cpuSeconds + outcome.cpuSeconds,
      peakMemory: Math.max(spent.peakMemory, outcome.peakMemory),
    };
  }
  return spent;
}

function failed(outcome: Extract<Outcome, { ok: false }>, which: string): Failure {
  const { code, reason } = outcome;
  if (code === "interrupted") throw new AxonError("interrupted", "the work was interrupted");
  if (code === "sandbox") return { ok: false, code: "no-sandbox", reason: `unevaluated: ${reason}` };
  return { ok: false, code: `command-${code}`, reason: `the ${which} command failed: ${reason}${lastWords(outcome)}` };
}

type Judged = Pick<Extract<Measurement, { ok: true }>, "ok" | "score" | "model"> | Failure;

async function scored(out: string, { heldOut, threads, signal }: CommandsRequest): Promise<Judged> {
  const handed = await readHandedOver(out, "model.onnx", MODEL_BYTES);
  if (!handed.ok) {
    return {
      ok: false,
      code: "no-model",
      reason: `the training command must write $AXON_OUT/model.onnx: ${handed.reason}`,
    };
  }
  const model = handed.bytes;
  const score = await startScoring({ model, heldOut, threads, maxBytes: MODEL_BYTES, foreign: true }, signal);
  if (!score.ok) return score;
  const { bitsPerByte, parameters, secondsPerByte } = score;
  const sha256 = createHash("sha256").update(model).digest("hex");
  return { ok: true, score: bitsPerByte, model: { sha256, parameters, secondsPerByte } };
}

async function reported(workspace: string, { file, path }: NonNullable<Commands["objective"]>): Promise<Judged> {
  const number = reportedNumber(await readHandedOver(workspace, file, REPORT_BYTES), path);
  if (number.ok) return { ok: true, score: number.value, model: null };
  return {
    ok: false,
    code: "no-number",
    reason: `the objective's command must write a number to ${file}: ${number.reason}`,
  };
}
