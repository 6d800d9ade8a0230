// The moves of the search as data: one row per value of the spec, with what is commonly known about it. No history, no choice.

import type { Spec } from "../spec.js";
import { valueAt, type SpecValue } from "./edit-spec.js";

/** Along an ordered value; "aside" where values have no order. */
export type Direction = "up" | "down" | "aside";

export interface Step {
  readonly value: SpecValue;
  readonly direction: Direction;
  /** How promising the step is among those of its row; 1 is neutral. */
  readonly fit: number;
  readonly because: string;
}

/** Why a larger value, why a smaller one. */
type Reasons = readonly [up: string, down: string];

export interface Move {
  readonly path: string;
  readonly words: string;
  /** Size of the effect usually seen, larger first. */
  readonly prior: number;
  /** Whether the value has any effect beside the others; without it a change would train the same model. */
  readonly matters: (spec: Spec) => boolean;
  readonly steps: (spec: Spec) => readonly Step[];
}

const always = () => true;
const MORE_TRAINED = "more capacity per step pays if the budget still trains it";

/** Sizes and rates follow the logarithm; `usual` is where short trainings of small models tend to end up. */
export const MOVES: readonly Move[] = [
  scaled("optimizer.learningRate", "learning rate", 10, [2, 3, 1.4, 5], 0.003, [
    "a short training ends long before a small rate has covered the way",
    "too large a rate bounces around the minimum or diverges",
  ]),
  counted("training.batch", "batch", 6, [2, 1.5, 4], 4, [
    "a steadier gradient allows larger steps",
    "the same bytes give more steps",
  ]),
  chosen("optimizer.schedule", "schedule", 6, {
    cosine: "a rate that falls smoothly averages out the noise of the last steps",
    "warmup-stable-decay": "a long plateau makes the way, a short fall settles",
    constant: "a rate that never falls covers more ground",
  }),
  graded("optimizer.warmup", "warm-up", 4, [0, 0.02, 0.05, 0.1, 0.2, 0.3], 0.1, [
    "the first steps are taken before the moments are known",
    "fewer steps are spent at a low rate",
  ]),
  divisible(
    "architecture.width",
    "width",
    4,
    [1.5, 2, 1.25],
    [MORE_TRAINED, "a narrower model takes more steps on the same budget"],
  ),
  counted("architecture.layers", "layers", 3.5, [2, 1.5, 1.25], 3, [
    "deeper models compose more",
    "a shallower model takes more steps on the same budget",
  ]),
  counted("architecture.context", "context", 3, [2, 1.5], 64, [
    "more bytes to predict from",
    "shorter windows leave more steps on the same budget",
  ]),
  graded(
    "optimizer.beta2",
    "beta2",
    3,
    [0.9, 0.95, 0.98, 0.99, 0.995, 0.999],
    0.99,
    ["a longer memory of the gradient's size is steadier", "a memory longer than the training never settles"],
    (spec) => spec.optimizer.kind !== "sgd",
  ),
  scaled("architecture.feedForward.ratio", "feed-forward ratio", 2.5, [2, 1.5], 4, [
    MORE_TRAINED,
    "a smaller hidden layer leaves more steps on the same budget",
  ]),
  graded("optimizer.weightDecay", "weight decay", 2, [0, 0.003, 0.01, 0.03, 0.1, 0.3, 1], 0.1, [
    "smaller weights generalise better from little text",
    "a short training is not in danger of overfitting",
  ]),
  graded(
    "optimizer.finalLearningRate",
    "final learning rate",
    2,
    [0, 0.01, 0.03, 0.1, 0.3],
    0.03,
    ["the last steps still move", "the last steps settle"],
    (spec) => spec.optimizer.schedule === "cosine",
  ),
  graded(
    "optimizer.decay",
    "decay",
    2,
    [0.1, 0.2, 0.3, 0.4, 0.6, 0.8],
    0.4,
    ["a longer fall settles further", "a longer plateau covers more ground"],
    (spec) => spec.optimizer.schedule === "warmup-stable-decay",
  ),
  scaled("optimizer.gradientClip", "gradient clip", 1.5, [2, 4], 1, [
    "rare large gradients carry information",
    "rare large gradients throw the model back",
  ]),
  divisors("architecture.heads", "heads", 1.5, 4, [
    "more places to look at in one layer",
    "wider heads tell more apart",
  ]),
  graded("optimizer.beta1", "beta1", 1.5, [0.8, 0.85, 0.9, 0.95], 0.9, [
    "more momentum averages over noisy batches",
    "less momentum follows a changing gradient",
  ]),
  switched("architecture.tieEmbeddings", "tied embeddings", 1.5, {
    true: "one table learns from both ends",
    false: "input and output can differ",
  }),
  chosen("architecture.normalization", "normalization", 1, {
    "layer-norm": "means and biases are capacity too",
    "rms-norm": "neither means nor biases: fewer passes and parameters for the same function",
  }),
  chosen("architecture.position", "position", 1, {
    rotary: "a distance looks the same everywhere, so what is learned at one place holds at all",
    learned: "a place may mean something of its own",
  }),
  chosen("architecture.feedForward.kind", "feed-forward kind", 1, {
    swiglu: "a gate beside each hidden value",
    "relu-squared": "a sharper, sparser hidden layer",
    gelu: "smooth, and two matrices instead of three",
  }),
  chosen("optimizer.kind", "optimizer", 1, {
    muon: "directions of a matrix that see little gradient move as far as the others",
    adamw: "the usual choice",
    lion: "a step of one size for every parameter, and half the state",
    sgd: "the gradient itself, with momentum",
  }),
];

