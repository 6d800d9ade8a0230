// What AXON itself costs per attempt: the real cycle, workshop, patch engine and archive, flushed to disk, with trainings and a proposer that take no time.
// The repository holds one program of 10 KB, and every proposal rewrites half of it.

import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runCycle } from "../dist/evolution/cycle.js";
import { keyOf, workshop } from "../dist/evolution/workshop.js";
import { parseSpec } from "../dist/spec.js";
import { sequentialPlan } from "../dist/statistics/significance.js";
import { Archive } from "../dist/store/archive.js";
import { median, say } from "./common.mjs";

const PATH = "src/program.py";
const LINES = 250;
const OBJECTIVE = { name: "score", direction: "lower", selfReported: true };
const KEY = { flops: 1e9, split: "a", evaluator: "bench" };

/** Options: --at 0,500,1000,2000 (attempts archived before)  --over 200 (attempts timed) */
export async function run(options) {
  const { values } = parseArgs({
    args: options,
    options: { at: { type: "string", default: "0,500,1000,2000" }, over: { type: "string", default: "200" } },
  });
  const at = values.at.split(",").map(Number);
  const over = Number(values.over);
  const directory = mkdtempSync(join(tmpdir(), "axon-overhead-"));
  try {
    const flush = await flushTime(directory);
    say(`one append of 10 KB, flushed: ${(1000 * flush).toFixed(2)} ms`);
    const times = await attemptTimes(directory, Math.max(...at) + over);
    say("| archived before | attempts/s | ms per attempt | of these, processor |");
    say("| --- | --- | --- | --- |");
    const rows = at.map((archived) => {
      const [from, to] = [times[archived], times[archived + over]];
      const [wall, cpu] = [(to.wall - from.wall) / over, (to.cpu - from.cpu) / over];
      say(`| ${archived} | ${(1 / wall).toFixed(0)} | ${(1000 * wall).toFixed(2)} | ${(1000 * cpu).toFixed(2)} |`);
      return { archived, attemptsPerSecond: 1 / wall, processorSeconds: cpu };
    });
    const begun = performance.now();
    await (await Archive.open(directory)).close();
    const reopened = (performance.now() - begun) / 1000;
    say(`to open that archive again: ${reopened.toFixed(2)} s`);
    return { flush, rows, reopened };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Median of what the disk takes for as much as an attempt writes, in seconds. */
async function flushTime(directory) {
  const file = await open(join(directory, "flush"), "a");
  const times = [];
  for (let i = 0; i < 50; i++) {
    const begun = performance.now();
    await file.appendFile("x".repeat(10_000));
    await file.sync();
    times.push((performance.now() - begun) / 1000);
  }
  await file.close();
  return median(times);
}

/** When each attempt was done, and the processor time spent until then, in seconds; one cycle does them all. */
async function attemptTimes(directory, attempts) {
  const archive = await Archive.open(directory);
  const plan = sequentialPlan();
  const before = program(0);
  const ground = {
    specPath: "model/spec.yml",
    lookUp: async (path) => (path === PATH ? { kind: "text", text: before } : { kind: "nothing" }),
    policy: { allow: ["src/**"] },
    codeCounts: true,
    evolvable: [PATH],
  };
  const baseline = { id: "baseline", changes: new Map(), specText: null, spec: parseSpec("") };
  const times = [{ wall: 0, cpu: process.cpuUsage().user / 1e6 }];
  const begun = performance.now();
  const shop = workshop({
    ground,
    baseline,
    seed: 1,
    objective: OBJECTIVE,
    earlier: [],
    history: [],
    // None is better, so that all depart from the baseline and the cycle goes on to its last training.
    propose: async (_, __, number) => ({ proposer: "llm", hypothesis: `rewrite ${number}`, diff: rewriting(number) }),
    remember: (attempt) => archive.append({ kind: "attempt", cycle: "bench", attempt }),
  });
  const environment = {
    ...shop,
    plan,
    measure: (version, seed) => measured(archive, keyOf(version, ground), seed, version),
    report: ({ kind }) => {
      const { user, system } = process.cpuUsage();
      if (kind === "attempted") times.push({ wall: (performance.now() - begun) / 1000, cpu: (user + system) / 1e6 });
    },
  };
  const trainings = attempts + 60;
  const request = { id: "bench", baseCommit: "", objective: OBJECTIVE, bounds: {}, baseline, trainings };
  await runCycle(request, environment);
  await archive.close();
  return times;
}

/** As `axon evolve` does it: from the archive, or trained and then written there before anybody hears of it. */
async function measured(archive, fingerprint, seed, { changes }) {
  const key = { ...KEY, fingerprint, seed };
  const known = archive.training(key);
  if (known) return known;
  const score = (changes.has(PATH) ? 4 : 3) + (seed % 1000) / 1e6;
  const curve = Array.from({ length: 32 }, (_, i) => 3 + seed / 2 ** 40 + 1 / (i + 1));
  const measurement = {
    ok: true,
    seed,
    score,
    seconds: 0,
    cpuSeconds: 0,
    peakMemory: 0,
    model: null,
    training: { loss: 2, steps: 10, tokens: 1000, flops: 1e9, flopsPerToken: 1e6, curve },
  };
  await archive.append({ kind: "training", key, measurement });
  return measurement;
}

/** 10 KB of which the first half is new with every number. */
function program(number) {
  return [...Array.from({ length: LINES }, (_, i) => lineOf(i, number)), "    return x", ""].join("\n");
}

function lineOf(i, number) {
  const start = i === 0 ? `def f(x, y=${number}):` : `    x = x * ${i} + ${i < LINES / 2 ? number * 7919 + i : i}`;
  return `${start}  # line`.padEnd(40, ".");
}

/** The diff from program 0, of 10 KB: written down and not searched for, for it is the proposer's work and not AXON's. */
function rewriting(number) {
  const half = Array.from({ length: LINES / 2 }, (_, i) => i);
  const lines = [...half.map((i) => `-${lineOf(i, 0)}`), ...half.map((i) => `+${lineOf(i, number)}`)];
  const count = half.length + 3;
  const after = [0, 1, 2].map((i) => ` ${lineOf(half.length + i, 0)}`);
  return [`--- a/${PATH}`, `+++ b/${PATH}`, `@@ -1,${count} +1,${count} @@`, ...lines, ...after, ""].join("\n");
}
