// Training steps as one graph: each turn of its Loop is forward, loss, backward, clipping and update on a batch of its own.
// Several steps per run, because ONNX Runtime copies every output on its way to JavaScript: the state leaves only once.

import { attribute, GraphBuilder } from "../graph/builder.js";
import { IR_VERSION, OPSETS, type Dim, type Graph, type Model, type Value } from "../graph/graph.js";
import { sections, type Plan, type Section } from "../optimizer/sections.js";
import { clipFactor, scalarCount, update, type Vectors } from "../optimizer/update.js";
import { byComputation, lossAndGradients } from "./gradient.js";
import type { Objective } from "./objective.js";
import { vectorInputs } from "./vectors.js";

const STEPS: Dim = "steps";

/**
 * Inputs: for each input of the objective its rows, [steps, parts, rows, ...rowShape]; `schedule` float32 [steps, numbers], what `scheduleRow`
 * gives; the vectors of each section as `vectorInputs` names them, flat.
 * Outputs: `next_<vector>` after the last step; per step, `losses` and `gradientNorms` before clipping.
 */
export function stepsModel(objective: Objective, plan: Plan, parts: number, rows: number): Model {
  const b = new GraphBuilder("training_steps");
  const of = sections(objective.parameters, plan);
  const batch = Object.fromEntries(
    objective.inputs.map(({ name, type, rowShape }) => [name, b.input(name, type, [STEPS, parts, rows, ...rowShape])]),
  );
  const numbers = of.reduce((sum, section) => sum + scalarCount(section, plan), 0);
  const schedule = b.input("schedule", "float32", [STEPS, numbers]);
  const state = vectorInputs(of, plan).map(({ name, size }) => b.input(name, "float32", [size]));
  const count = b.reshape(b.op("Shape", [schedule], { start: attribute.int(0), end: attribute.int(1) }), []);
  const always = b.constant({ type: "bool", shape: [], data: Uint8Array.of(1) });
  const body = stepBody(b, objective, plan, of, { batch, schedule, state });
  const results = b.node("Loop", [count, always, ...state], { body: { kind: "graph", value: body } }, [
    ...state,
    { type: "float32", shape: [STEPS] },
    { type: "float32", shape: [STEPS] },
  ]);
  const names = [...state.map(({ name }) => `next_${name}`), "losses", "gradientNorms"];
  const graph = b.build(Object.fromEntries(names.map((name, i) => [name, results[i]])));
  return { graph, irVersion: IR_VERSION, opsets: OPSETS, metadata: {} };
}

/** One step. Inputs: its number, a condition, the state. Outputs: the condition, the next state, loss and gradient norm. */
function stepBody(
  parent: GraphBuilder,
  objective: Objective,
  plan: Plan,
  of: readonly Section[],
  outer: {
    readonly batch: Readonly<Record<string, Value>>;
    readonly schedule: Value;
    readonly state: readonly Value[];
  },
): Graph {
  const b = new GraphBuilder("step", parent);
  const step = b.input("step", "int64", []);
  const going = b.input("going", "bool", []);
  const state = outer.state.map(({ name, type, shape }) => b.input(`${name}_in`, type, shape));
  const current = (stack: Value) => b.op("Gather", [stack, step], { axis: attribute.int(0) });
  const inputs = vectorInputs(of, plan);
  const vectors = of.map((_, section): Vectors => {
    const own = inputs.flatMap((input, i) => (input.section === section ? [[input.vector, state[i]] as const] : []));
    return Object.fromEntries(own);
  });
  const weights: Record<string, Value> = b.inPart("packing", () =>
    Object.assign({}, ...of.map((section, i) => unpack(b, section, vectors[i].parameters!))),
  );
  const batch = Object.fromEntries(Object.entries(outer.batch).map(([name, stack]) => [name, current(stack)]));
  const own = lossAndGradients(b, objective, weights, batch, 1);
  const squaredNorm = b.inPart("optimizer", () => sumOfSquares(b, own.gradients));
  const gradients = b.inPart("packing", () => packed(b, of, objective, own.gradients));
  const next = b.inPart("optimizer", () => {
    const counts = of.map((section) => scalarCount(section, plan));
    const scalars = b.split(current(outer.schedule), counts, 0);
    const factor = clipFactor(b, squaredNorm, plan);
    return of.map((section, i) => {
      const shapes = section.parameters.map(({ shape }) => shape);
      const given = { vectors: vectors[i], gradient: gradients[i], scalars: scalars[i], factor, shapes };
      return update(b, section, plan, given);
    });
  });
  return b.build({
    going_out: going,
    ...Object.fromEntries(inputs.map(({ name, section, vector }) => [`${name}_out`, next[section][vector]!])),
    loss: own.loss,
    gradientNorm: b.op("Sqrt", [squaredNorm]),
  });
}

/** Views of a section's parameters under their names. */
function unpack(b: GraphBuilder, { parameters }: Section, flat: Value): Record<string, Value> {
  const sizes = parameters.map(({ size }) => size);
  const parts = b.split(flat, sizes, 0);
  return Object.fromEntries(parameters.map(({ name, shape }, i) => [name, b.reshape(parts[i], shape)]));
}

/**
 * Of all gradients together. The squares of the first gradient that the backward pass finds come last into the sum: ONNX Runtime computes the
 * latest node's inputs first, so every gradient is taken as soon as it can be, and what it was computed from is freed.
 */
function sumOfSquares(b: GraphBuilder, gradients: readonly Value[]): Value {
  const [last, ...others] = byComputation(b, gradients).toReversed();
  const squares = (g: Value) => b.op("ReduceSumSquare", [g], { keepdims: attribute.int(0) });
  return others.reduce((sum, g) => b.add(sum, squares(g)), squares(last));
}

/** One flat gradient per section. */
function packed(
  b: GraphBuilder,
  of: readonly Section[],
  { parameters }: Objective,
  gradients: readonly Value[],
): Value[] {
  const byName = new Map(parameters.map(({ name, size }, i) => [name, b.reshape(gradients[i], [size])]));
  return of.map((section) => {
    const own = section.parameters.map(({ name }) => byName.get(name)!);
    return b.concat(own, 0);
  });
}
