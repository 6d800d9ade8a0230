// One optimizer step over vectors of one section: clipping, the rule, the running average. And the numbers it is given.

import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import type { State } from "./optimizer.js";
import type { Plan, Section, Vector } from "./sections.js";

export type Vectors = Readonly<Partial<Record<Vector, Value>>>;

/** How many numbers `stepScalars` gives a section. */
export function scalarCount({ optimizer }: Section, { averaging }: Plan): number {
  return optimizer.scalarCount + (averaging > 0 ? 1 : 0);
}

/** The numbers of a section at one step, counted from 1: the optimizer's own, then what the average moves by. */
export function stepScalars(step: number, learningRate: number, section: Section, plan: Plan): number[] {
  const { optimizer, weightDecay } = section;
  const pace = { step, learningRate: learningRate * section.learningRate, weightDecay };
  const own = optimizer.scalars(pace, plan.options);
  // An average that starts at random parameters forgets them faster than its decay alone would let it.
  const share = 1 - Math.min(plan.averaging, (1 + step) / (10 + step));
  return plan.averaging > 0 ? [...own, share] : [...own];
}

/** min(1, bound / (norm + 1e-6)) with norm = √`squaredNorm`, as PyTorch's clip_grad_norm_ scales. */
export function clipFactor(b: GraphBuilder, squaredNorm: Value, { options }: Plan): Value {
  const norm = b.op("Sqrt", [squaredNorm]);
  const bound = b.scalar(options.gradientClip, norm);
  return b.op("Min", [b.scalar(1, norm), b.div(bound, b.add(norm, b.scalar(1e-6, norm)))]);
}

/**
 * A section's vectors after a step.
 * @param gradient flat, as long as the vectors
 * @param scalars `stepScalars`, [scalarCount]
 * @param factor what clipping scales gradients by, one number
 * @param shapes of the parameters in the vectors
 */
export function update(
  b: GraphBuilder,
  section: Section,
  plan: Plan,
  given: {
    readonly vectors: Vectors;
    readonly gradient: Value;
    readonly scalars: Value;
    readonly factor: Value;
    readonly shapes: readonly (readonly number[])[];
  },
): Vectors {
  const { optimizer, weightDecay } = section;
  const { vectors, gradient, factor, shapes } = given;
  const scalars = b.split(given.scalars, Array<number>(scalarCount(section, plan)).fill(1), 0);
  const own = scalars.slice(0, optimizer.scalarCount);
  const settings = { options: plan.options, shapes, decays: weightDecay > 0 };
  const next = optimizer.update(b, vectors as State, b.mul(gradient, factor), own, settings);
  if (!vectors.average) return next;
  const moved = b.mul(b.sub(next.parameters, vectors.average), scalars.at(-1)!);
  return { ...next, average: b.add(vectors.average, moved) };
}
