// Training steps as one graph: each turn of its Loop is forward, loss, backward, clipping and AdamW on a batch of its own.
// Several steps per run, because ONNX Runtime copies every output on its way to JavaScript: the state leaves only once.

import { gradients } from "../autodiff/gradients.js";
import { attribute, GraphBuilder } from "../graph/builder.js";
import { IR_VERSION, OPSETS, type Dim, type Graph, type Model, type Value } from "../graph/graph.js";
import type { Spec } from "../spec.js";
import { forward } from "../transformer/forward.js";
import { parameterCount, parameterLayout, VOCABULARY } from "../transformer/parameters.js";
import { adamW, clip } from "./optimizer.js";

/** What goes in for each step: [steps, …]. `schedule` holds what optimizer.ts calls its inputs. */
const STEPS: Dim = "steps";

/**
 * Inputs: `ids` int32 [steps, batch, context] and `targets` int32 [steps, batch × context]; `schedule` float32 [steps, 3], the
 * numbers of `stepScalars`; the flat `parameters`, `firstMoment`, `secondMoment`, and `decay` (the weight decay of each parameter).
 * Outputs: the three state buffers after the last step; per step, `losses` in nats per byte and `gradientNorms` before clipping.
 */
export function stepModel(spec: Spec): Model {
  const b = new GraphBuilder("training_steps");
  const { context } = spec.architecture;
  const { batch } = spec.training;
  const size = [parameterCount(spec)];
  const given = {
    ids: b.input("ids", "int32", [STEPS, batch, context]),
    targets: b.input("targets", "int32", [STEPS, batch * context]),
    schedule: b.input("schedule", "float32", [STEPS, 3]),
    decay: b.input("decay", "float32", size),
  };
  const state = STATE.map((name) => b.input(name, "float32", size));
  const count = b.reshape(b.op("Shape", [given.ids], { start: attribute.int(0), end: attribute.int(1) }), []);
  const always = b.constant({ type: "bool", shape: [], data: Uint8Array.of(1) });
  const results = b.node("Loop", [count, always, ...state], { body: { kind: "graph", value: stepBody(spec, given) } }, [
    ...state.map(({ type, shape }) => ({ type, shape })),
    { type: "float32", shape: [STEPS] },
    { type: "float32", shape: [STEPS] },
  ]);
  const names = ["nextParameters", "nextFirstMoment", "nextSecondMoment", "losses", "gradientNorms"];
  const graph = b.build(Object.fromEntries(names.map((name, i) => [name, results[i]])));
  return { graph, irVersion: IR_VERSION, opsets: OPSETS, metadata: {} };
}

const STATE = ["parameters", "firstMoment", "secondMoment"] as const;

/** One step. Inputs: its number, a condition, the state. Outputs: the condition, the next state, loss and gradient norm. */
function stepBody(spec: Spec, given: Readonly<Record<"ids" | "targets" | "schedule" | "decay", Value>>): Graph {
  const b = new GraphBuilder("step");
  const step = b.input("step", "int64", []);
  const going = b.input("going", "bool", []);
  const [parameters, firstMoment, secondMoment] = STATE.map((name) =>
    b.input(`${name}_in`, "float32", given.decay.shape),
  );
  const current = (stack: Value) => b.op("Gather", [b.outer(stack), step], { axis: attribute.int(0) });
  const ids = current(given.ids);
  const targets = current(given.targets);
  const scalars = b.split(current(given.schedule), [1, 1, 1], 0);

  const weights = unpack(b, spec, parameters);
  const logits = b.reshape(forward(b, spec, weights, ids), [targets.shape[0], VOCABULARY]);
  const loss = b.op("SoftmaxCrossEntropyLoss", [logits, targets]);
  const flat = gradients(b, loss, Object.values(weights)).map((g) => b.reshape(g, [-1]));
  const { clipped, norm } = clip(b, b.concat(flat, 0), spec.optimizer.gradientClip);
  const next = adamW(
    b,
    { parameters, firstMoment, secondMoment },
    clipped,
    scalars,
    b.outer(given.decay),
    spec.optimizer,
  );
  return b.build({
    going_out: going,
    parameters_out: next.parameters,
    firstMoment_out: next.firstMoment,
    secondMoment_out: next.secondMoment,
    loss,
    gradientNorm: norm,
  });
}

/** Views of the flat buffer under the layout's names. */
function unpack(b: GraphBuilder, spec: Spec, flat: Value): Record<string, Value> {
  const layout = parameterLayout(spec);
  const parts = b.split(
    flat,
    layout.map(({ size }) => size),
    0,
  );
  return Object.fromEntries(layout.map(({ name, shape }, i) => [name, b.reshape(parts[i], shape)]));
}
