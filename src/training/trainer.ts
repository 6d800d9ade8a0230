// The training loop: batches in, steps, a checkpoint out. It blocks its process: see worker.ts.

import { createBatches, type Batches } from "../data/batches.js";
import { digest, type CorpusFile } from "../data/corpus.js";
import { InputError } from "../errors.js";
import { learningRateAt } from "../optimizer/schedule.js";
import { fingerprint, type Spec } from "../spec.js";
import { flopsPerToken, initialParameters, parameterCount, parameterLayout } from "../transformer/parameters.js";
import {
  holdsCheckpoint,
  json,
  readCheckpoint,
  readParameters,
  writeCheckpoint,
  writeTogether,
  type TrainingIdentity,
} from "../checkpoint/checkpoint.js";
import { givenUp } from "../statistics/catch-up.js";
import { Clock } from "./clock.js";
import { planOf } from "../optimizer/sections.js";
import { decoderObjective } from "./decoder-objective.js";
import { dropoutMasks } from "./dropout.js";
import { LossLog, partsOf } from "./loss-log.js";
import { checkMemory } from "./memory.js";
import { openSteps } from "./open-steps.js";
import { initialState, type TrainingState } from "../optimizer/state.js";
import type { Device, Step, StepResult, Steps } from "./steps.js";

export interface TrainingRequest {
  readonly spec: Spec;
  /** The training side of the corpus. */
  readonly files: readonly CorpusFile[];
  /** Bytes to see in all; rounded down to whole steps. */
  readonly tokens: number;
  readonly seed: number;
  readonly threads: number;
  /** Bytes it may take on the CPU; without it nobody counts. */
  readonly memory?: number;
  /** The CPU, unless said otherwise. */
  readonly device?: Device;
  /** Gets the checkpoint, metrics.json and loss.jsonl. */
  readonly directory: string;
  /** Seconds between checkpoints on the way; without it only the last one is written. */
  readonly checkpointSeconds?: number;
  /** A checkpoint directory to start the parameters from. */
  readonly initial?: string;
  /** A checkpoint directory of this very training to go on from. */
  readonly resume?: string;
  /** Curve of the training it is compared with: once it cannot catch up any more, it is given up. */
  readonly reference?: readonly number[];
}

export interface Progress {
  /** Steps done. */
  readonly step: number;
  readonly steps: number;
  /** Nats per byte of the last step's batch. */
  readonly loss: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
  readonly tokensPerSecond: number;
  readonly secondsLeft: number;
}

export interface TrainingMetrics {
  readonly steps: number;
  readonly tokens: number;
  readonly flops: number;
  readonly parameters: number;
  readonly seconds: number;
  /** Tokens ÷ time of the steps after the third of this run. */
  readonly tokensPerSecond: number;
  /** Mean loss of the last tenth of the steps, in nats per byte. */
  readonly trainLoss: number;
  /** Mean loss over each of up to 32 equal parts of the steps, in nats per byte. */
  readonly curve: readonly number[];
  /** Of this run, over all threads. */
  readonly cpuSeconds: number;
  /** Most memory this run ever took, in bytes. */
  readonly peakMemory: number;
}

export type TrainingResult =
  | { readonly ok: true; readonly stopped: boolean; readonly metrics: TrainingMetrics }
  | { readonly ok: false; readonly code: "diverged" | "hopeless"; readonly step: number; readonly reason: string };

interface Hooks {
  /** Called after every run, which is one step or several. */
  readonly onProgress: (progress: Progress) => void;
  /** Asked before every run; true ends the training with a checkpoint. */
  readonly stopped: () => boolean;
}

/** Steps that a budget of tokens pays for. @throws InputError `budget` when it is not even one. */
function stepsFor(spec: Spec, tokens: number): number {
  const perStep = spec.training.batch * spec.architecture.context;
  if (Number.isSafeInteger(tokens) && tokens >= perStep) return Math.floor(tokens / perStep);
  throw new InputError("budget", `a budget of ${tokens} tokens is less than one step of batch × context = ${perStep}`);
}

/**
 * Trains to the end of the budget, or until `stopped`. The same request gives the same bits on the same machine and
 * number of threads, whether in one run or resumed.
 * @throws InputError when corpus, budget or checkpoint do not fit the spec.
 */
export async function train(request: TrainingRequest, hooks: Hooks): Promise<TrainingResult> {
  const { spec, files, seed } = request;
  const identity: TrainingIdentity = {
    spec,
    seed,
    steps: stepsFor(spec, request.tokens),
    corpusSha256: digest(files),
  };
  const { context } = spec.architecture;
  const { batch, streams } = spec.training;
  const batches = createBatches(files, { context, batch, seed, stream: streams.order });
  const { start, steps } = await openTraining(request, identity);
  try {
    return await trainFrom({ start, steps, batches, identity }, request, hooks);
  } finally {
    await steps.close();
  }
}

interface OpenTraining {
  /** Steps done before. */
  readonly start: number;
  readonly steps: Steps;
  readonly batches: Batches;
  readonly identity: TrainingIdentity;
}

