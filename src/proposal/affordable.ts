// Whether a budget that trains one spec still trains another. Budgets are FLOPs, so what costs more per step gets fewer steps.

import type { Spec } from "../spec.js";

/** Less than a quarter of the steps is another training altogether: it is reached in steps that each have to pay. */
const MOST_GROWTH = 4;

export function affordable(spec: Spec, parent: Spec): boolean {
  return costOf(spec) <= MOST_GROWTH * costOf(parent);
}

/** Of a step, up to a factor: products of the blocks and the output, and the scores of attention. */
function costOf({ architecture, training }: Spec): number {
  const { width, layers, context, feedForward } = architecture;
  const matrices = feedForward.kind === "swiglu" ? 3 : 2;
  const block = (4 + matrices * feedForward.ratio) * width ** 2 + 2 * width * context;
  return training.batch * context * (layers * block + 256 * width);
}
