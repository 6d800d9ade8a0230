// Which optimizer trains what: the flat buffers in sections, each with one rule and one pace.

import type { Placed } from "../layout.js";
import type { Group, Spec } from "../spec.js";
import { adamW } from "./adamw.js";
import { lion } from "./lion.js";
import { muon } from "./muon.js";
import type { Optimizer, Options, Slot } from "./optimizer.js";
import { sgd } from "./sgd.js";

const optimizers: Readonly<Record<Options["kind"], Optimizer>> = { adamw: adamW, lion, muon, sgd };

/** Neighbouring parameters that are updated alike. */
export interface Section {
  readonly optimizer: Optimizer;
  /** As a share of the schedule's. */
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly offset: number;
  readonly size: number;
  readonly parameters: readonly Placed[];
}

/** The flat buffers a training carries from step to step, all as long as the parameters. */
export type Vector = "parameters" | Slot | "average";

/** How a training updates its parameters. */
export interface Plan {
  readonly options: Options;
  /** Decay of the running average of the parameters; 0 keeps none. */
  readonly averaging: number;
}

/** How a spec updates its parameters. */
export function planOf({ optimizer, training }: Spec): Plan {
  return { options: optimizer, averaging: training.averaging };
}

/** The sections of parameters that are neighbours. */
export function sections(parameters: readonly Placed[], { options }: Plan): Section[] {
  const found: Section[] = [];
  for (const parameter of parameters) {
    const own = sectionOf(parameter, options);
    const last = found.at(-1);
    if (last && alike(last, own)) found[found.length - 1] = joined(last, own);
    else found.push(own);
  }
  return found;
}

/** The vectors that a section's updates read and write. */
export function vectorsOf({ optimizer }: Pick<Section, "optimizer">, { averaging }: Plan): Vector[] {
  return ["parameters", ...optimizer.slots, ...(averaging > 0 ? (["average"] as const) : [])];
}

/** The vectors that a training of these parameters carries. */
export function allVectors(parameters: readonly Placed[], plan: Plan): Vector[] {
  return [...new Set(sections(parameters, plan).flatMap((section) => vectorsOf(section, plan)))];
}

function sectionOf(parameter: Placed, options: Options): Section {
  const { group, offset, size } = parameter;
  const own: Spec["optimizer"]["groups"][Group] = options.groups[group];
  return {
    optimizer: optimizerOf(group, options),
    learningRate: own.learningRate,
    weightDecay: own.weightDecay ?? (DECAYING.has(group) ? options.weightDecay : 0),
    offset,
    size,
    parameters: [parameter],
  };
}

/** Muon is for the matrices inside the model; everything else then gets AdamW, as its authors advise. */
function optimizerOf(group: Group, { kind }: Options): Optimizer {
  return kind === "muon" && group !== "matrix" ? adamW : optimizers[kind];
}

/** Weight decay shrinks the matrices of linear maps: not biases, gains and embeddings. */
const DECAYING: ReadonlySet<Group> = new Set(["matrix", "head"]);

function alike(a: Section, b: Section): boolean {
  return a.optimizer === b.optimizer && a.learningRate === b.learningRate && a.weightDecay === b.weightDecay;
}

function joined(a: Section, b: Section): Section {
  return { ...a, size: a.size + b.size, parameters: [...a.parameters, ...b.parameters] };
}
