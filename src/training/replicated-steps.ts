// Steps shared by replicas, each in a thread of its own with its own rows of the batch. All hold the same parameters; each keeps the moments of,
// and updates, a share of them.

import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { AxonError } from "../errors.js";
import type { TensorData } from "../graph/graph.js";
import { writeOnnx } from "../graph/write-onnx.js";
import { shares, totalSize } from "../layout.js";
import type { Plan, Vector } from "../optimizer/sections.js";
import { discard } from "../runtime/session.js";
import { giveUp, shareMemory, type SharedMemory } from "../process/exchange.js";
import { gradientModel } from "./gradient-model.js";
import { joined } from "./joined.js";
import { keepsMemory } from "./memory.js";
import type { Objective } from "./objective.js";
import { buffersOf, type ReplicaSetup } from "./replica.js";
import { copyState, type TrainingState } from "../optimizer/state.js";
import type { Division, Step, StepResult, Steps } from "./steps.js";

export type ToReplica =
  { readonly kind: "run"; readonly steps: readonly Step[] } | { readonly kind: "state" } | { readonly kind: "close" };

export type FromReplica =
  | { readonly kind: "ready" }
  | { readonly kind: "results"; readonly results: readonly StepResult[] }
  | { readonly kind: "state"; readonly state: TrainingState }
  | { readonly kind: "failure"; readonly error: unknown };

const worker = createRequire(import.meta.url).resolve("#replica-worker");

export class ReplicatedSteps implements Steps {
  readonly #workers: readonly Worker[];
  /** Settled when the thread is no more, whatever ended it: the others then stop waiting for it. */
  readonly #gone: readonly Promise<void>[];

  private constructor(workers: readonly Worker[], shared: SharedMemory) {
    this.#workers = workers;
    const exit = (thread: Worker, done: () => void) => thread.once("exit", () => (giveUp(shared), done()));
    this.#gone = workers.map((thread) => new Promise((resolve) => exit(thread, resolve)));
  }

  static async open(
    objective: Objective,
    plan: Plan,
    division: Division,
    state: TrainingState,
  ): Promise<ReplicatedSteps> {
    const { parameters, inputs } = objective;
    const { replicas, parts, rows } = division;
    const owned = shares(parameters, replicas);
    const starts = [0];
    for (const own of owned) starts.push(starts.at(-1)! + totalSize(own));
    const gradients = gradientModel(objective, parts, rows, 1 / replicas);
    const file = writeOnnx(gradients);
    const arena = keepsMemory(gradients.graph);
    const shared = shareMemory(replicas, starts);
    const workers = owned.map((_, rank) => {
      const own = copyState(state, starts[rank], starts[rank + 1]);
      const weights = state.vectors.parameters.slice();
      const common = { shared, division, parameters, inputs, plan, weights, state: own };
      const workerData: ReplicaSetup = { ...common, rank, gradientModel: file, arena };
      return new Worker(worker, { workerData, execArgv: [], transferList: buffersOf({ ...own.vectors, weights }) });
    });
    discard(Object.values(state.vectors));
    const steps = new ReplicatedSteps(workers, shared);
    try {
      await steps.#each("ready");
    } catch (error) {
      for (const thread of workers) await thread.terminate();
      throw error;
    }
    return steps;
  }

  async run(steps: readonly Step[]): Promise<readonly StepResult[]> {
    const answers = this.#each("results");
    this.#workers.forEach((thread, rank) => {
      const own = steps.map((step) => ({ ...step, batch: this.#rowsOf(step.batch, rank) }));
      thread.postMessage({ kind: "run", steps: own } satisfies ToReplica);
    });
    const found = await answers;
    return steps.map((_, i) => ({
      loss: found.reduce((sum, { results }) => sum + results[i].loss, 0),
      gradientNorm: found[0].results[i].gradientNorm,
    }));
  }

  async state(): Promise<TrainingState> {
    const answers = this.#each("state");
    for (const thread of this.#workers) thread.postMessage({ kind: "state" } satisfies ToReplica);
    const states = (await answers).map(({ state }) => state);
    const names = Object.keys(states[0].vectors) as Vector[];
    const whole = (name: Vector) => joined(states.map(({ vectors }) => vectors[name]!));
    const vectors = Object.fromEntries(names.map((name) => [name, whole(name)])) as TrainingState["vectors"];
    return { vectors, step: states[0].step };
  }

  async close(): Promise<void> {
    for (const thread of this.#workers) thread.postMessage({ kind: "close" } satisfies ToReplica);
    await Promise.all(this.#gone);
  }

  /** The next answer of each replica. @throws whatever the first to fail reports. */
  #each<Kind extends FromReplica["kind"]>(kind: Kind): Promise<Extract<FromReplica, { kind: Kind }>[]> {
    return Promise.all(this.#workers.map((thread) => answerOf(thread, kind)));
  }

  #rowsOf(batch: Readonly<Record<string, TensorData>>, rank: number): Record<string, TensorData> {
    const of = this.#workers.length;
    return Object.fromEntries(
      Object.entries(batch).map(([name, data]) => {
        const size = data.length / of;
        return [name, data.slice(rank * size, (rank + 1) * size)];
      }),
    );
  }
}

function answerOf<Kind extends FromReplica["kind"]>(
  thread: Worker,
  kind: Kind,
): Promise<Extract<FromReplica, { kind: Kind }>> {
  return new Promise((resolve, reject) => {
    const settle = (action: () => void) => {
      thread.off("message", onMessage).off("error", onError).off("exit", onExit);
      action();
    };
    const onMessage = (answer: FromReplica) =>
      settle(() => {
        if (answer.kind === kind) resolve(answer as Extract<FromReplica, { kind: Kind }>);
        else
          reject(answer.kind === "failure" ? failure(answer.error) : failure(`expected ${kind}, got ${answer.kind}`));
      });
    const onError = (error: Error) => settle(() => reject(failure(error)));
    const onExit = (code: number) => settle(() => reject(failure(`its thread ended with code ${code}`)));
    thread.on("message", onMessage).on("error", onError).on("exit", onExit);
  });
}

function failure(cause: unknown): AxonError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new AxonError("replica-failed", `a replica failed: ${message}`, { cause });
}
