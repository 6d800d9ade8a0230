// One replica: gradients of its rows, then the update of its share of the parameters.

import type { Tensor, TensorData } from "../graph/graph.js";
import { tensorsOf, type Placed } from "../layout.js";
import type { Plan } from "../optimizer/sections.js";
import { createSession, discard, type Session } from "../runtime/session.js";
import { Exchange, type SharedMemory } from "../process/exchange.js";
import { gradientName } from "./gradient-model.js";
import type { BatchInput } from "./objective.js";
import { copyState, type TrainingState } from "../optimizer/state.js";
import type { Division, Step, StepResult } from "./steps.js";
import { addTo } from "./sums.js";
import { Updater } from "./updater.js";

/** All that a replica needs, in a form that can be sent to its thread. */
export interface ReplicaSetup {
  readonly rank: number;
  readonly shared: SharedMemory;
  readonly division: Division;
  /** Bytes of the .onnx file that `gradientModel` describes. */
  readonly gradientModel: Uint8Array;
  /** Whether its session keeps memory between runs. */
  readonly arena: boolean;
  readonly parameters: readonly Placed[];
  readonly inputs: readonly BatchInput[];
  readonly plan: Plan;
  /** Of the whole model. */
  readonly weights: Float32Array;
  /** Of this replica's share alone. */
  readonly state: TrainingState;
}

export class Replica {
  readonly #setup: ReplicaSetup;
  readonly #exchange: Exchange;
  readonly #gradients: Session;
  readonly #updater: Updater;
  /** This replica's share of the state; its parameters are a view of the weights. */
  readonly #vectors: TrainingState["vectors"];
  #step: number;

  private constructor(setup: ReplicaSetup, exchange: Exchange, gradients: Session, updater: Updater) {
    this.#setup = setup;
    this.#exchange = exchange;
    this.#gradients = gradients;
    this.#updater = updater;
    this.#vectors = { ...setup.state.vectors, parameters: setup.weights.subarray(exchange.from, exchange.to) };
    this.#step = setup.state.step;
  }

  static async open(setup: ReplicaSetup): Promise<Replica> {
    const { division, parameters, plan, shared, rank } = setup;
    const exchange = new Exchange(shared, rank);
    const own = parameters.filter(({ offset }) => offset >= exchange.from && offset < exchange.to);
    const gradients = await createSession(setup.gradientModel, { threads: division.threads, arena: setup.arena });
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

  /** A copy of this replica's share. */
  state(): TrainingState {
    return copyState({ vectors: this.#vectors, step: this.#step });
  }

  async close(): Promise<void> {
    await this.#gradients.close();
    await this.#updater.close();
  }

  async #train({ batch, learningRate }: Step): Promise<StepResult> {
    const exchange = this.#exchange;
    const { parameters, weights } = this.#setup;
    const outputs = await this.#gradients.run({ ...tensorsOf(parameters, weights), ...this.#batch(batch) });
    const found = parameters.map((_, i) => outputs[gradientName(i)].data as Float32Array);
    parameters.forEach(({ offset }, i) => exchange.send(offset, found[i]));
    exchange.barrier();
    const received = exchange.received();
    exchange.publish(this.#add(found, received));
    const [loss] = outputs["loss"].data as Float32Array;
    discard(Object.values(outputs).map(({ data }) => data));
    exchange.barrier();
    const squaredNorm = exchange.sum();
    this.#step++;
    await this.#updater.run(
      this.#vectors,
      { number: this.#step, learningRate, squaredNorm },
      received[0],
      exchange.from,
    );
    exchange.show(this.#vectors.parameters);
    exchange.barrier();
    exchange.look(weights);
    exchange.barrier(); // nobody sends gradients before all have looked
    return { loss, gradientNorm: Math.sqrt(squaredNorm) };
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

  /** Sums the share's gradients over the replicas, in shared memory. @returns the sum of their squares */
  #add(found: readonly Float32Array[], [sum, ...others]: readonly Float32Array[]): number {
    const { from, to } = this.#exchange;
    for (const other of others) addTo(sum, other);
    return this.#setup.parameters.reduce((squares, { offset, size }, i) => {
      const own = offset >= from && offset < to;
      return own ? squares + addTo(sum.subarray(offset - from, offset - from + size), found[i]) : squares;
    }, 0);
  }
}

/** What sends these vectors to another thread without a copy: it is theirs from then on. */
export function buffersOf(vectors: Readonly<Partial<Record<string, Float32Array>>>): ArrayBuffer[] {
  return Object.values(vectors).map((vector) => vector!.buffer as ArrayBuffer);
}
