// Training steps as one graph: each turn of its Loop is a step on a batch of its own.
// Several steps per run, because ONNX Runtime copies every output on its way to JavaScript: the state leaves only once.

import { attribute, GraphBuilder } from "../graph/builder.js";
import { IR_VERSION, OPSETS, type Dim, type Graph, type Model, type Value } from "../graph/graph.js";
import { sections, type Plan } from "../optimizer/sections.js";
import type { Objective } from "./objective.js";
import { trainingStep, type StepInputs } from "./training-step.js";
import { scheduleLength, vectorInputs } from "../optimizer/vectors.js";

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
  const schedule = b.input("schedule", "float32", [STEPS, scheduleLength(of, plan)]);
  const state = vectorInputs(of, plan).map(({ name, size }) => b.input(name, "float32", [size]));
  const count = b.reshape(b.op("Shape", [schedule], { start: attribute.int(0), end: attribute.int(1) }), []);
  const always = b.constant({ type: "bool", shape: [], data: Uint8Array.of(1) });
  const body = stepBody(b, objective, plan, { batch, schedule, state });
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
function stepBody(parent: GraphBuilder, objective: Objective, plan: Plan, outer: StepInputs): Graph {
  const b = new GraphBuilder("step", parent);
  const step = b.input("step", "int64", []);
  const going = b.input("going", "bool", []);
  const state = outer.state.map(({ name, type, shape }) => b.input(`${name}_in`, type, shape));
  const current = (stack: Value) => b.op("Gather", [stack, step], { axis: attribute.int(0) });
  const batch = Object.fromEntries(Object.entries(outer.batch).map(([name, stack]) => [name, current(stack)]));
  const taken = trainingStep(b, objective, plan, { batch, schedule: current(outer.schedule), state });
  return b.build({
    going_out: going,
    ...Object.fromEntries(outer.state.map(({ name }, i) => [`${name}_out`, taken.state[i]])),
    loss: taken.loss,
    gradientNorm: taken.gradientNorm,
  });
}
