// What rules of merging are worth: the same streams of changes with known effects, the same number of trainings, one row per rule.
// Nothing is trained; AXON's row is its own cycle, driven with simulated trainings.

import { parseArgs } from "node:util";
import { say } from "./common.mjs";
import { axon, confirms } from "./decisions-axon.mjs";
import { PEERS } from "./decisions-rules.mjs";
import { STREAMS, World } from "./decisions-world.mjs";

/** Trainings that each rule may spend per repeat. */
const TRAININGS = 400;

/** Options: --repeats 5000  --correlation 0.6  --streams null,early,plateau  --cycle 100 (trainings)  --rules axon,welch */
export async function run(options) {
  const { values } = parseArgs({
    args: options,
    options: {
      repeats: { type: "string", default: "5000" },
      correlation: { type: "string", default: "0.6" },
      streams: { type: "string", default: Object.keys(STREAMS).join(",") },
      inherited: { type: "boolean", default: false },
      cycle: { type: "string", default: "100" },
      rules: { type: "string", default: "" },
    },
  });
  const [repeats, correlation] = [Number(values.repeats), Number(values.correlation)];
  const wanted = values.rules.split(",").map((name) => name.toLowerCase());
  const rules = Object.entries({ ...PEERS, AXON: (world) => axon(world, Number(values.cycle)) }).filter(([name]) =>
    wanted.some((part) => name.toLowerCase().includes(part)),
  );
  const noise = { correlation, inherited: values.inherited };
  const confirmed = {};
  for (const gain of [0, 1, 2]) confirmed[gain] = confirmedShare(gain, repeats, noise);
  const shares = Object.entries(confirmed).map(([gain, share]) => `${gain}: ${withError(share)}`);
  say(`share of confirmations that accept a gain of so many standard deviations between seeds: ${shares.join(", ")}`);
  const streams = {};
  for (const stream of values.streams.split(",")) {
    say(
      `\n${stream}: ${TRAININGS} trainings, ${repeats} repeats, correlation ${correlation} on the same seed${noise.inherited ? ", inherited" : ""}`,
    );
    say("| rule | true gain | claimed | claimed ÷ true | merges | false merges | of all merges | trainings |");
    say("| --- | --- | --- | --- | --- | --- | --- | --- |");
    streams[stream] = {};
    for (const [name, rule] of rules) {
      streams[stream][name] = await simulated(rule, repeats, { ...noise, stream });
      say(tableRow(name, streams[stream][name]));
    }
  }
  return { trainings: TRAININGS, repeats, ...noise, confirmed, streams };
}

function confirmedShare(gain, repeats, noise) {
  const worlds = Array.from(
    { length: repeats },
    (_, repeat) => new World({ ...noise, stream: "null", repeat, trainings: 0 }),
  );
  return estimate(worlds.map((world) => Number(confirms(world, -gain))));
}

async function simulated(rule, repeats, noise) {
  const rows = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const world = new World({ ...noise, repeat, trainings: TRAININGS });
    const { effect, claimed, merges } = await rule(world);
    const wrong = merges.filter((change) => change >= 0).length;
    rows.push({ gain: -effect, claimed, merges: merges.length, wrong, trainings: TRAININGS - world.left });
  }
  const column = (name) => rows.map((row) => row[name]);
  return {
    gain: estimate(column("gain")),
    claimed: estimate(column("claimed")),
    inflation: ratio(column("claimed"), column("gain")),
    merges: estimate(column("merges")),
    wrong: estimate(column("wrong")),
    falseDiscovery: ratio(column("wrong"), column("merges")),
    trainings: estimate(column("trainings")),
  };
}

/** A mean and its standard error. */
function estimate(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/** Of two sums; the error to first order. */
function ratio(above, below) {
  const [top, bottom] = [estimate(above).mean, estimate(below).mean];
  const { error } = estimate(above.map((value, i) => value - (top / bottom) * below[i]));
  return { mean: top / bottom, error: error / Math.abs(bottom) };
}

function tableRow(name, { gain, claimed, inflation, merges, wrong, falseDiscovery, trainings }) {
  const cells = [gain, claimed, inflation, merges, wrong, falseDiscovery].map(withError);
  return `| ${name} | ${cells.join(" | ")} | ${trainings.mean.toFixed(0)} |`;
}

/** A ratio of nothing to nothing, and one to a gain that may as well be none, says nothing. */
function withError({ mean, error }) {
  if (!Number.isFinite(mean) || error > Math.abs(mean)) return "–";
  const places = error < 0.005 ? 3 : 2;
  return `${mean.toFixed(places)} ± ${error.toFixed(places)}`;
}
