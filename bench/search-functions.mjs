// Three analytic stand-ins for held-out bits per byte over the whole spec, in instances drawn by seed, and noise as it was measured.
// What is written is the loss above the best that the instance has, which is 0.

import { generator } from "../dist/random.js";
import { valueAt } from "../dist/proposal/edit-spec.js";
import { coordinate, SPACE } from "./search-space.mjs";

/** Standard deviation between seeds, in bits per byte: docs/log.md, "How much noise two arms share". */
export const DEVIATION = 0.009;

/** Shares of the noise that a change of the value draws anew, from the correlations of the same table. Those of the architecture draw all. */
const SHARES = {
  "optimizer.learningRate": 0.25,
  "training.batch": 0.3,
  "optimizer.beta2": 0.1,
  "optimizer.kind": 0.15,
};
const SHARE = 0.015;

export const FUNCTIONS = { valley, sizes, strange };

/** Smooth, a parabola near 0 and straight farther away: a loss that is far off does not explode. */
function bowl(distance) {
  return Math.sqrt(1 + distance * distance) - 1;
}

/** Draws of an instance: `near(x, sd)` is normal about x. */
function draws(name, seed) {
  const random = generator("bench search", name, seed);
  let i = 0;
  return {
    uniform: (low, high) => low + random.uniform(i++) * (high - low),
    near: (x, sd) => x + sd * random.normal(i++),
    pick: (items) => items[Math.floor(random.uniform(i++) * items.length)],
  };
}

/**
 * What a training loop answers to: a valley of the learning rate whose place moves with batch, width and optimizer, and a cliff beyond it;
 * schedule, warm-up and decay matter some, momenta less, and heads, clip, tying, normalization and feed-forward not at all.
 */
function valley(seed) {
  const { near, uniform, pick } = draws("valley", seed);
  const rate = near(Math.log2(0.004), 0.7);
  const batch = near(2, 0.8);
  const [width, layers, context] = [near(6, 0.6), near(1, 0.4), near(5.5, 0.6)];
  const schedule = pick(["cosine", "cosine", "warmup-stable-decay"]);
  const shift = { adamw: 0, lion: -2.5, muon: 2, sgd: 4 };
  const behind = { adamw: uniform(0, 0.03), lion: uniform(0.02, 0.08), muon: uniform(0, 0.06), sgd: uniform(0.1, 0.3) };
  const best = Math.min(...Object.values(behind));
  const [warmup, beta2, decay, final, tail] = [
    uniform(1, 4),
    uniform(0, 4),
    uniform(0, 5),
    uniform(0, 4),
    uniform(1, 4),
  ];
  return (at) => {
    const optimum = rate + 0.5 * (at.batch - batch) - 0.4 * (at.width - width) + shift[at.kind];
    const off = at.learningRate - optimum;
    if (off > 4) return null; // diverges
    const loss = 0.16 * bowl(off > 0 ? 1.8 * off : off) + 0.05 * bowl(at.batch - batch) + 0.06 * bowl(at.width - width);
    const shape = 0.05 * bowl(at.layers - layers) + 0.06 * bowl(at.context - context) + behind[at.kind] - best;
    const settles = at.schedule === schedule ? 0 : at.schedule === "constant" ? 0.1 : 0.02;
    const end = at.schedule === "cosine" ? Math.abs(at.finalLearningRate - final) : Math.abs(at.decay - tail);
    const small =
      0.015 * Math.abs(at.warmup - warmup) +
      0.008 * Math.abs(at.beta2 - beta2) +
      0.003 * Math.abs(at.weightDecay - decay);
    return loss + shape + settles + small + (at.schedule === "constant" ? 0 : 0.004 * end);
  };
}

/**
 * What a small budget answers to: too large a model sees too little text, too small a one learns too little, and in between lies a plateau on
 * the product of the sizes; kinds of blocks matter as much, and the rate only outside a wide plateau.
 */
