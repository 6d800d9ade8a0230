// Tree-structured Parzen estimator (Bergstra et al., 2011) with the defaults of Optuna 4: 10 random trials, the best tenth (at most 25)
// against the rest, 24 candidates per value, each value by itself, a prior of weight 1, the weights of old trials rising linearly.

import { valueAt } from "../../dist/proposal/edit-spec.js";
import { coordinate, rangeOf, SPACE, specAt } from "../search-space.mjs";
import { randomSpec } from "./random-search.mjs";

const STARTUP = 10;
const CANDIDATES = 24;

export function tpe(start, random) {
  const trials = [];
  return {
    ask() {
      if (trials.length < STARTUP) return randomSpec(start, random);
      const split = splitTrials(trials);
      for (let tries = 0; tries < 100; tries++) {
        const spec = specAt(
          start,
          SPACE.map((dimension, i) => suggest(dimension, i, split, random)),
        );
        if (spec) return spec;
      }
      return randomSpec(start, random);
    },
    tell(spec, score) {
      const at = SPACE.map((dimension) => coordinate(dimension, valueAt(spec, dimension.path)));
      trials.push({ at, score: score ?? Infinity, number: trials.length });
    },
  };
}

function splitTrials(trials) {
  const count = Math.min(Math.ceil(0.1 * trials.length), 25);
  const best = new Set(trials.toSorted((a, b) => a.score - b.score).slice(0, count));
  return { below: trials.filter((trial) => best.has(trial)), above: trials.filter((trial) => !best.has(trial)) };
}

function suggest(dimension, i, { below, above }, random) {
  const [l, g] = [below, above].map((trials) =>
    (dimension.choice ? table : mixture)(
      dimension,
      trials.map(({ at }) => at[i]),
    ),
  );
  const candidates = Array.from({ length: CANDIDATES }, () => l.draw(random));
  return candidates.toSorted((a, b) => l.logDensity(b) - g.logDensity(b) - (l.logDensity(a) - g.logDensity(a)))[0];
}

/** One for up to 24 trials; of more, the older ones rise from 1/n to 1. */
function weightsOf(count) {
  if (count < 25) return Array(count).fill(1);
  const ramp = Array.from(
    { length: count - 25 },
    (_, i) => 1 / count + (i * (1 - 1 / count)) / Math.max(1, count - 26),
  );
  return [...ramp, ...Array(25).fill(1)];
}

function normalised(weights) {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function table({ choice }, seen) {
  const weights = weightsOf(seen.length);
  const shares = choice.map((_, option) => {
    const own = seen.reduce((sum, at, i) => sum + (at === option ? weights[i] : 0), 0);
    return own + 1 / choice.length;
  });
  const chances = normalised(shares);
  return { draw: (random) => choose(chances, random), logDensity: (at) => Math.log(chances[at]) };
}

/** Truncated normal densities at what was seen and one over the whole range. Whole coordinates widen the range by a half on either side. */
function mixture(dimension, seen) {
  const half = dimension.levels ? 0.5 : 0;
  const [low, high] = [rangeOf(dimension)[0] - half, rangeOf(dimension)[1] + half];
  const middle = (low + high) / 2;
  const weights = normalised([...weightsOf(seen.length), 1]);
  const means = [...seen, middle];
  const widths = bandwidths(means, low, high);
  const masses = means.map((mean, k) => cumulative((high - mean) / widths[k]) - cumulative((low - mean) / widths[k]));
  const place = (at) => (dimension.levels ? Math.min(rangeOf(dimension)[1], Math.max(0, Math.round(at))) : at);
  return {
    draw(random) {
      const k = choose(weights, random);
      for (;;) {
        const at = means[k] + widths[k] * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
        if (at >= low && at <= high) return place(at);
      }
    },
    logDensity(at) {
      const density = means.reduce((sum, mean, k) => {
        const z = (at - mean) / widths[k];
        return sum + (weights[k] * Math.exp((-z * z) / 2)) / (widths[k] * masses[k]);
      }, 0);
      return Math.log(density + 1e-300);
    },
  };
}

/** The distance to the farther neighbour, no less than range / min(100, n + 1); the prior is as wide as the range. */
function bandwidths(means, low, high) {
  const order = means.map((_, i) => i).toSorted((a, b) => means[a] - means[b]);
  const least = (high - low) / Math.min(100, means.length + 1);
  const widths = Array(means.length);
  order.forEach((index, rank) => {
    const left = rank > 0 ? means[index] - means[order[rank - 1]] : 0;
    const right = rank + 1 < order.length ? means[order[rank + 1]] - means[index] : 0;
    widths[index] = Math.min(high - low, Math.max(least, left, right));
  });
  widths[means.length - 1] = high - low;
  return widths;
}

function cumulative(z) {
  // Abramowitz and Stegun 7.1.26: good to 1.5e-7.
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const upper = 0.5 * series * Math.exp(-x * x);
  return z > 0 ? 1 - upper : upper;
}

function choose(chances, random) {
  let place = random();
  const found = chances.findIndex((chance) => (place -= chance) < 0);
  return found === -1 ? chances.length - 1 : found;
}
