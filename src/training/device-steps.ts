// Steps on a GPU, one per run. The state stays there from one step to the next: it leaves only when somebody asks for it.

import type { Tensor } from "../graph/graph.js";
import { writeOnnx } from "../graph/write-onnx.js";
import { sections, type Section } from "../optimizer/sections.js";
import { lower, portable } from "../portable/lower.js";
import { openDevice, Resident, type Device, type DeviceSession } from "../runtime/device.js";
import { copyState, type TrainingState } from "../optimizer/state.js";
import type { Step, StepResult, Steps, StepsOptions } from "./steps.js";
import { stepModel } from "./training-step.js";
import { scheduleRow, takeVectors, vectorFeeds, vectorInputs } from "../optimizer/vectors.js";

export class DeviceSteps implements Steps {
  readonly #options: StepsOptions;
  readonly #of: readonly Section[];
  readonly #device: Device;
  readonly #session: DeviceSession;
  #state: TrainingState;
  /** The vectors by name, here before the first step and on the device since. */
  #vectors: Readonly<Record<string, Tensor | Resident>>;

  private constructor(
    options: StepsOptions,
    of: readonly Section[],
    device: Device,
    session: DeviceSession,
    state: TrainingState,
  ) {
    this.#options = options;
    this.#of = of;
    this.#device = device;
    this.#session = session;
    this.#state = state;
    this.#vectors = vectorFeeds(of, options.plan, state);
  }

  /** @throws AxonError `webgpu-unavailable`; GraphError where an operator has no kernel on the device. */
  static async open(options: StepsOptions, state: TrainingState): Promise<DeviceSteps> {
    const { objective, plan, batch } = options;
    const of = sections(objective.parameters, plan);
    const model = writeOnnx(lower(stepModel(objective, plan, batch)));
    const device = await openDevice();
    const session = await device.load(
      model,
      vectorInputs(of, plan).map(({ name }) => `next_${name}`),
    );
    return new DeviceSteps(options, of, device, session, state);
  }

  async run(steps: readonly Step[]): Promise<readonly StepResult[]> {
    const results: StepResult[] = [];
    for (const step of steps) results.push(await this.#take(step));
    return results;
  }

  async #take({ batch, learningRate }: Step): Promise<StepResult> {
    const { objective, plan, batch: rows } = this.#options;
    const schedule = scheduleRow(this.#of, plan, this.#state.step + 1, learningRate);
    const inputs = objective.inputs.map(
      ({ name, type, rowShape }) =>
        [name, portable({ type, shape: [1, rows, ...rowShape], data: batch[name] })] as const,
    );
    const { resident, fetched } = await this.#session.run({
      ...Object.fromEntries(inputs),
      ...this.#vectors,
      schedule: { type: "float32", shape: [schedule.length], data: Float32Array.from(schedule) },
    });
    this.#free();
    const next = vectorInputs(this.#of, plan).map(({ name }) => [name, resident[`next_${name}`]] as const);
    this.#vectors = Object.fromEntries(next);
    this.#state = { ...this.#state, step: this.#state.step + 1 };
    return { loss: Number(fetched["loss"].data[0]), gradientNorm: Number(fetched["gradientNorm"].data[0]) };
  }

  async state(): Promise<TrainingState> {
    const read: Record<string, Tensor> = {};
    for (const [name, vector] of Object.entries(this.#vectors)) {
      read[`next_${name}`] = vector instanceof Resident ? await this.#device.read(vector) : vector;
    }
    takeVectors(this.#of, this.#options.plan, read, this.#state);
    return copyState(this.#state);
  }

  async close(): Promise<void> {
    this.#free();
    await this.#session.close();
    await this.#device.close();
  }

  #free(): void {
    for (const vector of Object.values(this.#vectors)) if (vector instanceof Resident) vector.free();
  }
}
