// One optimizer step alone, as a graph: what a replica runs on its share of the parameters.

import { GraphBuilder } from "../graph/builder.js";
import { IR_VERSION, OPSETS, type Model } from "../graph/graph.js";
import type { Piece } from "../layout.js";
import { scheduleSize, update, type Plan } from "../optimizer/update.js";
import { byPiece, declareVectors, inOrder } from "./vectors.js";

/**
 * Inputs: the vectors as `vectorInputs` names them, `gradient_<group>` for each piece, `schedule` [scheduleSize] and `squaredNorm`, one number,
 * of the gradient of all parameters. Outputs: `next_<vector>`.
 */
export function updateModel(of: readonly Piece[], plan: Plan): Model {
  const b = new GraphBuilder("update");
  const inputs = declareVectors(b, of, plan);
  const next = update(b, plan, {
    pieces: of,
    vectors: byPiece(of, plan, inputs),
    gradients: of.map(({ group, size }) => b.input(`gradient_${group}`, "float32", [size])),
    schedule: b.input("schedule", "float32", [scheduleSize(plan)]),
    squaredNorm: b.input("squaredNorm", "float32", []),
  });
  const values = inOrder(of, plan, next);
  const graph = b.build(Object.fromEntries(inputs.map(({ name }, i) => [`next_${name}`, values[i]])));
  return { graph, irVersion: IR_VERSION, opsets: OPSETS, metadata: {} };
}
