// One replica: gradients of its rows, then the update of its share of the parameters.

import type { Tensor, TensorData } from "../graph/graph.js";
import type { Placed } from "../layout.js";
import type { Plan } from "../optimizer/sections.js";
import { createSession, type Session } from "../runtime/session.js";
import { Exchange, type SharedMemory } from "./exchange.js";
import { gradientName } from "./gradient-model.js";
import type { BatchInput } from "./objective.js";
import type { TrainingState } from "../optimizer/state.js";
import type { Division, Step, StepResult } from "./steps.js";
import { addTo, sumOfSquares } from "./sums.js";
import { Updater } from "./updater.js";

/** All that a replica needs, in a form that can be sent to its thread. */
export interface ReplicaSetup {
  readonly rank: number;
  readonly shared: SharedMemory;
  readonly division: Division;
  /** Bytes of the .onnx file that `gradientModel` describes. */
  readonly gradientModel: Uint8Array;
  readonly parameters: readonly Placed[];
  readonly inputs: readonly BatchInput[];
  readonly plan: Plan;
  readonly state: TrainingState;
}

export class Replica {
  readonly #setup: ReplicaSetup;
  readonly #exchange: Exchange;
  readonly #gradients: Session;
  readonly #updater: Updater;
  /** The gradient of this replica's share, summed over all replicas; flat. */
  readonly #sum: Float32Array<ArrayBuffer>;
  #step: number;

  private constructor(setup: ReplicaSetup, exchange: Exchange, gradients: Session, updater: Updater) {
    this.#setup = setup;
    this.#exchange = exchange;
    this.#gradients = gradients;
    this.#updater = updater;
    this.#sum = new Float32Array(this.#exchange.to - this.#exchange.from);
    this.#step = setup.state.step;
  }

  static async open(setup: ReplicaSetup): Promise<Replica> {
    const { division, parameters, plan, shared, rank } = setup;
    const exchange = new Exchange(shared, rank);
    const own = parameters.filter(({ offset }) => offset >= exchange.from && offset < exchange.to);
    const gradients = await createSession(setup.gradientModel, { threads: division.threads });
    return new Replica(setup, exchange, gradients, await Updater.open(own, plan, division.threads));
  }

  /** Every replica must be given the same number of steps, each with its own rows. Losses are this replica's part of the whole. */
  async run(steps: readonly Step[]): Promise<StepResult[]> {
    const results: StepResult[] = [];
    try {
      for (const step of steps) results.push(await this.#train(step));
    } catch (error) {
      this.#exchange.fail();
      throw error;
    }
    return results;
  }

  /** The flat buffers; outside this replica's share only the parameters are up to date. */
  state(): TrainingState {
    return { ...this.#setup.state, step: this.#step };
  }

  async close(): Promise<void> {
    await this.#gradients.close();
    await this.#updater.close();
  }

  async #train({ batch, learningRate }: Step): Promise<StepResult> {
    const exchange = this.#exchange;
    const outputs = await this.#gradients.run({ ...this.#weights(), ...this.#batch(batch) });
    const found = this.#setup.parameters.map((_, i) => outputs[gradientName(i)].data as Float32Array);
    this.#setup.parameters.forEach(({ offset }, i) => exchange.send(offset, found[i]));
    exchange.barrier();
    exchange.publish(this.#add(found));
    exchange.barrier();
    const squaredNorm = exchange.sum();
    this.#step++;
    const { state } = this.#setup;
    await this.#updater.run(state, { number: this.#step, learningRate, squaredNorm }, this.#sum, exchange.from);
    const { parameters } = state.vectors;
    exchange.parameters.set(parameters.subarray(exchange.from, exchange.to), exchange.from);
    exchange.barrier();
    parameters.set(exchange.parameters.subarray(0, exchange.from));
    parameters.set(exchange.parameters.subarray(exchange.to), exchange.to);
    return { loss: (outputs["loss"].data as Float32Array)[0], gradientNorm: Math.sqrt(squaredNorm) };
  }

  #weights(): Record<string, Tensor> {
    const { parameters, state } = this.#setup;
    return Object.fromEntries(
      parameters.map(({ name, shape, offset, size }) => [
        name,
        { type: "float32", shape, data: state.vectors.parameters.subarray(offset, offset + size) },
      ]),
    );
  }

  #batch(batch: Readonly<Record<string, TensorData>>): Record<string, Tensor> {
    const { inputs, division } = this.#setup;
    return Object.fromEntries(
      inputs.map(({ name, type, rowShape }) => [
        name,
        { type, shape: [division.parts, division.rows, ...rowShape], data: batch[name] },
      ]),
    );
  }

  /** Sums the share's gradients over the replicas. @returns the sum of their squares */
  #add(found: readonly Float32Array[]): number {
    const { from, to } = this.#exchange;
    this.#setup.parameters.forEach(({ offset }, i) => {
      if (offset >= from && offset < to) this.#sum.set(found[i], offset - from);
    });
    for (const other of this.#exchange.received()) addTo(this.#sum, other);
    return sumOfSquares(this.#sum);
  }
}
