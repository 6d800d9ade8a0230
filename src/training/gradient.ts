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

/**
 * @param weights the parameters by name
 * @param batch the inputs by name, [parts, rows, ...rowShape]; parts are computed one after the other and their gradients added up
 * @param share what the mean loss of this batch counts for: one over the number of batches that make a step together
 */
export function lossAndGradients(
  b: GraphBuilder,
  objective: Objective,
  weights: Readonly<Record<string, Value>>,
  batch: Readonly<Record<string, Value>>,
  share: number,
): LossAndGradients {
  const parts = batch[objective.inputs[0].name].shape[0] as number;
  if (parts === 1)
    return ofPart(
      b,
      objective,
      weights,
      mapValues(batch, (value) => withoutFirstAxis(b, value)),
      share,
    );
  const zeros = [[], ...objective.parameters.map(({ shape }) => shape)].map((shape) =>
    b.op("Expand", [b.constant({ type: "float32", shape: [], data: Float32Array.of(0) }), b.integers(shape)]),
  );
  const count = b.constant({ type: "int64", shape: [], data: BigInt64Array.of(BigInt(parts)) });
  const always = b.constant({ type: "bool", shape: [], data: Uint8Array.of(1) });
  const body = partsBody(b, objective, weights, batch, share / parts);
  const [loss, ...sums] = b.node(
    "Loop",
    [count, always, ...zeros],
    { body: { kind: "graph", value: body } },
    zeros.map(({ type, shape }) => ({ type, shape })),
  );
  return { loss, gradients: sums };
}

function ofPart(
  b: GraphBuilder,
  objective: Objective,
  weights: Readonly<Record<string, Value>>,
  batch: Readonly<Record<string, Value>>,
  share: number,
): LossAndGradients {
  const kept: Value[] = [];
  const loss = b.scale(
    objective.loss(b, weights, batch, (value) => kept.push(value)),
    share,
  );
  const trained = objective.parameters.map(({ name }) => weights[name]);
  const checkpoints = objective.recompute ? kept : [];
  return { loss, gradients: b.inPart("backward", () => gradients(b, loss, trained, { checkpoints })) };
}

/** Inputs: the number of the part, a condition, the sums so far. Outputs: the condition and the sums with this part. */
function partsBody(
  parent: GraphBuilder,
  objective: Objective,
  weights: Readonly<Record<string, Value>>,
  batch: Readonly<Record<string, Value>>,
  share: number,
): Graph {
  const b = new GraphBuilder("part", parent);
  const part = b.input("part", "int64", []);
  const going = b.input("part_going", "bool", []);
  const sums = [[], ...objective.parameters.map(({ shape }) => shape)].map((shape, i) =>
    b.input(`sum_${i}`, "float32", shape),
  );
  const current = mapValues(batch, (stack) => b.op("Gather", [stack, part], { axis: attribute.int(0) }));
  const own = ofPart(b, objective, weights, current, share);
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

function withoutFirstAxis(b: GraphBuilder, value: Value): Value {
  return b.reshape(value, value.shape.slice(1));
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
