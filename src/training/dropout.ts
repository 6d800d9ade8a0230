// Dropout: which values a training step leaves out. Masks are drawn by place, so that any step can be asked for at any time.

import { attribute, type GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { generator } from "../random.js";
import type { Spec } from "../spec.js";
import { dropoutSites } from "../transformer/forward.js";
import type { BatchInput } from "./objective.js";

const NAME = "kept";

/** The masks as an input of a training: 1 where a value stays, uint8 per window [sites, context, width]. None without dropout. */
export function dropoutInputs(spec: Spec): BatchInput[] {
  const { context, width } = spec.architecture;
  return threshold(spec) === 0 ? [] : [{ name: NAME, type: "uint8", rowShape: [dropoutSites(spec), context, width] }];
}

/** The masks of a step, a pure function of seed and step: what `dropoutInputs` asks for. */
export function dropoutMasks(spec: Spec, seed: number, step: number): Record<string, Uint8Array> {
  const least = threshold(spec);
  if (least === 0) return {};
  const { context, width } = spec.architecture;
  const masks = new Uint8Array(spec.training.batch * dropoutSites(spec) * context * width);
  generator("dropout", seed, step).bytes(masks);
  for (let i = 0; i < masks.length; i++) masks[i] = masks[i] < least ? 0 : 1;
  return { [NAME]: masks };
}

/** What `forward` calls at every site: values that stay are scaled up, so that their expectation does not change. */
export function dropper(b: GraphBuilder, spec: Spec, batch: Readonly<Record<string, Value>>) {
  const masks: Value | undefined = batch[NAME];
  if (!masks) return undefined;
  const scale = 256 / (256 - threshold(spec));
  return (x: Value, site: number): Value => {
    const index = b.constant({ type: "int64", shape: [], data: BigInt64Array.of(BigInt(site)) });
    const mask = b.op("Gather", [masks, index], { axis: attribute.int(1) });
    return b.mul(x, b.scale(b.cast(mask, x.type), scale));
  };
}

/** A random byte below it leaves a value out: the rate in steps of 1/256, which draws eight values from 64 random bits. */
function threshold({ training }: Spec): number {
  return training.dropout === 0 ? 0 : Math.max(1, Math.round(training.dropout * 256));
}
