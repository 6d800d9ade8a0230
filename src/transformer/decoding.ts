// The model that generates: it computes new positions only, from the keys and values of all positions before them.

import { attribute, GraphBuilder } from "../graph/builder.js";
import { IR_VERSION, OPSETS, type Model, type Value } from "../graph/graph.js";
import type { Spec } from "../spec.js";
import { forward } from "./forward.js";
import { constantWeights } from "./model.js";
import { headSizes } from "./parameters.js";
import { ALL } from "./positions.js";

/**
 * `input_ids` int64 [1, new] and the keys and values of the past → `logits` [1, 1, 256] over the byte after the last, and the
 * keys and values of the new positions. Those of layer i are the input `past.transformer.h.i.attn.keys` [1, past, heads, head width]
 * and the output `transformer.h.i.attn.keys` [1, new, heads, head width], and the like for `values`.
 *
 * A position's row is one piece of memory and only new rows come out, so a cache grows by writing them behind the old ones, and
 * is never copied on the way in or out.
 */
export function decodingModel(spec: Spec, parameters: Float32Array): Model {
  const b = new GraphBuilder("decoder");
  const ids = b.input("input_ids", "int64", [1, "new"]);
  const pasts = pastInputs(b, spec);
  const rows: Record<string, Value> = {};
  const join = (name: string, x: Value): Value => {
    rows[name] = b.transpose(x, BY_POSITION);
    const { type, shape } = rows[name];
    const both = [pasts[name], rows[name]];
    const all = b.op("Concat", both, { axis: attribute.int(1) }, [{ type, shape: shape.with(1, ALL) }]);
    return b.transpose(all, BY_POSITION);
  };
  const [first] = Object.values(pasts);
  const length = b.op("Shape", [first], { start: attribute.int(1), end: attribute.int(2) });
  const logits = forward(b, spec, constantWeights(b, spec, parameters), ids, { past: { length, join } });
  const last = b.op("Gather", [logits, b.integers([-1])], { axis: attribute.int(1) });
  return { graph: b.build({ logits: last, ...rows }), irVersion: IR_VERSION, opsets: OPSETS, metadata: {} };
}

/** [batch, heads, sequence, head width] ↔ [batch, sequence, heads, head width] */
const BY_POSITION = [0, 2, 1, 3];

/** By the names that attention gives its keys and values. */
function pastInputs(b: GraphBuilder, spec: Spec): Readonly<Record<string, Value>> {
  const { keyValueHeads, headWidth } = headSizes(spec);
  const layers = Array.from({ length: spec.architecture.layers }, (_, layer) => `transformer.h.${layer}.attn`);
  const names = layers.flatMap((at) => [`${at}.keys`, `${at}.values`]);
  const input = (name: string) => b.input(`past.${name}`, "float32", [1, "past", keyValueHeads, headWidth]);
  return Object.fromEntries(names.map((name) => [name, input(name)]));
}
