// Loss and gradients of a batch, computed in parts that fit the cache and the memory.

import { gradients } from "../autodiff/gradients.js";
import { attribute, GraphBuilder } from "../graph/builder.js";
import type { Graph, Value } from "../graph/graph.js";
import type { Objective } from "./objective.js";

export interface LossAndGradients {
  /** One number. */
  readonly loss: Value;
  /** In the order of the objective's parameters, each of its parameter's shape. */
  readonly gradients: readonly Value[];
}

export interface Batch {
  /** The parameters by name. */
  readonly weights: Readonly<Record<string, Value>>;
  /** The objective's inputs by name. */
  readonly inputs: Readonly<Record<string, Value>>;
  /** What its mean loss counts for: one over the number of batches that make a step together. */
  readonly share: number;
}

/** @param batch its inputs are [parts, rows, ...rowShape]; parts are computed one after the other and their gradients added up */
export function lossAndGradients(b: GraphBuilder, objective: Objective, batch: Batch): LossAndGradients {
  const { inputs, share } = batch;
  const parts = inputs[objective.inputs[0].name].shape[0] as number;
  if (parts === 1) {
    const whole = mapValues(inputs, (value) => b.reshape(value, value.shape.slice(1)));
    return ofPart(b, objective, { ...batch, inputs: whole });
  }
  const zeros = sumShapes(objective).map((shape) =>
    b.op("Expand", [b.constant({ type: "float32", shape: [], data: Float32Array.of(0) }), b.integers(shape)]),
  );
  const count = b.constant({ type: "int64", shape: [], data: BigInt64Array.of(BigInt(parts)) });
  const always = b.constant({ type: "bool", shape: [], data: Uint8Array.of(1) });
  const body = partsBody(b, objective, { ...batch, share: share / parts });
  const [loss, ...sums] = b.node(
    "Loop",
    [count, always, ...zeros],
    { body: { kind: "graph", value: body } },
    zeros.map(({ type, shape }) => ({ type, shape })),
  );
  return { loss, gradients: sums };
}

/** Of the loss and the gradients. */
function sumShapes({ parameters }: Objective): (readonly number[])[] {
  return [[], ...parameters.map(({ shape }) => shape)];
}

/** @param batch its inputs are [rows, ...rowShape] */
function ofPart(b: GraphBuilder, objective: Objective, { weights, inputs, share }: Batch): LossAndGradients {
  const kept: Value[] = [];
  const mean = objective.loss(b, weights, inputs, (value) => kept.push(value));
  const loss = b.scale(mean, share);
  const trained = objective.parameters.map(({ name }) => weights[name]);
  const checkpoints = objective.recompute ? kept : [];
  return { loss, gradients: b.inPart("backward", () => gradients(b, loss, trained, { checkpoints })) };
}

/** Inputs: the number of the part, a condition, the sums so far. Outputs: the condition and the sums with this part. */
function partsBody(parent: GraphBuilder, objective: Objective, batch: Batch): Graph {
  const b = new GraphBuilder("part", parent);
  const part = b.input("part", "int64", []);
  const going = b.input("part_going", "bool", []);
  const sums = sumShapes(objective).map((shape, i) => b.input(`sum_${i}`, "float32", shape));
  const current = mapValues(batch.inputs, (stack) => b.op("Gather", [stack, part], { axis: attribute.int(0) }));
  const own = ofPart(b, objective, { ...batch, inputs: current });
  const parts = [own.loss, ...own.gradients];
  const add = (value: Value) => b.add(sums[parts.indexOf(value)], value);
  const next = new Map(b.inPart("sum", () => byComputation(b, parts).map((value) => [value, add(value)])));
  const outputs = parts.map((value, i) => [`sum_out_${i}`, next.get(value)!] as const);
  return b.build({ part_going_out: going, ...Object.fromEntries(outputs) });
}

/** Values in the order in which their nodes stand in the graph. */
export function byComputation(b: GraphBuilder, values: readonly Value[]): Value[] {
  const position = new Map(b.nodes.flatMap((node, i) => node.outputs.map((name) => [name, i] as const)));
  return values.toSorted((x, y) => (position.get(x.name) ?? -1) - (position.get(y.name) ?? -1));
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