/** Multiplied or divided by a factor, rounded to two digits. */
function scaled(
  path: string,
  words: string,
  prior: number,
  factors: readonly number[],
  usual: number,
  reasons: Reasons,
): Move {
  return ordered(path, words, prior, usual, reasons, (value) => {
    return factors.flatMap((factor) => [
      Number((value * factor).toPrecision(2)),
      Number((value / factor).toPrecision(2)),
    ]);
  });
}

/** As `scaled`, to whole numbers. */
function counted(
  path: string,
  words: string,
  prior: number,
  factors: readonly number[],
  usual: number,
  reasons: Reasons,
): Move {
  return ordered(path, words, prior, usual, reasons, (value) => {
    return factors.flatMap((factor) => [Math.ceil(value * factor), Math.floor(value / factor)]);
  });
}

/** As `scaled`, to multiples of the number of heads. */
function divisible(path: string, words: string, prior: number, factors: readonly number[], reasons: Reasons): Move {
  return ordered(path, words, prior, 128, reasons, (value, spec) => {
    const { heads } = spec.architecture;
    return factors.flatMap((factor) =>
      [value * factor, value / factor].map((size) => Math.round(size / heads) * heads),
    );
  });
}

/** Divisors of the width, as far as powers of two and three go. */
function divisors(path: string, words: string, prior: number, usual: number, reasons: Reasons): Move {
  return ordered(path, words, prior, usual, reasons, (_, spec) => {
    return [1, 2, 3, 4, 6, 8, 12, 16, 24, 32].filter((heads) => spec.architecture.width % heads === 0);
  });
}

/** The two next larger and smaller ones of a list of levels. */
function graded(
  path: string,
  words: string,
  prior: number,
  levels: readonly number[],
  usual: number,
  reasons: Reasons,
  matters: (spec: Spec) => boolean = always,
): Move {
  const near = (value: number) => [
    ...levels.filter((l) => l < value).slice(-2),
    ...levels.filter((l) => l > value).slice(0, 2),
  ];
  return { ...ordered(path, words, prior, usual, reasons, near), matters };
}

function ordered(
  path: string,
  words: string,
  prior: number,
  usual: number,
  [up, down]: Reasons,
  targets: (value: number, spec: Spec) => readonly number[],
): Move {
  function steps(spec: Spec): Step[] {
    const from = Number(valueAt(spec, path));
    const values = new Set(targets(from, spec).filter((value) => value !== from && value >= 0));
    return [...values].map((value): Step => {
      const rises = value > from;
      return { value, direction: rises ? "up" : "down", fit: fitOf(from, value, usual), because: rises ? up : down };
    });
  }
  return { path, words, prior, matters: always, steps };
}

/** Between 1/4 and 2: steps that come nearer to the usual value are better, steps of moderate size too. 0 counts as far below. */
function fitOf(from: number, to: number, usual: number): number {
  const distance = (value: number) => Math.abs(Math.log2(Math.max(value, usual / 64) / usual));
  const gain = distance(from) - distance(to);
  return 2 ** Math.max(-2, Math.min(1, gain / 1.5));
}

/** One of several names, each with the reason for choosing it. */
function chosen(path: string, words: string, prior: number, options: Readonly<Record<string, string>>): Move {
  function steps(spec: Spec): Step[] {
    const others = Object.entries(options).filter(([value]) => value !== valueAt(spec, path));
    return others.map(([value, because], i): Step => ({ value, direction: "aside", fit: 1 / (1 + i), because }));
  }
  return { path, words, prior, matters: always, steps };
}

function switched(
  path: string,
  words: string,
  prior: number,
  reasons: Readonly<Record<"true" | "false", string>>,
): Move {
  function steps(spec: Spec): Step[] {
    const value = valueAt(spec, path) !== true;
    return [{ value, direction: "aside", fit: 1, because: reasons[value ? "true" : "false"] }];
  }
  return { path, words, prior, matters: always, steps };
}
