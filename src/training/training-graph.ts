// The graphs of a TrainingSession: a model read from outside, with a loss and gradients appended.

import { gradients } from "../autodiff/gradients.js";
import { GraphError, InputError } from "../errors.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Model, Value } from "../graph/graph.js";
import { importGraph } from "../import/import-graph.js";
import { place, totalSize, type Placed } from "../layout.js";
import type { Group } from "../spec.js";
import { gradientName } from "./gradient-model.js";
import type { Loss } from "./losses.js";

export interface TrainingGraph {
  readonly parameters: readonly Placed[];
  /** What is fed besides the parameters. */
  readonly inputs: readonly Value[];
  /** Outputs `loss` and a gradient for each parameter, as `gradientName` calls them. */
  readonly training: Graph;
  /** Outputs the model's own and `loss`. */
  readonly forward: Graph;
}

export interface TrainingGraphOptions {
  readonly sizes: Readonly<Record<string, number>>;
  readonly loss: Loss;
  readonly train: readonly string[] | ((name: string, shape: readonly number[]) => boolean);
  readonly group: (name: string, shape: readonly number[]) => Group;
}

/** @throws InputError and GraphError, see TrainingSession.create */
export function trainingGraph(model: Model, options: TrainingGraphOptions): TrainingGraph {
  const chosen = chooseParameters(model.graph, options);
  const parameters = place(chosen);
  const build = (differentiate: boolean) => {
    const b = new GraphBuilder(differentiate ? "training" : "forward");
    const weights = Object.fromEntries(parameters.map(({ name, shape }) => [name, b.input(name, "float32", shape)]));
    const fed = fedInputs(model.graph, options.sizes).map(
      ({ name, type, shape }) => [name, b.input(name, type, shape)] as const,
    );
    const outputs = importGraph(b, model, { ...weights, ...Object.fromEntries(fed) });
    const loss = oneNumber(b, options.loss(b, outputs));
    const values = parameters.map(({ name }) => weights[name]);
    const found = differentiate ? b.inPart("backward", () => gradients(b, loss, values)) : [];
    const graph = b.build({
      ...(differentiate ? {} : outputs),
      loss,
      ...Object.fromEntries(found.map((gradient, i) => [gradientName(i), gradient])),
    });
    return graph;
  };
  const training = build(true);
  const names = new Set(parameters.map(({ name }) => name));
  const inputs = training.inputs.filter(({ name }) => !names.has(name));
  return { parameters, inputs, training, forward: build(false) };
}

function oneNumber(b: GraphBuilder, loss: Value): Value {
  if (loss.shape.every((dim) => dim === 1)) return b.reshape(loss, []);
  const message = `the loss has the shape [${loss.shape.join(", ")}], and training lowers one number: take its mean`;
  throw new GraphError("shape", message, { place: { node: loss.name } });
}

/** The parameters' values as the file has them, flat. */
export function startingParameters({ initializers }: Graph, parameters: readonly Placed[]): Float32Array {
  const flat = new Float32Array(totalSize(parameters));
  for (const { name, offset } of parameters) flat.set(initializers.get(name)!.data as Float32Array, offset);
  return flat;
}

function chooseParameters({ initializers }: Graph, { train, group }: TrainingGraphOptions) {
  const names =
    typeof train === "function"
      ? [...initializers]
          .filter(([name, { type, shape }]) => type === "float32" && train(name, shape))
          .map(([name]) => name)
      : [...new Set(train)];
  if (names.length === 0)
    throw new InputError("nothing-to-train", "no initializer of the model was chosen to be trained");
  return names.map((name) => {
    const tensor = initializers.get(name);
    if (!tensor) {
      const known = [...initializers.keys()].slice(0, 20).join(", ");
      throw new GraphError("unknown-parameter", `the model has no initializer "${name}"; it has ${known}`, {
        place: { node: name },
      });
    }
    if (tensor.type !== "float32") {
      throw new GraphError("not-float", `"${name}" is ${tensor.type}, and only float32 can be trained`, {
        place: { node: name },
      });
    }
    return { name, shape: tensor.shape, group: group(name, tensor.shape) };
  });
}

/** The model's own inputs with numbers for their sizes. */
function fedInputs({ inputs, initializers }: Graph, sizes: Readonly<Record<string, number>>): Value[] {
  return inputs
    .filter(({ name }) => !initializers.has(name)) // older files list initializers among the inputs
    .map(({ name, type, shape }) => ({ name, type, shape: shape.map((dim) => sizeOf(dim, name, sizes)) }));
}

function sizeOf(dim: number | string, input: string, sizes: Readonly<Record<string, number>>): number {
  const size = typeof dim === "number" ? dim : sizes[dim];
  if (Number.isSafeInteger(size) && size > 0) return size;
  const message =
    size === undefined
      ? `input "${input}" has a size called "${dim}": say how large it is, as in sizes: { ${JSON.stringify(dim)}: 8 }`
      : `a size of ${size} for "${dim}" of input "${input}" is no whole number from 1 up`;
  throw new GraphError("size", message, { place: { node: input } });
}
