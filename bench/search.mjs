// Trainings that proposers need to reach a target: three analytic functions over the spec with the noise measured here, and real trainings.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { generator } from "../dist/random.js";
import { parseSpec } from "../dist/spec.js";
import { median, say } from "./common.mjs";
import { axon } from "./search-axon.mjs";
import { pace } from "./search-pace.mjs";
import { DEVIATION, FUNCTIONS, instance, noise } from "./search-functions.mjs";
import { peer, PEERS } from "./search-peers.mjs";
import { realWorlds } from "./search-real.mjs";

const START = parseSpec(readFileSync(new URL("../examples/demo/model/spec.yml", import.meta.url), "utf8"));
const RESAMPLES = 2000;

export const METHODS = {
  ...Object.fromEntries(Object.entries(PEERS).map(([name, open]) => [name, (world) => peer(world, open)])),
  "AXON, one at a time": (world) => axon(world, 1),
  "AXON, four side by side": (world) => axon(world, 4),
};

/** Options: --seeds 30  --first 1  --limit 300 (trainings)  --share 0.8 (of the way to the optimum)  --functions valley,sizes,strange  --methods axon,tpe
 * --real 10 (seeds of real trainings, 0 for none)  --tokens 15000  --target 3.5 (bits per byte)  --trainings 30 (at most) */
export async function run(options) {
  const { values } = parseArgs({
    args: options,
    options: {
      seeds: { type: "string", default: "30" },
      first: { type: "string", default: "1" },
      limit: { type: "string", default: "300" },
      share: { type: "string", default: "0.8" },
      functions: { type: "string", default: Object.keys(FUNCTIONS).join(",") },
      methods: { type: "string", default: "" },
      real: { type: "string", default: "10" },
      tokens: { type: "string", default: "15000" },
      target: { type: "string", default: "3.5" },
      trainings: { type: "string", default: "30" },
    },
  });
  const [limit, share] = [Number(values.limit), Number(values.share)];
  const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => Number(values.first) + i);
  const wanted = values.methods.toLowerCase().split(",");
  const methods = Object.entries(METHODS).filter(([name]) => wanted.some((part) => name.toLowerCase().includes(part)));
  const paces = [];
  for (const attempts of [20, 200, 2000]) {
    paces.push(await pace(START, attempts));
    const { first, later } = paces.at(-1);
    say(`a proposal after ${attempts} attempts: ${later.toFixed(1)} ms, the first one ${first.toFixed(1)} ms`);
  }
  const functions = {};
  for (const name of values.functions.split(",").filter(Boolean)) {
    const worlds = seeds.map((seed) => analyticWorld(name, seed, { limit, share }));
    functions[name] = await compared(`${name}, ${100 * share} % of the way`, methods, worlds, limit);
  }
  const real = Number(values.real) > 0 ? await raced(values, methods) : null;
  return { limit, share, seeds: seeds.length, paces, functions, real };
}

/** Real trainings, the first seeds of them. */
async function raced({ real, first, tokens, target, trainings }, methods) {
  const seeds = Array.from({ length: Number(real) }, (_, i) => Number(first) + i);
  const limit = Number(trainings);
  const worlds = await realWorlds(START, seeds, { tokens: Number(tokens), target: Number(target), limit });
  return compared(`real trainings of ${tokens} bytes, ${target} bits per byte`, methods, worlds, limit);
}

/** Every method meets the same instance and the same noise. */
function analyticWorld(name, seed, { limit, share }) {
  const loss = instance(name, seed);
  const target = (1 - share) * loss(START);
  return {
    start: START,
    seed,
    limit,
    noise: { runs: 5, deviation: DEVIATION, detectable: DEVIATION },
    score: (spec) => {
      const exact = loss(spec);
      return exact === null ? null : 3 + exact + noise(spec, seed);
    },
    done: (spec) => {
      const exact = loss(spec);
      return exact !== null && exact <= target;
    },
  };
}

export async function compared(title, methods, worlds, limit) {
  say(`\n${title}: trainings to the target, at most ${limit}, ${worlds.length} seeds`);
  say("| proposer | median | 95 % interval | not reached |");
  say("| --- | --- | --- | --- |");
  const trainings = {};
  for (const [name, method] of methods) {
    trainings[name] = [];
    for (const world of worlds) trainings[name].push((await method(world)) ?? Infinity);
    say(tableRow(name, trainings[name], limit));
  }
  const ratios = ratiosOf(trainings, limit);
  for (const [name, { ratio, interval, peer: best }] of Object.entries(ratios))
    say(`${name}: ${ratio.toFixed(2)} of ${best} (${interval.map((end) => end.toFixed(2)).join(" to ")})`);
  return { trainings, ratios };
}

function tableRow(name, values, limit) {
  const [low, high] = middle(values.length, (pick) => median(pick.map((i) => values[i])));
  const show = (value) => (value === Infinity ? `> ${limit}` : String(value));
  const missed = values.filter((value) => value === Infinity).length;
  return `| ${name} | ${show(median(values))} | ${show(low)} to ${show(high)} | ${missed} of ${values.length} |`;
}

/** AXON's median against that of the peer with the least; a run that did not reach the target counts as one that did at its end. */
function ratiosOf(trainings, limit) {
  const peers = Object.keys(PEERS).filter((name) => name in trainings);
  if (peers.length === 0) return {};
  const best = peers.toSorted((a, b) => median(trainings[a]) - median(trainings[b]))[0];
  const own = Object.keys(trainings).filter((name) => !(name in PEERS));
  return Object.fromEntries(
    own.map((name) => {
      const capped = (of, i) => Math.min(trainings[of][i], limit);
      const ratio = (pick) => median(pick.map((i) => capped(name, i))) / median(pick.map((i) => capped(best, i)));
      const all = trainings[best].map((_, i) => i);
      return [name, { peer: best, ratio: ratio(all), interval: middle(all.length, ratio) }];
    }),
  );
}

/** The middle 95 % over resamples of the seeds, which are the same for both sides of a ratio. */
function middle(count, statistic) {
  const random = generator("bootstrap");
  const values = Array.from({ length: RESAMPLES }, (_unused, resample) =>
    statistic(Array.from({ length: count }, (_, i) => Math.floor(count * random.uniform(resample * count + i)))),
  ).toSorted((a, b) => a - b);
  return [values[Math.floor(0.025 * RESAMPLES)], values[Math.floor(0.975 * RESAMPLES)]];
}
