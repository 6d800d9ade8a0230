// Trains any model: a forward graph from an .onnx file, a loss, and the names of what is to be trained.

import { InputError } from "../errors.js";
import { IR_VERSION, OPSETS, type Graph, type Model, type Tensor, type Value } from "../graph/graph.js";
import { readOnnx } from "../graph/read-onnx.js";
import { writeOnnx } from "../graph/write-onnx.js";
import { tensorsOf, type Placed } from "../layout.js";
import type { Options } from "../optimizer/optimizer.js";
import type { Plan } from "../optimizer/sections.js";
import { createSession, discard, type Session } from "../runtime/session.js";
import { parseSpec, type Group } from "../spec.js";
import { gradientName } from "./gradient-model.js";
import type { Loss } from "./losses.js";
import { addTo, sumOfSquares } from "./sums.js";
import { copyState, initialState, type TrainingState } from "../optimizer/state.js";
import { startingParameters, trainingGraph, type TrainingGraph } from "./training-graph.js";
import { Updater } from "./updater.js";

export interface TrainingSessionOptions {
  /** Bytes of an .onnx file, or a model built with GraphBuilder. */
  readonly model: Uint8Array | Model;
  /** Numbers for the symbolic sizes of its inputs, such as `{ batch: 8 }`: a training step has fixed shapes. */
  readonly sizes?: Readonly<Record<string, number>>;
  readonly loss: Loss;
  /** Initializers to train: their names, or a choice among all float32 initializers. */
  readonly train: readonly string[] | ((name: string, shape: readonly number[]) => boolean);
  /** What a spec says under `optimizer`, with the same defaults; `learningRate` holds until a step is given another. */
  readonly optimizer?: DeepPartial<Options>;
  /** Decay of a running average of the parameters; 0, the default, keeps none. */
  readonly averaging?: number;
  /** Which of the optimizer's groups a parameter belongs to; by default a matrix where it has two axes or more, else a vector. */
  readonly group?: (name: string, shape: readonly number[]) => Group;
  /** Threads inside an operator, 1 by default. */
  readonly threads?: number;
}

type DeepPartial<T> = { readonly [K in keyof T]?: T[K] extends object ? DeepPartial<T[K]> : T[K] };

export type Feeds = Readonly<Record<string, Tensor>>;

/**
 * In the manner of the training API that ONNX Runtime once had: `runTrainStep` adds to the gradients, `runOptimizerStep` uses them,
 * `lazyResetGrad` lets the next training step start them afresh. Calls must not overlap.
 */
export class TrainingSession {
  readonly #source: Model;
  readonly #graph: TrainingGraph;
  readonly #learningRate: number;
  readonly #gradients: Session;
  readonly #updater: Updater;
  readonly #forward: Session;
  readonly #gradient: Float32Array<ArrayBuffer>;
  #resets = true;
  #state: TrainingState;

  private constructor(source: Model, graph: TrainingGraph, plan: Plan, learningRate: number, sessions: Sessions) {
    this.#source = source;
    this.#graph = graph;
    this.#learningRate = learningRate;
    this.#gradients = sessions.gradients;
    this.#updater = sessions.updater;
    this.#forward = sessions.forward;
    const start = startingParameters(source.graph, graph.parameters);
    this.#gradient = new Float32Array(start.length);
    this.#state = initialState(start, graph.parameters, plan);
  }

  /**
   * @throws InputError and GraphError naming what does not fit: a file that is no model, a name that is not there or not float32, an input
   * without sizes, an operator without gradient, a parameter on which the loss does not depend, an option out of its range.
   */
  static async create(options: TrainingSessionOptions): Promise<TrainingSession> {
    const source = options.model instanceof Uint8Array ? readOnnx(options.model) : options.model;
    const { sizes = {}, loss, train, group = byRank, threads = 1 } = options;
    const graph = trainingGraph(source, { sizes, loss, train, group });
    const { optimizer } = parseSpec(JSON.stringify({ optimizer: options.optimizer ?? {} }), "options");
    const plan: Plan = { options: optimizer, averaging: options.averaging ?? 0 };
    const open = (model: Model) => createSession(writeOnnx(model), { threads });
    const sessions: Sessions = {
      gradients: await open(modelOf(graph.training)),
      forward: await open(modelOf(graph.forward)),
      updater: await Updater.open(graph.parameters, plan, threads),
    };
    return new TrainingSession(source, graph, plan, optimizer.learningRate, sessions);
  }

  /** What `runTrainStep` and `runEvalStep` must be fed, with the shapes they take. */
  get inputs(): readonly Value[] {
    return this.#graph.inputs;
  }