async function trainFrom(
  { start, steps, batches, identity }: OpenTraining,
  { spec, seed, directory, resume, checkpointSeconds, reference }: TrainingRequest,
  hooks: Hooks,
): Promise<TrainingResult> {
  let done = start;
  const log = await LossLog.open(resume, done);
  const clock = new Clock(spec.training.batch * spec.architecture.context);
  const stepAt = (step: number): Step => ({
    batch: { ...batches.next(step), ...dropoutMasks(spec, seed, step) },
    learningRate: learningRateAt(step, identity.steps, spec.optimizer),
  });
  const comparable = reference?.length === partsOf(identity.steps) ? reference : undefined;
  let saved = performance.now();
  const save = async () => {
    await writeCheckpoint(directory, identity, await steps.state(), log.file());
    saved = performance.now();
  };
  // So that a training killed early can be resumed, unless there is something to resume already.
  if (checkpointSeconds !== undefined && done === 0 && !(await holdsCheckpoint(directory))) await save();
  while (done < identity.steps && !hooks.stopped()) {
    const count = Math.min(clock.stepsPerRun(), identity.steps - done);
    const next = Array.from({ length: count }, (_, i) => stepAt(done + i));
    const results = await steps.run(next);
    const broken = results.findIndex(({ loss, gradientNorm }) => !Number.isFinite(loss + gradientNorm));
    if (broken >= 0) return diverged(done + broken + 1, results[broken], next[broken]);
    clock.tick(count);
    results.forEach(({ loss }, i) => log.add(done + i + 1, loss, next[i].learningRate));
    done += count;
    const hopeless = comparable && givenUp(log.curve(identity.steps), comparable);
    if (hopeless !== undefined) return { ok: false, code: "hopeless", step: done, reason: hopeless };
    const { learningRate } = next[count - 1];
    const pace = clock.pace(identity.steps - done);
    hooks.onProgress({ step: done, steps: identity.steps, ...results[count - 1], learningRate, ...pace });
    if (performance.now() - saved > 1000 * (checkpointSeconds ?? Infinity)) await save();
    await new Promise(setImmediate); // lets messages in: a run blocks the event loop
  }
  await save();
  const metrics = {
    ...size(spec, done),
    ...clock.metrics(),
    ...usage(),
    trainLoss: log.tail(),
    curve: log.curve(done),
  };
  await writeTogether(directory, { "metrics.json": () => json(metrics) });
  return { ok: true, stopped: done < identity.steps, metrics };
}

function size(spec: Spec, steps: number): Pick<TrainingMetrics, "steps" | "tokens" | "flops" | "parameters"> {
  const tokens = steps * spec.training.batch * spec.architecture.context;
  return { steps, tokens, flops: tokens * flopsPerToken(spec), parameters: parameterCount(spec) };
}

/** Of this process, which has trained nothing else. */
function usage(): Pick<TrainingMetrics, "cpuSeconds" | "peakMemory"> {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMemory: 1024 * maxRSS };
}

function diverged(step: number, { loss, gradientNorm }: StepResult, { learningRate }: Step): TrainingResult {
  const what = Number.isFinite(loss) ? `the gradient norm became ${gradientNorm}` : `the loss became ${loss}`;
  const reason = `${what} at step ${step} with learning rate ${learningRate}: lower it or lengthen the warm-up`;
  return { ok: false, code: "diverged", step, reason };
}

/** Nothing here keeps the starting state: it is the steps' own, and as large as the model. */
async function openTraining(
  request: TrainingRequest,
  identity: TrainingIdentity,
): Promise<Pick<OpenTraining, "start" | "steps">> {
  const { spec, threads, memory = Infinity, device = "cpu" } = request;
  const { batch } = spec.training;
  const options = { objective: decoderObjective(spec), plan: planOf(spec), batch, threads, device };
  if (device === "cpu") checkMemory(options, memory);
  const state = await startingState(request, identity);
  return { start: state.step, steps: await openSteps(options, state) };
}

async function startingState(request: TrainingRequest, identity: TrainingIdentity): Promise<TrainingState> {
  if (request.resume !== undefined) {
    const found = await readCheckpoint(request.resume);
    const differs = (["seed", "steps", "corpusSha256"] as const).find((key) => found.identity[key] !== identity[key]);
    if (differs) {
      const [was, is] = [found.identity[differs], identity[differs]];
      throw new InputError(
        "resume",
        `the checkpoint in ${request.resume} has another ${differs} (${was}, now ${is}): start anew or give the same`,
      );
    }
    if (fingerprint(found.identity.spec) !== fingerprint(identity.spec)) {
      const message = `the checkpoint in ${request.resume} is of another spec, which is in its config.json: give that one, or use it as --init`;
      throw new InputError("resume", message);
    }
    return found.state;
  }
  const { spec, seed } = identity;
  const parameters =
    request.initial === undefined ? initialParameters(spec, seed) : await readParameters(request.initial, spec);
  return initialState(parameters, parameterLayout(spec), planOf(spec));
}
