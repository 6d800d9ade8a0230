// Next-byte prediction: the objective of the decoders that a spec describes.

import { attribute, type GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import type { Spec } from "../spec.js";
import { forward } from "../transformer/forward.js";
import { parameterLayout, VOCABULARY } from "../transformer/parameters.js";
import { dropoutInputs, dropper } from "./dropout.js";
import type { Objective } from "./objective.js";

/** Positions computed at once: where speed per position is best, or as good as with more, as measured for widths from 64 to 512. */
const POSITIONS = 512;

/** Inputs `ids` and `targets`: bytes as int32, a row per window; and the masks of dropout where there is any. The loss is in nats per byte. */
export function decoderObjective(spec: Spec): Objective {
  const { context } = spec.architecture;
  return {
    parameters: parameterLayout(spec),
    rowsAtOnce: spec.training.microBatch ?? POSITIONS / context,
    inputs: [
      { name: "ids", type: "int32", rowShape: [context] },
      { name: "targets", type: "int32", rowShape: [context] },
      ...dropoutInputs(spec),
    ],
    recompute: spec.training.recompute,
    loss(b, weights, batch, keep) {
      const { ids, targets } = batch;
      const positions = (ids.shape[0] as number) * context;
      const logits = b.reshape(forward(b, spec, weights, ids, { onBlock: keep, drop: dropper(b, spec, batch) }), [
        positions,
        VOCABULARY,
      ]);
      return crossEntropy(b, logits, b.reshape(targets, [positions]), spec.training.zLoss);
    },
  };
}

/** Mean of −log p(target) + zLoss · z² with z = log Σ exp(logits), the penalty of PaLM (Chowdhery et al. 2022). */
function crossEntropy(b: GraphBuilder, logits: Value, targets: Value, zLoss: number): Value {
  if (zLoss === 0) return b.op("SoftmaxCrossEntropyLoss", [logits, targets]);
  const logs = b.op("LogSoftmax", [logits], { axis: attribute.int(-1) });
  const column = b.cast(b.reshape(targets, [targets.shape[0], 1]), "int64");
  const surprise = b.neg(b.op("GatherElements", [logs, column], { axis: attribute.int(1) }));
  const first = (x: Value) => b.op("Slice", [x, b.integers([0]), b.integers([1]), b.integers([1])]);
  const z = b.sub(first(logits), first(logs)); // the same in every column
  const mean = (x: Value) => b.op("ReduceMean", [x], { keepdims: attribute.int(0) });
  return b.add(mean(surprise), b.scale(mean(b.mul(z, z)), zLoss));
}