  /** The trained initializers in the order of the contiguous buffer. */
  get parameters(): readonly Placed[] {
    return this.#graph.parameters;
  }

  /** Forward and backward; the gradients are added to those of earlier steps since the last reset. @returns the loss */
  async runTrainStep(feeds: Feeds): Promise<number> {
    const outputs = await this.#gradients.run({ ...this.#checked(feeds), ...this.#weights() });
    this.#graph.parameters.forEach(({ offset, size }, i) => {
      const found = outputs[gradientName(i)].data as Float32Array;
      if (this.#resets) this.#gradient.set(found, offset);
      else addTo(this.#gradient.subarray(offset, offset + size), found);
    });
    this.#resets = false;
    const [loss] = outputs["loss"].data as Float32Array;
    discard(Object.values(outputs).map(({ data }) => data));
    return loss;
  }

  /**
   * Clips the gradients and moves the parameters.
   * @returns the norm of the gradients before clipping
   * @throws InputError `no-gradients` when there has been no training step since the last reset
   */
  async runOptimizerStep({ learningRate = this.#learningRate } = {}): Promise<{ readonly gradientNorm: number }> {
    if (this.#resets) throw new InputError("no-gradients", "there are no gradients yet: call runTrainStep first");
    const squaredNorm = sumOfSquares(this.#gradient);
    const step = this.#state.step + 1;
    await this.#updater.run(this.#state.vectors, { number: step, learningRate, squaredNorm }, this.#gradient, 0);
    this.#state = { ...this.#state, step };
    return { gradientNorm: Math.sqrt(squaredNorm) };
  }

  /** From the next training step on, gradients start from zero. */
  lazyResetGrad(): void {
    this.#resets = true;
  }

  /** The model's own outputs and `loss`, without gradients. */
  runEvalStep(feeds: Feeds): Promise<Record<string, Tensor>> {
    return this.#forward.run({ ...this.#checked(feeds), ...this.#weights() });
  }

  /** A copy of all trained parameters, one behind the other in the order of `parameters`. */
  getContiguousParameters(): Float32Array {
    return this.#state.vectors.parameters.slice();
  }

  /** @throws InputError `parameters` when the buffer is of another length */
  loadParametersBuffer(buffer: Float32Array): void {
    const { parameters } = this.#state.vectors;
    if (buffer.length === parameters.length) return parameters.set(buffer);
    throw new InputError(
      "parameters",
      `${buffer.length} numbers are no parameters of this model: it has ${parameters.length}`,
    );
  }

  /** Everything a training goes on from: parameters, moments, average, number of optimizer steps. */
  state(): TrainingState {
    return copyState(this.#state);
  }

  /** @throws InputError `parameters` when the state is that of another model or optimizer */
  loadState(state: TrainingState): void {
    const [own, given] = [this.#state, state].map(({ vectors }) =>
      Object.entries(vectors)
        .map(([name, { length }]) => `${name} of ${length}`)
        .toSorted()
        .join(", "),
    );
    if (own !== given) throw new InputError("parameters", `the state holds ${given}; this training has ${own}`);
    this.#state = copyState(state);
  }

  /** The model as it came, with the parameters as they are now, or with their running average where there is one: bytes of an .onnx file. */
  exportModel(): Uint8Array {
    const values = this.#state.vectors.average ?? this.#state.vectors.parameters;
    const { graph } = this.#source;
    const initializers = new Map([...graph.initializers, ...Object.entries(tensorsOf(this.#graph.parameters, values))]);
    return writeOnnx({ ...this.#source, graph: { ...graph, initializers } });
  }

  async release(): Promise<void> {
    for (const session of [this.#gradients, this.#updater, this.#forward]) await session.close();
  }

  #weights(): Feeds {
    return tensorsOf(this.#graph.parameters, this.#state.vectors.parameters);
  }

  /** @throws InputError `feed` naming the input that is missing or does not fit */
  #checked(feeds: Feeds): Feeds {
    for (const { name, type, shape } of this.#graph.inputs) {
      const given = Object.hasOwn(feeds, name) ? feeds[name] : undefined;
      const wanted = `${type} [${shape.join(", ")}]`;
      const found = given ? `${given.type} [${given.shape.join(", ")}]` : "nothing";
      if (found !== wanted) throw new InputError("feed", `input "${name}" takes ${wanted}, and got ${found}`);
    }
    return feeds;
  }
}

interface Sessions {
  readonly gradients: Session;
  readonly updater: Updater;
  readonly forward: Session;
}

function modelOf(graph: Graph): Model {
  return { graph, irVersion: IR_VERSION, opsets: OPSETS, metadata: {} };
}

function byRank(_: string, shape: readonly number[]): Group {
  return shape.length >= 2 ? "matrix" : "vector";
}
