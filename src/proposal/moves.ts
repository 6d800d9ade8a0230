// The moves of the search as data: one row per value of the spec, with what is commonly known about it. No history, no choice.

import { chosen, counted, divisible, divisors, graded, scaled, switched, type Move } from "./move.js";

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
  chosen("optimizer.schedule", "schedule", 4, {
    cosine: "a rate that falls smoothly averages out the noise of the last steps",
    "warmup-stable-decay": "a long plateau makes the way, a short fall settles",
    constant: "a rate that never falls covers more ground",
  }),
  graded("optimizer.warmup", "warm-up", 3, [0, 0.02, 0.05, 0.1, 0.2, 0.3], 0.1, [
    "the first steps are taken before the moments are known",
    "fewer steps are spent at a low rate",
  ]),
  divisible(
    "architecture.width",
    "width",
    6,
    [1.5, 2, 1.25],
    [MORE_TRAINED, "a narrower model takes more steps on the same budget"],
  ),
  counted("architecture.layers", "layers", 5, [2, 1.5, 1.25], 3, [
    "deeper models compose more",
    "a shallower model takes more steps on the same budget",
  ]),
  counted("architecture.context", "context", 6, [2, 1.5], 64, [
    "more bytes to predict from",
    "shorter windows leave more steps on the same budget",
  ]),
  graded(
    "optimizer.beta2",
    "beta2",
    2.5,
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
  chosen("architecture.normalization", "normalization", 1.5, {
    "layer-norm": "means and biases are capacity too",
    "rms-norm": "neither means nor biases: fewer passes and parameters for the same function",
  }),
  chosen("architecture.position", "position", 5, {
    rotary: "a distance looks the same everywhere, so what is learned at one place holds at all",
    learned: "a place may mean something of its own",
  }),
  chosen("architecture.feedForward.kind", "feed-forward kind", 2, {
    swiglu: "a gate beside each hidden value",
    "relu-squared": "a sharper, sparser hidden layer",
    gelu: "smooth, and two matrices instead of three",
  }),
  chosen("optimizer.kind", "optimizer", 2, {
    muon: "directions of a matrix that see little gradient move as far as the others",
    adamw: "the usual choice",
    lion: "a step of one size for every parameter, and half the state",
    sgd: "the gradient itself, with momentum",
  }),
];
