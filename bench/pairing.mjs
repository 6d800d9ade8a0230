// How much of the noise between seeds two arms share when they train on the same seeds, per kind of change: real trainings of a small spec.
// It decides nothing; the bench of the decision rules takes its correlation from here.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measure } from "../dist/evaluation/measure.js";
import { availableCores, availableMemory } from "../dist/machine.js";
import { Lanes } from "../dist/process/lanes.js";
import { parseSpec } from "../dist/spec.js";
import { flopsPerToken } from "../dist/transformer/parameters.js";
import { demoRepository } from "../dist/wire/demo.js";
import { gatherMaterial } from "../dist/measuring/material.js";
import { say, sized } from "./common.mjs";

/** Sections of the spec and the values that differ from the base. */
const RATE = { optimizer: { learningRate: 0.0033 } };
const BETA = { optimizer: { beta2: 0.98 } };
const CHANGES = {
  "learning rate +10 %": RATE,
  "beta2 0.95 to 0.98": BETA,
  "both of these": { optimizer: { ...RATE.optimizer, ...BETA.optimizer } },
  "learning rate -10 %": { optimizer: { learningRate: 0.0027 } },
  "learning rate doubled": { optimizer: { learningRate: 0.006 } },
  "weight decay 0.1 to 0.01": { optimizer: { weightDecay: 0.01 } },
  "heads 4 to 2": { architecture: { heads: 2 } },
  "batch 8 to 6": { training: { batch: 6 } },
  "layers 2 to 3": { architecture: { layers: 3 } },
  "width 64 to 56": { architecture: { width: 56 } },
  "rotary positions": { architecture: { position: "rotary" } },
};

/** Options: --seeds 10  --tokens 150000 */
export async function run(options) {
  const { values } = parseArgs({
    args: options,
    options: { seeds: { type: "string", default: "10" }, tokens: { type: "string", default: "150000" } },
  });
  const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
  const { split } = await gatherMaterial(await demoRepository(), "HEAD", null, 0);
  const lanes = new Lanes(availableCores());
  const base = merged({});
  const flops = Number(values.tokens) * flopsPerToken(base);
  const scores = (spec) => Promise.all(seeds.map((seed) => lanes.run(() => score({ spec, seed, flops, ...split }))));
  const before = await scores(base);
  say(`between seeds: mean ${mean(before).toFixed(4)}, standard deviation ${deviation(before).toFixed(4)}`);
  say("change                      effect  unpaired   paired  correlation");
  const changes = {};
  for (const [name, change] of Object.entries(CHANGES)) {
    changes[name] = compared(before, await scores(merged(change)));
    say(tableRow(name, changes[name]));
  }
  return { seeds: seeds.length, tokens: Number(values.tokens), before, changes };
}

function merged(change) {
  const { architecture, training } = sized("xs");
  const optimizer = { learningRate: 0.003, beta2: 0.95, weightDecay: 0.1 };
  const spec = {
    architecture: { ...architecture, ...change.architecture },
    training: { ...training, ...change.training },
    optimizer: { ...optimizer, ...change.optimizer },
  };
  return parseSpec(JSON.stringify(spec));
}

async function score({ spec, seed, flops, training, heldOut }) {
  const directory = mkdtempSync(join(tmpdir(), "axon-pairing-"));
  const memory = availableMemory() / availableCores();
  const measured = await measure({ spec, seed, flops, training, heldOut, threads: 1, memory, directory });
  rmSync(directory, { recursive: true });
  if (!measured.ok) throw new Error(measured.reason);
  return measured.score;
}

/** The standard deviations of a difference without and with common seeds; correlation of the arms. */
function compared(before, after) {
  const differences = after.map((value, i) => value - before[i]);
  const unpaired = Math.hypot(deviation(before), deviation(after));
  const paired = deviation(differences);
  const covariance = (unpaired ** 2 - paired ** 2) / 2;
  return {
    scores: after,
    effect: mean(differences),
    unpaired,
    paired,
    correlation: covariance / (deviation(before) * deviation(after)),
  };
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values) {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

function tableRow(name, { effect, unpaired, paired, correlation }) {
  const numbers = [effect, unpaired, paired].map((value) => value.toFixed(4).padStart(9)).join("");
  return `${name.padEnd(25)}${numbers}${correlation.toFixed(2).padStart(13)}`;
}
