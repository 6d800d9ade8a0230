// The table of optimizers, and which one a group of parameters gets.

import type { Group, Spec } from "../spec.js";
import { adamW } from "./adamw.js";
import { lion } from "./lion.js";
import { muon } from "./muon.js";
import type { Optimizer, Options } from "./optimizer.js";
import { sgd } from "./sgd.js";

const optimizers: Readonly<Record<Options["kind"], Optimizer>> = { adamw: adamW, lion, muon, sgd };

/** Muon is for the matrices inside the model; everything else then gets AdamW, as its authors advise. */
export function optimizerOf(group: Group, { kind }: Options): Optimizer {
  return kind === "muon" && group !== "matrix" ? adamW : optimizers[kind];
}

/** Learning rate and weight decay of a group, where `learningRate` is the schedule's. */
export function paceOf(
  group: Group,
  learningRate: number,
  { weightDecay, groups }: Spec["optimizer"],
): { readonly learningRate: number; readonly weightDecay: number } {
  const own = groups[group];
  return {
    learningRate: learningRate * own.learningRate,
    weightDecay: own.weightDecay ?? (DECAYING.has(group) ? weightDecay : 0),
  };
}

/** Weight decay shrinks the matrices of linear maps: not biases, gains and embeddings. */
const DECAYING: ReadonlySet<Group> = new Set(["matrix", "head"]);