function sizes(seed) {
  const { near, uniform, pick } = draws("sizes", seed);
  const [capacity, context, batch, rate] = [near(12, 1.5), near(5, 0.8), near(1.5, 1), near(Math.log2(0.003), 0.8)];
  const gains = {
    position: { [pick(["rotary", "rotary", "learned"])]: uniform(0.05, 0.3) },
    feedForward: { [pick(["swiglu", "relu-squared", "gelu"])]: uniform(0.02, 0.1) },
    normalization: { [pick(["rms-norm", "layer-norm"])]: uniform(0, 0.04) },
    tieEmbeddings: { [pick([true, false])]: uniform(0, 0.08) },
    kind: { [pick(["muon", "adamw", "adamw"])]: uniform(0.02, 0.15) },
  };
  const heads = uniform(0, 3);
  return (at) => {
    const size = 2 * at.width + at.layers + 0.4 * at.ratio;
    const plateau = (off, half) => bowl(Math.max(0, Math.abs(off) - half));
    const loss =
      0.12 * plateau(size - capacity, 0.7) + 0.08 * bowl(at.context - context) + 0.06 * bowl(at.batch - batch);
    const missed = Object.entries(gains).reduce((sum, [name, gain]) => {
      const [[option, worth]] = Object.entries(gain);
      return sum + (String(at[name]) === option ? 0 : worth);
    }, 0);
    const moved = at.kind === "muon" ? 1.5 : at.kind === "sgd" ? 4 : at.kind === "lion" ? -2.5 : 0;
    return loss + missed + 0.12 * plateau(at.learningRate - rate - moved, 1) + 0.008 * Math.abs(at.heads - heads);
  };
}

/** Nothing is as anybody would expect: half of the values matter, which ones and how much and where they are best is drawn from all alike. */
function strange(seed) {
  const { uniform } = draws("strange", seed);
  const terms = SPACE.map((dimension) => {
    const matters = uniform(0, 1) < 0.5;
    const weight = matters ? 2 ** uniform(-3, 1) : 0;
    if (dimension.choice) return { dimension, weight, best: Math.floor(uniform(0, dimension.choice.length)) };
    const [low, high] = dimension.log ? dimension.log.map((end) => Math.log2(end)) : [0, dimension.levels.length - 1];
    return { dimension, weight, best: uniform(low, high), span: high - low };
  });
  return (_, all) =>
    terms.reduce((sum, { weight, best, span, dimension }, i) => {
      if (dimension.choice) return sum + (all[i] === best ? 0 : 0.2 * weight);
      return sum + 0.2 * weight * bowl((4 * (all[i] - best)) / span);
    }, 0);
}

/** @returns loss(spec): of an instance without noise; null where the training would diverge */
export function instance(name, seed) {
  const loss = FUNCTIONS[name](seed);
  return (spec) => {
    const all = SPACE.map((dimension) => coordinate(dimension, valueAt(spec, dimension.path)));
    const at = {};
    SPACE.forEach(({ path, choice }, i) => (at[nameOf(path)] = choice ? choice[all[i]] : all[i]));
    return loss(at, all);
  };
}

function nameOf(path) {
  if (path === "architecture.feedForward.kind") return "feedForward";
  return path.split(".").at(-1);
}

/** Noise of a spec on a seed: each value owns a share, inherited by whatever keeps it; another shape of the model draws everything anew. */
export function noise(spec, seed) {
  const shape = JSON.stringify(spec.architecture);
  let left = 1;
  let sum = 0;
  for (const { path } of SPACE) {
    if (path.startsWith("architecture.")) continue;
    const share = SHARES[path] ?? SHARE;
    left -= share;
    sum += Math.sqrt(share) * generator("noise", seed, shape, path, String(valueAt(spec, path))).normal(0);
  }
  return DEVIATION * (sum + Math.sqrt(left) * generator("noise", seed, shape).normal(0));
}
