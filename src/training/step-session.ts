// The step graph at work: state and batches in, the state after them out.

import type { Batch } from "../data/batches.js";
import type { Tensor } from "../graph/graph.js";
import { writeOnnx } from "../graph/write-onnx.js";
import { createSession, type Session } from "../runtime/session.js";
import type { Spec } from "../spec.js";
import { parameterCount, parameterLayout } from "../transformer/parameters.js";
import type { TrainingState } from "./checkpoint.js";
import { stepScalars } from "./optimizer.js";
import { stepModel } from "./step.js";

export interface Step {
  readonly batch: Batch;
  readonly learningRate: number;
}

export interface StepResult {
  /** Nats per byte. */
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
}

export class StepSession {
  readonly #spec: Spec;
  readonly #session: Session;
  readonly #decay: Tensor;

  private constructor(spec: Spec, session: Session) {
    this.#spec = spec;
    this.#session = session;
    this.#decay = vector(decayOf(spec));
  }

  static async open(spec: Spec, threads: number): Promise<StepSession> {
    return new StepSession(spec, await createSession(writeOnnx(stepModel(spec)), { threads }));
  }

  /** The state given stays as it is. The bits do not depend on how many steps go into one run. */
  async run(
    state: TrainingState,
    steps: readonly Step[],
  ): Promise<{ readonly next: TrainingState; readonly results: readonly StepResult[] }> {
    const { batch, context } = { ...this.#spec.training, ...this.#spec.architecture };
    const schedule = steps.flatMap(({ learningRate }, i) =>
      stepScalars(state.step + i + 1, learningRate, this.#spec.optimizer),
    );
    const ids = joined(steps.map((step) => step.batch.ids));
    const targets = joined(steps.map((step) => step.batch.targets));
    const outputs = await this.#session.run({
      ids: { type: "int32", shape: [steps.length, batch, context], data: ids },
      targets: { type: "int32", shape: [steps.length, batch * context], data: targets },
      schedule: { type: "float32", shape: [steps.length, 3], data: Float32Array.from(schedule) },
      decay: this.#decay,
      parameters: vector(state.parameters),
      firstMoment: vector(state.firstMoment),
      secondMoment: vector(state.secondMoment),
    });
    const data = (name: string) => outputs[name].data as Float32Array;
    const [losses, norms] = [data("losses"), data("gradientNorms")];
    return {
      next: {
        parameters: data("nextParameters"),
        firstMoment: data("nextFirstMoment"),
        secondMoment: data("nextSecondMoment"),
        step: state.step + steps.length,
      },
      results: steps.map((_, i) => ({ loss: losses[i], gradientNorm: norms[i] })),
    };
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

function joined(arrays: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(arrays.length * arrays[0].length);
  arrays.forEach((array, i) => all.set(array, i * array.length));
  return all;
}

function vector(data: Float32Array): Tensor {
  return { type: "float32", shape: [data.length], data };
}

/** The weight decay of every parameter. */
function decayOf(spec: Spec): Float32Array {
  const decay = new Float32Array(parameterCount(spec));
  for (const { offset, size, decays } of parameterLayout(spec)) {
    if (decays) decay.fill(spec.optimizer.weightDecay, offset, offset + size);
  }
  return decay;
}
