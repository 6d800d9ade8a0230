// The model that generates: it computes new positions only, from the keys and values of all positions before them.

import { attribute, GraphBuilder } from "../graph/builder.js";
import { IR_VERSION, OPSETS, type Model, type Value } from "../graph/graph.js";
import type { Spec } from "../spec.js";
import { ALL, forward } from "./forward.js";
import { constantWeights } from "./model.js";

/**
 * `input_ids` int64 [1, new] and, for every layer, `past_keys_0`, `past_values_0` … [1, past, heads, headWidth] →
 * `logits` [1, 1, 256] over the byte after the last, and `keys_0`, `values_0` … [1, new, heads, headWidth].
 *
 * Only the new rows come out, and a position's row is one piece of memory: so they are put behind the rows that are there,
 * and a cache is never copied on its way in or out.
 */
export function decodingModel(spec: Spec, parameters: Float32Array): Model {
  const b = new GraphBuilder("decoder");
  const ids = b.input("input_ids", "int64", [1, "new"]);
  const rows: Record<string, Value> = {};
  const pasts = Array.from({ length: spec.architecture.layers }, (_, layer) =>
    ["keys", "values"].map((kind) => b.input(`past_${kind}_${layer}`, "float32", [1, "past", ...cacheRow(spec)])),
  );
  const length = b.op("Shape", [pasts[0][0]], { start: attribute.int(1), end: attribute.int(2) });
  const behind = (past: Value, row: Value): Value => {
    const { type, shape } = row;
    return b.op("Concat", [past, row], { axis: attribute.int(1) }, [{ type, shape: shape.with(1, ALL) }]);
  };
  const logits = forward(b, spec, constantWeights(b, spec, parameters), ids, {
    past: {
      length,
      extend: (layer, keys, values) => {
        rows[`keys_${layer}`] = keys;
        rows[`values_${layer}`] = values;
        const [pastKeys, pastValues] = pasts[layer];
        return [behind(pastKeys, keys), behind(pastValues, values)];
      },
    },
  });
  const last = b.op("Gather", [logits, b.integers([-1])], { axis: attribute.int(1) });
  return { graph: b.build({ logits: last, ...rows }), irVersion: IR_VERSION, opsets: OPSETS, metadata: {} };
}

function cacheRow({ architecture: { width, heads } }: Spec): [heads: number, headWidth: number] {
  return [heads, width / heads];
}
