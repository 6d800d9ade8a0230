// One measurement of AXON in a process of its own: node train-axon.mjs '{"spec": …, "threads": 2, "warmUp": 3, "steps": 12}'
// Prints JSON: median seconds per step after the warm-up, peak resident size, and the matrix-product peak of these very minutes.

import { readFileSync } from "node:fs";
import { GraphBuilder } from "../dist/graph/builder.js";
import { IR_VERSION, OPSETS } from "../dist/graph/graph.js";
import { writeOnnx } from "../dist/graph/write-onnx.js";
import { planOf } from "../dist/optimizer/sections.js";
import { initialState } from "../dist/optimizer/state.js";
import { createSession } from "../dist/runtime/session.js";
import { parseSpec } from "../dist/spec.js";
import { decoderObjective } from "../dist/training/decoder-objective.js";
import { openSteps } from "../dist/training/open-steps.js";
import { flopsPerToken, initialParameters, parameterCount } from "../dist/transformer/parameters.js";
import { median } from "./common.mjs";

/** Steps per run, as the trainer takes several of them where they are short. */
const RUN = 4;

const { spec: given, threads, warmUp, steps } = JSON.parse(process.argv[2]);
const spec = parseSpec(JSON.stringify(given));
const seconds = await stepSeconds();
const peakBytes = peakResidentBytes(); // before the products below take theirs
const peakGflops = await matMulPeak();
const report = { seconds, peakBytes, peakGflops, parameters: parameterCount(spec), flopsPerToken: flopsPerToken(spec) };
process.stdout.write(JSON.stringify(report));

async function stepSeconds() {
  const [objective, plan, { batch }] = [decoderObjective(spec), planOf(spec), spec.training];
  const start = initialState(initialParameters(spec, 1), objective.parameters, plan);
  const session = await openSteps({ objective, plan, batch, threads }, start);
  const size = batch * spec.architecture.context;
  const bytes = () => Int32Array.from({ length: size }, () => Math.random() * 256);
  const measured = [];
  for (const count of [...Array(warmUp).fill(1), ...Array(Math.ceil(steps / RUN)).fill(RUN)]) {
    const run = Array.from({ length: count }, () => ({
      batch: { ids: bytes(), targets: bytes() },
      learningRate: 1e-3,
    }));
    const before = performance.now();
    await session.run(run);
    measured.push((performance.now() - before) / 1000 / count);
  }
  await session.close();
  return median(measured.slice(warmUp));
}

/** Linux tells the largest resident size; elsewhere it is unknown. */
function peakResidentBytes() {
  try {
    return 1024 * Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
  } catch {
    return null;
  }
}

/** GFLOP/s of 1024 × 1024 × 1024. */
async function matMulPeak() {
  const n = 1024;
  const b = new GraphBuilder("peak");
  const [x, y] = [b.input("x", "float32", [n, n]), b.input("y", "float32", [n, n])];
  const graph = b.build({ z: b.op("ReduceMax", [b.matMul(x, y)]) });
  const model = { graph, irVersion: IR_VERSION, opsets: OPSETS, metadata: {} };
  const session = await createSession(writeOnnx(model), { threads });
  const data = () => ({ type: "float32", shape: [n, n], data: Float32Array.from({ length: n * n }, Math.random) });
  const feeds = { x: data(), y: data() };
  const measured = [];
  for (let i = 0; i < 30; i++) {
    const start = performance.now();
    await session.run(feeds);
    measured.push((performance.now() - start) / 1000);
  }
  await session.close();
  return (2 * n ** 3) / median(measured.slice(5)) / 1e9;
}
