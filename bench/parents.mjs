// What it is worth to depart from other versions than the best: the same worlds, the same trainings, one row per rule, differences world by world.
// Nothing is trained; AXON is its own cycle, driven with simulated trainings.

import { parseArgs } from "node:util";
import { chooseParent } from "../dist/evolution/parents.js";
import { generator } from "../dist/random.js";
import { say } from "./common.mjs";
import { axon, cycles } from "./decisions-axon.mjs";
import { STREAMS, World } from "./decisions-world.mjs";
import { Land, LANDS } from "./parents-world.mjs";

/** Trainings that each rule may spend per repeat, and in one cycle. */
const TRAININGS = 400;
const CYCLE = 100;

const RULES = {
  "always the head": ({ head }) => head,
  "weighted sampling": shinka,
  AXON: chooseParent,
};

/** Options: --repeats 1000  --worlds early,plateau,null,rugged,fork  --correlation 0.6  --inherited (noise of additive worlds) */
export async function run(options) {
  const { values } = parseArgs({
    args: options,
    options: {
      repeats: { type: "string", default: "1000" },
      worlds: { type: "string", default: [...Object.keys(STREAMS), ...Object.keys(LANDS)].join(",") },
      correlation: { type: "string", default: "0.6" },
      inherited: { type: "boolean", default: false },
    },
  });
  const [repeats, correlation] = [Number(values.repeats), Number(values.correlation)];
  const noise = { correlation, inherited: values.inherited };
  const worlds = {};
  say(`${TRAININGS} trainings, ${repeats} repeats, correlation ${correlation} on the same seed`);
  say("| world | parents | true gain | against the head | merges | false merges |");
  say("| --- | --- | --- | --- | --- | --- |");
  for (const world of values.worlds.split(",")) {
    worlds[world] = {};
    let before;
    for (const [name, rule] of Object.entries(RULES)) {
      const rows = [];
      for (let repeat = 0; repeat < repeats; repeat++) rows.push(await simulated(world, repeat, noise, rule));
      before ??= rows;
      const row = {
        gain: estimate(rows.map(({ gain }) => gain)),
        difference: estimate(rows.map(({ gain }, i) => gain - before[i].gain)),
        merges: estimate(rows.map(({ merges }) => merges.length)),
        wrong: estimate(rows.map(({ merges }) => merges.filter((change) => change >= 0).length)),
      };
      worlds[world][name] = row;
      say(`| ${world} | ${name} | ${Object.values(row).map(withError).join(" | ")} |`);
    }
  }
  return { trainings: TRAININGS, cycle: CYCLE, repeats, ...noise, worlds };
}

async function simulated(world, repeat, noise, parents) {
  const purse = { ...noise, repeat, trainings: TRAININGS };
  const outcome =
    world in LANDS
      ? await onLand(new Land({ ...purse, land: world }), parents)
      : await axon(new World({ ...purse, stream: world }), CYCLE, parents);
  return { gain: -outcome.effect, merges: outcome.merges };
}

function onLand(land, parents) {
  const baseline = { id: "baseline", genome: land.start, effect: 0 };
  return cycles(land, baseline, CYCLE, (head) => surroundings(land, head, parents));
}

function surroundings(land, baseline, parents) {
  const tried = new Set([baseline.genome.join()]);
  return {
    parents,
    train: ({ genome }, seed) => land.train(genome, seed),
    propose: async ({ genome }) => {
      for (let draw = 0; draw < 50; draw++) {
        const next = land.mutate(genome);
        if (tried.has(next.join())) continue;
        tried.add(next.join());
        const diff = next.flatMap((value, site) => (value === genome[site] ? [] : [`+${site}=${value}`])).join("\n");
        return { proposer: "search", hypothesis: "", diff };
      }
      return null;
    },
    apply: async ({ diff }, to, id) => {
      const genome = [...to.genome];
      for (const [, site, value] of diff.matchAll(/\+(\d+)=(\d+)/g)) genome[site] = Number(value);
      return { id, genome, effect: land.effect(genome) };
    },
  };
}

/** By score alone, as ShinkaEvolve and the Darwin Gödel Machine weigh: a sigmoid around the median, divided by the offspring and one. */
function shinka({ nodes, cycle, number }) {
  const costs = nodes.map(({ cost }) => cost);
  const centre = median(costs);
  const spread = median(costs.map((cost) => Math.abs(cost - centre))) || 1;
  const weights = nodes.map(
    ({ cost, children }) => 1 / (1 + Math.exp((10 * (cost - centre)) / spread)) / (1 + children),
  );
  let place = generator("shinka", cycle, number).uniform(0) * weights.reduce((sum, one) => sum + one, 0);
  return nodes.find((_, i) => (place -= weights[i]) < 0) ?? nodes.at(-1);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** A mean and its standard error. */
function estimate(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

function withError({ mean, error }) {
  return error === 0 && mean === 0 ? "–" : `${mean.toFixed(3)} ± ${error.toFixed(3)}`;
}
