// Optimizer steps outside the graph of the gradients: on a share of the parameters, a chunk at a time.

import { GraphBuilder } from "../graph/builder.js";
import { IR_VERSION, OPSETS, type Model, type Tensor } from "../graph/graph.js";
import { writeOnnx } from "../graph/write-onnx.js";
import type { Placed } from "../layout.js";
import { sections, vectorsOf, type Plan, type Section } from "../optimizer/sections.js";
import { clipFactor, scalarCount, stepScalars, update } from "../optimizer/update.js";
import { createSession, discard, type Session } from "../runtime/session.js";
import type { TrainingState } from "../optimizer/state.js";

/**
 * Numbers updated at once: what is computed between reading and writing them stays in the cache, and what ONNX Runtime returns is
 * small enough for memory that was used before.
 */
const CHUNK = 2 ** 18;

interface Kernel {
  readonly section: Section;
  /** Where its chunks begin and how long they are. */
  readonly chunks: readonly { readonly offset: number; readonly size: number }[];
  readonly session: Session;
}

export class Updater {
  readonly #plan: Plan;
  readonly #kernels: readonly Kernel[];

  private constructor(plan: Plan, kernels: readonly Kernel[]) {
    this.#plan = plan;
    this.#kernels = kernels;
  }

  /** @param parameters neighbours in the flat buffers; none is fine */
  static async open(parameters: readonly Placed[], plan: Plan, threads: number): Promise<Updater> {
    const kernels: Kernel[] = [];
    for (const section of sections(parameters, plan)) {
      for (const [shape, chunks] of chunksByShape(section)) {
        const session = await createSession(writeOnnx(updateModel(section, plan, shape)), { threads });
        kernels.push({ section, chunks, session });
      }
    }
    return new Updater(plan, kernels);
  }

  /**
   * Updates the vectors in place. These and the gradient are flat buffers from `origin` on.
   * @param gradient may lie in shared memory
   * @param squaredNorm of the gradient of all parameters
   */
  async run(
    vectors: TrainingState["vectors"],
    step: { readonly number: number; readonly learningRate: number; readonly squaredNorm: number },
    gradient: Float32Array,
    origin: number,
  ): Promise<void> {
    for (const { section, chunks, session } of this.#kernels) {
      const scalars = Float32Array.from(stepScalars(step.number, step.learningRate, section, this.#plan));
      const common = { scalars: flat(scalars), squaredNorm: { ...flat(Float32Array.of(step.squaredNorm)), shape: [] } };
      for (const { offset, size } of chunks) {
        const own = vectorsOf(section, this.#plan);
        const [from, to] = [offset - origin, offset - origin + size];
        const feeds = own.map((name) => [name, flat(vectors[name]!.subarray(from, to))] as const);
        const found = flat(gradient.slice(from, to)); // ONNX Runtime reads no shared memory
        const outputs = await session.run({ ...common, gradient: found, ...Object.fromEntries(feeds) });
        for (const name of own) vectors[name]!.set(outputs[`next_${name}`].data as Float32Array, from);
        discard(Object.values(outputs).map(({ data }) => data));
      }
    }
  }

  async close(): Promise<void> {
    for (const { session } of this.#kernels) await session.close();
  }
}

/** Elementwise rules take anything, in chunks; matrixwise ones a matrix at a time, and each shape has a graph of its own. */
function chunksByShape(section: Section): [readonly number[] | null, Kernel["chunks"]][] {
  const { optimizer, offset, size, parameters } = section;
  if (!optimizer.matrixwise) {
    const starts = Array.from({ length: Math.ceil(size / CHUNK) }, (_, i) => i * CHUNK);
    return [[null, starts.map((start) => ({ offset: offset + start, size: Math.min(CHUNK, size - start) }))]];
  }
  const shapes = new Map(parameters.map(({ shape }) => [shape.join(), shape]));
  return [...shapes.values()].map((shape) => [
    shape,
    parameters.filter((parameter) => parameter.shape.join() === shape.join()),
  ]);
}

/**
 * Inputs: the section's vectors by name and `gradient`, all flat; `scalars` [scalarCount] and `squaredNorm`, one number. Outputs: `next_<vector>`.
 * @param shape of the one parameter in them; null for a rule that does not ask
 */
function updateModel(section: Section, plan: Plan, shape: readonly number[] | null): Model {
  const b = new GraphBuilder("update");
  const size = shape === null ? "size" : shape.reduce((product, dim) => product * dim, 1);
  const names = vectorsOf(section, plan);
  const next = update(b, section, plan, {
    vectors: Object.fromEntries(names.map((name) => [name, b.input(name, "float32", [size])])),
    gradient: b.input("gradient", "float32", [size]),
    scalars: b.input("scalars", "float32", [scalarCount(section, plan)]),
    factor: clipFactor(b, b.input("squaredNorm", "float32", []), plan),
    shapes: shape === null ? [] : [shape],
  });
  const graph = b.build(Object.fromEntries(names.map((name) => [`next_${name}`, next[name]!])));
  return { graph, irVersion: IR_VERSION, opsets: OPSETS, metadata: {} };
}

function flat(data: Float32Array): Tensor {
  return { type: "float32", shape: [data.length], data };
}
