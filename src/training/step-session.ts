// The step graph at work: state and a batch in, the next state out.

import type { Batch } from "../data/batches.js";
import { elementCount, type Tensor } from "../graph/graph.js";
import { writeOnnx } from "../graph/write-onnx.js";
import { createSession, type Session } from "../runtime/session.js";
import type { Spec } from "../spec.js";
import { parameterCount, parameterLayout } from "../transformer/parameters.js";
import type { TrainingState } from "./checkpoint.js";
import { stepModel } from "./step.js";

export interface Step {
  readonly next: TrainingState;
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
    this.#decay = vector(decayMask(spec));
  }

  static async open(spec: Spec, threads: number): Promise<StepSession> {
    return new StepSession(spec, await createSession(writeOnnx(stepModel(spec)), { threads }));
  }

  /** The state given stays as it is. */
  async run(state: TrainingState, batch: Batch, learningRate: number): Promise<Step> {
    const { beta1, beta2 } = this.#spec.optimizer;
    const shape = [this.#spec.training.batch, this.#spec.architecture.context];
    const step = state.step + 1;
    const results = await this.#session.run({
      ids: { type: "int32", shape, data: batch.ids },
      targets: { type: "int32", shape: [elementCount(shape)], data: batch.targets },
      parameters: vector(state.parameters),
      firstMoment: vector(state.firstMoment),
      secondMoment: vector(state.secondMoment),
      decay: this.#decay,
      learningRate: scalar(learningRate),
      correction1: scalar(1 - beta1 ** step),
      correction2: scalar(1 - beta2 ** step),
    });
    const data = (name: string) => results[name].data as Float32Array;
    return {
      next: {
        parameters: data("nextParameters"),
        firstMoment: data("nextFirstMoment"),
        secondMoment: data("nextSecondMoment"),
        step,
      },
      loss: data("loss")[0],
      gradientNorm: data("gradientNorm")[0],
    };
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

function vector(data: Float32Array): Tensor {
  return { type: "float32", shape: [data.length], data };
}

function scalar(value: number): Tensor {
  return { type: "float32", shape: [], data: Float32Array.of(value) };
}

function decayMask(spec: Spec): Float32Array {
  const mask = new Float32Array(parameterCount(spec));
  for (const { offset, size: length, decays } of parameterLayout(spec))
    if (decays) mask.fill(1, offset, offset + length);
  return mask;
}
