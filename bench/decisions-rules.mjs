// The rules that other loops merge by, each as its repository has it: a world in; true effect, claimed gain and merges out.

import { upperTail } from "../dist/statistics/student-t.js";

const PEERS = {
  "greedy, single run": greedy,
  "greedy, one seed": greedyOneSeed,
  "noise floor, 2σ of two runs": noiseFloor,
  "bootstrap, 3 seeds, P ≥ 0.95": frozenBootstrap,
  "paired, 1·SE of 3": pairedStandardError,
  "Welch, 8 + 8, p < 0.01": welch,
};

export { PEERS };

class Branch {
  effect = 0;
  claimed = 0;
  merges = [];

  merge(change, claim) {
    this.effect += change;
    this.claimed += claim;
    this.merges.push(change);
  }
}

/** Better than the best score so far: karpathy/autoresearch, and by their rules autoloop, senpai and OpenEvolve. */
function greedy(world) {
  const branch = new Branch();
  let best = world.train(0);
  while (world.left > 0) {
    const change = world.propose();
    const score = world.train(branch.effect + change);
    if (score >= best) continue;
    branch.merge(change, best - score);
    best = score;
  }
  return branch;
}

/** The same with every training on one seed, where trainings are reproducible: noise that versions share cancels. */
function greedyOneSeed(world) {
  const branch = new Branch();
  const changes = [];
  let best = world.trainSeeded({ changes: [], effect: 0 }, 1);
  for (let number = 1; world.left > 0; number++) {
    const change = world.propose();
    const score = world.trainSeeded({ changes: [...changes, number], effect: branch.effect + change }, 1);
    if (score >= best) continue;
    branch.merge(change, best - score);
    best = score;
    changes.push(number);
  }
  return branch;
}

/** Better by twice the distance of two runs of the first baseline: karpathy/autoresearch, pull request 560. */
function noiseFloor(world) {
  const branch = new Branch();
  let best = world.train(0);
  const floor = 2 * Math.abs(world.train(0) - best);
  while (world.left > 0) {
    const change = world.propose();
    const score = world.train(branch.effect + change);
    if (best - score < floor) continue;
    branch.merge(change, best - score);
    best = score;
  }
  return branch;
}

/** Three runs against the three that the best was kept with, a loser given up after one: rigor.py of autoresearch-mlx. */
function frozenBootstrap(world) {
  const branch = new Branch();
  let best = several(3, () => world.train(0));
  while (world.left >= 3) {
    const change = world.propose();
    const first = world.train(branch.effect + change);
    if (first >= mean(best)) continue;
    const samples = [first, ...several(2, () => world.train(branch.effect + change))];
    if (shareBelow(resampledMeans(samples), resampledMeans(best)) < 0.95) continue;
    branch.merge(change, mean(best) - mean(samples));
    best = samples;
  }
  return branch;
}

/** All resamples of three, so no chance is left in the bootstrap. */
function resampledMeans(samples) {
  return samples.flatMap((a) => samples.flatMap((b) => samples.map((c) => (a + b + c) / 3)));
}

function shareBelow(means, others) {
  const wins = means.reduce((sum, one) => sum + others.filter((other) => one < other).length, 0);
  return wins / (means.length * others.length);
}

/** Mean paired gain above one standard error, both arms fresh on three seeds: the default gate of cap-evolve. */
function pairedStandardError(world) {
  const branch = new Branch();
  const changes = [];
  for (let number = 1; world.left >= 6; number++) {
    const change = world.propose();
    const before = { changes: [...changes], effect: branch.effect };
    const after = { changes: [...changes, number], effect: branch.effect + change };
    const gains = several(3, (i) => {
      const seed = 3 * number + i;
      return world.trainSeeded(before, seed) - world.trainSeeded(after, seed);
    });
    if (mean(gains) <= Math.sqrt(variance(gains) / 3)) continue;
    branch.merge(change, mean(gains));
    changes.push(number);
  }
  return branch;
}

/** Welch's test on eight fresh runs of each arm, as people do who are careful. */
function welch(world) {
  const branch = new Branch();
  while (world.left >= 16) {
    const change = world.propose();
    const before = several(8, () => world.train(branch.effect));
    const after = several(8, () => world.train(branch.effect + change));
    if (welchPValue(before, after) < 0.01) branch.merge(change, mean(before) - mean(after));
  }
  return branch;
}

/** One-sided, with degrees of freedom by Welch and Satterthwaite, rounded down. */
function welchPValue(before, after) {
  const [v, w] = [variance(before) / before.length, variance(after) / after.length];
  const freedom = (v + w) ** 2 / (v ** 2 / (before.length - 1) + w ** 2 / (after.length - 1));
  return upperTail((mean(before) - mean(after)) / Math.sqrt(v + w), Math.floor(freedom));
}

function several(count, draw) {
  return Array.from({ length: count }, (_, i) => draw(i));
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values) {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}
