// One training step in a graph: forward, loss, backward, clipping and update.

import { attribute, GraphBuilder } from "../graph/builder.js";
import { IR_VERSION, OPSETS, type Model, type Value } from "../graph/graph.js";
import { sections, type Plan, type Section } from "../optimizer/sections.js";
import { clipFactor, scalarCount, update, type Vectors } from "../optimizer/update.js";
import { byComputation, lossAndGradients } from "./gradient.js";
import type { Objective } from "./objective.js";
import { scheduleLength, vectorInputs } from "../optimizer/vectors.js";

export interface StepInputs {
  /** The objective's inputs by name, [parts, rows, ...rowShape]. */
  readonly batch: Readonly<Record<string, Value>>;
  /** What `scheduleRow` gives. */
  readonly schedule: Value;
  /** The vectors as `vectorInputs` names them, flat, in its order. */
  readonly state: readonly Value[];
}

interface Taken {
  /** The vectors after the step, in the order of those before it. */
  readonly state: readonly Value[];
  readonly loss: Value;
  /** Before clipping. */
  readonly gradientNorm: Value;
}

/** Appends a step to a graph. */
export function trainingStep(
  b: GraphBuilder,
  objective: Objective,
  plan: Plan,
  { batch, schedule, state }: StepInputs,
): Taken {
  const of = sections(objective.parameters, plan);
  const inputs = vectorInputs(of, plan);
  const vectors = of.map((_, section): Vectors => {
    const own = inputs.flatMap((input, i) => (input.section === section ? [[input.vector, state[i]] as const] : []));
    return Object.fromEntries(own);
  });
  const weights: Record<string, Value> = b.inPart("packing", () =>
    Object.assign({}, ...of.map((section, i) => unpack(b, section, vectors[i].parameters!))),
  );
  const own = lossAndGradients(b, objective, { weights, inputs: batch, share: 1 });
  const squaredNorm = b.inPart("optimizer", () => sumOfSquares(b, own.gradients));
  const gradients = b.inPart("packing", () => packed(b, of, objective, own.gradients));
  const next = b.inPart("optimizer", () => {
    const counts = of.map((section) => scalarCount(section, plan));
    const scalars = b.split(schedule, counts, 0);
    const factor = clipFactor(b, squaredNorm, plan);
    return of.map((section, i) => {
      const shapes = section.parameters.map(({ shape }) => shape);
      const given = { vectors: vectors[i], gradient: gradients[i], scalars: scalars[i], factor, shapes };
      return update(b, section, plan, given);
    });
  });
  return {
    state: inputs.map(({ section, vector }) => next[section][vector]!),
    loss: own.loss,
    gradientNorm: b.op("Sqrt", [squaredNorm]),
  };
}

/**
 * A step as a graph of its own, all rows at once. Inputs: the objective's, [1, rows, ...rowShape]; `schedule`, what `scheduleRow` gives; the vectors.
 * Outputs: `next_<vector>`, `loss`, and `gradientNorm` before clipping.
 */
export function stepModel(objective: Objective, plan: Plan, rows: number): Model {
  const b = new GraphBuilder("training_step");
  const of = sections(objective.parameters, plan);
  const batch = Object.fromEntries(
    objective.inputs.map(({ name, type, rowShape }) => [name, b.input(name, type, [1, rows, ...rowShape])]),
  );
  const schedule = b.input("schedule", "float32", [scheduleLength(of, plan)]);
  const vectors = vectorInputs(of, plan);
  const state = vectors.map(({ name, size }) => b.input(name, "float32", [size]));
  const taken = trainingStep(b, objective, plan, { batch, schedule, state });
  const next = vectors.map(({ name }, i) => [`next_${name}`, taken.state[i]] as const);
  const { loss, gradientNorm } = taken;
  return {
    graph: b.build({ ...Object.fromEntries(next), loss, gradientNorm }),
    irVersion: IR_VERSION,
    opsets: OPSETS,
    metadata: {},
  };
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
