// One training step as one graph: forward, loss, backward, clipping, AdamW. State goes in and comes out.

import { gradients } from "../autodiff/gradients.js";
import { GraphBuilder } from "../graph/builder.js";
import { IR_VERSION, OPSETS, type Model, type Value } from "../graph/graph.js";
import type { Spec } from "../spec.js";
import { forward } from "../transformer/forward.js";
import { parameterCount, parameterLayout, VOCABULARY } from "../transformer/parameters.js";
import { adamW, clip } from "./optimizer.js";

/**
 * Inputs: `ids` int32 [batch, context], `targets` int32 [batch × context]; the flat `parameters`, `firstMoment`,
 * `secondMoment` and `decay` (1 where weight decay applies, else 0); the scalars `learningRate`, `correction1` and
 * `correction2` (1 − βᵗ). Outputs: the three state buffers after the step, `loss` in nats per byte and `gradientNorm`
 * before clipping.
 */
export function stepModel(spec: Spec): Model {
  const b = new GraphBuilder("training_step");
  const { context } = spec.architecture;
  const { batch } = spec.training;
  const ids = b.input("ids", "int32", [batch, context]);
  const targets = b.input("targets", "int32", [batch * context]);
  const [parameters, firstMoment, secondMoment, decay] = ["parameters", "firstMoment", "secondMoment", "decay"].map(
    (name) => b.input(name, "float32", [parameterCount(spec)]),
  ) as [Value, Value, Value, Value];
  const [learningRate, correction1, correction2] = ["learningRate", "correction1", "correction2"].map((name) =>
    b.input(name, "float32", []),
  ) as [Value, Value, Value];

  const weights = unpack(b, spec, parameters);
  const logits = b.reshape(forward(b, spec, weights, ids), [batch * context, VOCABULARY]);
  const loss = b.op("SoftmaxCrossEntropyLoss", [logits, targets]);
  const flat = gradients(b, loss, Object.values(weights)).map((g) => b.reshape(g, [-1]));
  const { clipped, norm } = clip(b, b.concat(flat, 0), spec.optimizer.gradientClip);
  const state = { parameters, firstMoment, secondMoment };
  const next = adamW(b, state, clipped, { learningRate, correction1, correction2, decay }, spec.optimizer);
  const graph = b.build({
    nextParameters: next.parameters,
    nextFirstMoment: next.firstMoment,
    nextSecondMoment: next.secondMoment,
    loss,
    gradientNorm: norm,
  });
  return { graph, irVersion: IR_VERSION, opsets: OPSETS, metadata: {} };
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
