// One optimizer step over pieces of the flat buffers: clipping, each group's own rule, the running average.

import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import type { Group } from "../spec.js";
import type { Piece } from "../layout.js";
import type { Options, State } from "./optimizer.js";
import { optimizerOf, paceOf } from "./optimizers.js";

/** The flat buffers a training carries from step to step, all as long as the parameters. */
export type Vector = keyof State | "average";

export interface Plan {
  /** Groups in the order in which their numbers stand in a row of the schedule. */
  readonly groups: readonly Group[];
  readonly options: Options;
  /** Decay of the running average of the parameters; 0 keeps none. */
  readonly averaging: number;
}

export type Vectors = Readonly<Partial<Record<Vector, Value>>>;

/** The vectors that a training with this plan carries. */
export function vectorsOf({ groups, options, averaging }: Plan): Vector[] {
  const slots = groups.flatMap((group) => optimizerOf(group, options).slots);
  return ["parameters", ...new Set(slots), ...(averaging > 0 ? (["average"] as const) : [])];
}

/** Those of them that a group uses. */
export function vectorsOfGroup(group: Group, plan: Plan): Vector[] {
  return vectorsOf({ ...plan, groups: [group] });
}

/** The numbers of one step (counted from 1), group by group, the average's last. */
export function scheduleRow(step: number, learningRate: number, { groups, options, averaging }: Plan): number[] {
  const rows = groups.flatMap((group) =>
    optimizerOf(group, options).scalars({ step, ...paceOf(group, learningRate, options) }, options),
  );
  // An average that starts at random parameters forgets them faster than its decay alone would let it.
  return averaging > 0 ? [...rows, 1 - Math.min(averaging, (1 + step) / (10 + step))] : rows;
}

export function scheduleSize({ groups, options, averaging }: Plan): number {
  return scheduleOffset(groups.length, { groups, options }) + (averaging > 0 ? 1 : 0);
}

function scheduleOffset(index: number, { groups, options }: Pick<Plan, "groups" | "options">): number {
  return groups.slice(0, index).reduce((sum, group) => sum + optimizerOf(group, options).scalarCount, 0);
}

/** min(1, bound / (norm + 1e-6)) with norm = √`squaredNorm`, as PyTorch's clip_grad_norm_ scales. */
function clipFactor(b: GraphBuilder, squaredNorm: Value, bound: number): Value {
  const norm = b.op("Sqrt", [squaredNorm]);
  return b.op("Min", [b.scalar(1, norm), b.div(b.scalar(bound, norm), b.add(norm, b.scalar(1e-6, norm)))]);
}

/**
 * The vectors of each piece after a step.
 * @param schedule one row, [scheduleSize]
 * @param squaredNorm of the gradient of all parameters, one number
 */
export function update(
  b: GraphBuilder,
  plan: Plan,
  given: {
    readonly pieces: readonly Piece[];
    readonly vectors: readonly Vectors[];
    readonly gradients: readonly Value[];
    readonly schedule: Value;
    readonly squaredNorm: Value;
  },
): Vectors[] {
  const { options, averaging } = plan;
  const factor = clipFactor(b, given.squaredNorm, options.gradientClip);
  const scalars = b.split(given.schedule, Array<number>(scheduleSize(plan)).fill(1), 0);
  return given.pieces.map((piece, i) => {
    const { group } = piece;
    const optimizer = optimizerOf(group, options);
    const first = scheduleOffset(plan.groups.indexOf(group), plan);
    const decays = paceOf(group, 1, options).weightDecay > 0;
    const next = optimizer.update(
      b,
      given.vectors[i] as State,
      b.mul(given.gradients[i], factor),
      scalars.slice(first, first + optimizer.scalarCount),
      { options, piece, decays },
    );
    if (averaging === 0) return next;
    const average = given.vectors[i].average!;
    return { ...next, average: b.add(average, b.mul(b.sub(next.parameters, average), scalars.at(-1)!)) };
  });
}
