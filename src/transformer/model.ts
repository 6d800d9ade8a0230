// The model a candidate hands over: the forward graph with its weights inside, for any batch and sequence.

import { GraphBuilder } from "../graph/builder.js";
import { IR_VERSION, OPSETS, type Model } from "../graph/graph.js";
import { tensorsOf } from "../layout.js";
import type { Spec } from "../spec.js";
import { forward } from "./forward.js";
import type { Weights } from "./linear.js";
import { parameterLayout } from "./parameters.js";

/** `input_ids` int64 [batch, sequence] → `logits` float32 [batch, sequence, 256]; metadata `axon.context`. */
export function inferenceModel(spec: Spec, parameters: Float32Array): Model {
  const b = new GraphBuilder("decoder");
  const ids = b.input("input_ids", "int64", ["batch", "sequence"]);
  return {
    graph: b.build({ logits: forward(b, spec, constantWeights(b, spec, parameters), ids) }),
    irVersion: IR_VERSION,
    opsets: OPSETS,
    metadata: { "axon.context": String(spec.architecture.context) },
  };
}

/** The parameters as a part of the graph. */
export function constantWeights(b: GraphBuilder, spec: Spec, parameters: Float32Array): Weights {
  const tensors = Object.entries(tensorsOf(parameterLayout(spec), parameters));
  return Object.fromEntries(tensors.map(([name, tensor]) => [name, b.initializer(name, tensor)]));
}
