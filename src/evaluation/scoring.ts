// Starts the scoring process, in a sandbox wherever one works, and believes no answer before it has been checked: a model that takes that
// process over must reach nothing else.

import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { AxonError, InputError } from "../errors.js";
import { availableMemory } from "../machine.js";
import { sandboxCapability } from "../sandbox/capability.js";
import type { EndCode, Limits, Mount, Outcome } from "../sandbox/request.js";
import { runPlain, runSandboxed } from "../sandbox/run.js";
import type { Score, ScoreRequest } from "./scorer.js";
import { refusal } from "./scorer/contract.js";
import { encodeRequest } from "./scoring-request.js";

const worker = createRequire(import.meta.url).resolve("#scoring-worker");

const measured = z.number().finite();
const count = z.number().int().nonnegative();

const scored = z.strictObject({
  ok: z.literal(true),
  bitsPerByte: measured.nonnegative(),
  bytes: count,
  causal: z.literal(true),
  parameters: count,
  context: count,
  windows: count,
  proof: z.strictObject({ cuts: count, largestDifference: measured, detectableShare: measured }),
  secondsPerByte: measured.nonnegative(),
});

const [code, text] = [z.string().max(100), z.string()];

const answers = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("score"),
    score: z.union([scored, z.strictObject({ ok: z.literal(false), code, reason: text })]),
  }),
  z.strictObject({ kind: z.literal("failure"), input: z.boolean(), code, message: text }),
]);

export type ScoringAnswer = z.infer<typeof answers>;

export interface ScoringRequest extends ScoreRequest {
  /** The model was made by code that is not ours: it is scored in a sandbox or not at all. */
  readonly foreign: boolean;
}

/**
 * Scores the bytes of a model.onnx in a process of its own.
 * What a foreign model does to that process is a refusal: `no-sandbox`, `timed-out`, `out-of-memory` or `scorer-crashed`.
 * @throws InputError `empty-held-out`; AxonError `interrupted`; AxonError `child-crashed` when scoring a model of our own ends without an answer.
 */
export async function startScoring(request: ScoringRequest, signal?: AbortSignal): Promise<Score> {
  return scoreWithin(scoringLimits(request), request, signal);
}

/** `startScoring` with other limits. */
export async function scoreWithin(limits: Limits, request: ScoringRequest, signal?: AbortSignal): Promise<Score> {
  const capability = await sandboxCapability();
  if (!capability.works && request.foreign) {
    return refusal(
      "no-sandbox",
      `foreign models are scored in a sandbox only: ${capability.reason}; ${capability.remedy}`,
    );
  }
  let said = "";
  const options = {
    command: [process.execPath, worker],
    input: encodeRequest(request),
    signal,
    limits,
    onOutput: (part: string, from: "stdout" | "stderr") => void (from === "stdout" && (said += part)),
  };
  const outcome = capability.works
    ? await runSandboxed({ ...options, mounts: packageMounts(), environment: {} })
    : await runPlain(options);
  return outcome.ok ? readAnswer(said, request) : failed(outcome, request);
}

/**
 * Far above what scoring takes, so that only a model gone wild meets them:
 * - seconds = 60 + bytes of text · (1 ms + 0.3 ns · bytes of the model): the scoring and its proof compute some 5 FLOPs per parameter
 *   and byte of text, which is 4 GFLOP/s; a core of a laptop does ten times that;
 * - memory = 4 GiB + 8 · bytes of the model + 4 · bytes of text, as far as there is that much: ONNX Runtime holds a model up to three times,
 *   and attention over the longest context takes 64 MiB per head and row. Models of our own may have all there is.
 */
export function scoringLimits({ model, heldOut, threads, foreign }: ScoringRequest): Limits {
  const bytes = heldOut.reduce((sum, file) => sum + file.bytes.length, 0);
  const memory = foreign ? 2 ** 32 + 8 * model.length + 4 * bytes : Infinity;
  const wallSeconds = 60 + bytes * (1e-3 + 0.3e-9 * model.length);
  return {
    wallSeconds,
    cpuSeconds: wallSeconds * threads,
    memoryBytes: Math.min(availableMemory(), memory),
    processes: 64 + threads,
    fileBytes: 2 ** 20,
    diskBytes: 2 ** 20,
    outputBytes: 2 ** 18,
  };
}

/** Our own code and the packages it loads, wherever above it they were installed. */
function packageMounts(): Mount[] {
  const root = dirname(dirname(dirname(worker)));
  const packages = ancestors(root).map((folder) => join(folder, "node_modules"));
  const paths = [join(root, "package.json"), join(root, "dist"), ...packages];
  return paths.filter((path) => existsSync(path)).map((path) => ({ host: path, inside: path, writable: false }));
}

function ancestors(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}

/**
 * What the scoring process printed, checked. Native libraries may have printed too; the answer is the last line.
 * @throws InputError or AxonError that the scorer has thrown; AxonError `child-crashed` for no answer about a model of our own.
 */
export function readAnswer(said: string, { foreign, heldOut }: ScoringRequest): Score {
  const answer = answers.safeParse(parsed(said.trimEnd().split("\n").at(-1) ?? ""));
  const bytes = heldOut.reduce((sum, file) => sum + file.bytes.length, 0);
  if (!answer.success) return crashed("it gave no answer that makes sense", foreign);
  if (answer.data.kind === "score") {
    const { score } = answer.data;
    return score.ok && score.bytes !== bytes ? crashed("it scored other text than was given", foreign) : score;
  }
  const { input, code: known, message } = answer.data;
  throw input ? new InputError(known, message) : new AxonError(known, message);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const REFUSALS: Partial<Record<EndCode, string>> = { timeout: "timed-out", cpu: "timed-out", memory: "out-of-memory" };

function failed({ code: how, reason, output }: Extract<Outcome, { ok: false }>, { foreign }: ScoringRequest): Score {
  if (how === "interrupted") throw new AxonError("interrupted", "the work was interrupted");
  const refused = REFUSALS[how];
  if (foreign && refused) return refusal(refused, `scoring the model was ended: ${reason}`);
  return crashed(`${reason}${output === "" ? "" : `: ${output.trim().slice(-500)}`}`, foreign);
}

function crashed(reason: string, foreign: boolean): Score {
  if (foreign) return refusal("scorer-crashed", `the scoring process failed on the model: ${reason}`);
  throw new AxonError("child-crashed", `the scoring process failed: ${reason}`);
}
