// Loss and gradients alone, as a graph: what a replica runs before the replicas add up what they found.

import { GraphBuilder } from "../graph/builder.js";
import { IR_VERSION, OPSETS, type Model } from "../graph/graph.js";
import { lossAndGradients } from "./gradient.js";
import type { Objective } from "./objective.js";

/**
 * Inputs: the parameters by name; the objective's inputs, [parts, rows, ...rowShape]. Outputs: `loss`, times `share`, and `gradient_<i>` for
 * each parameter in the objective's order.
 */
export function gradientModel(objective: Objective, parts: number, rows: number, share: number): Model {
  const b = new GraphBuilder("gradients");
  const weights = Object.fromEntries(
    objective.parameters.map(({ name, shape }) => [name, b.input(name, "float32", shape)]),
  );
  const inputs = Object.fromEntries(
    objective.inputs.map(({ name, type, rowShape }) => [name, b.input(name, type, [parts, rows, ...rowShape])]),
  );
  const { loss, gradients } = lossAndGradients(b, objective, { weights, inputs, share });
  const outputs = gradients.map((gradient, i) => [gradientName(i), gradient] as const);
  const graph = b.build({ loss, ...Object.fromEntries(outputs) });
  return { graph, irVersion: IR_VERSION, opsets: OPSETS, metadata: {} };
}

export function gradientName(index: number): string {
  return `gradient_${index}`;
}
