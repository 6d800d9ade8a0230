// Training speed beside the machine's matrix-product peak and, where python3 has torch, beside PyTorch on the same sizes.
// Ratios are taken pair by pair in the same minutes; FLOPs per token = 6·parameters + 12·layers·width·context for all.

import { execFileSync } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { GraphBuilder } from "../dist/graph/builder.js";
import { IR_VERSION, OPSETS } from "../dist/graph/graph.js";
import { writeOnnx } from "../dist/graph/write-onnx.js";
import { createSession, RUNTIME_VERSION } from "../dist/runtime/session.js";
import { parseSpec } from "../dist/spec.js";
import { planOf } from "../dist/optimizer/sections.js";
import { decoderObjective } from "../dist/training/decoder-objective.js";
import { openSteps } from "../dist/training/open-steps.js";
import { initialState } from "../dist/optimizer/state.js";
import { flopsPerToken, initialParameters, parameterCount } from "../dist/transformer/parameters.js";
import { median, say, sized, SIZES } from "./common.mjs";

const WARM_UP = 3;
const STEPS = 12;
/** Steps per run. */
const RUN = 4;
const PEER = fileURLToPath(new URL("peers/torch_gpt.py", import.meta.url));

/** Options: --sizes s,m  --threads 2  --pairs 3 */
export async function run(options) {
  const { values } = parseArgs({
    args: options,
    options: {
      sizes: { type: "string", default: "s" },
      threads: { type: "string", default: String(availableParallelism()) },
      pairs: { type: "string", default: "3" },
    },
  });
  const [threads, pairs] = [Number(values.threads), Number(values.pairs)];
  const torch = torchVersion();
  const peak = await matMulPeak(threads);
  say(`${cpus()[0].model}, ${threads} threads, onnxruntime ${RUNTIME_VERSION}, ${torch ?? "no PyTorch here"}`);
  say(`matrix products alone: ${peak.toFixed(0)} GFLOP/s (1024 × 1024 × 1024)`);
  say("size  parameters     AXON tok/s  GFLOP/s  of peak    torch tok/s  GFLOP/s    ratio");
  const sizes = [];
  for (const name of values.sizes.split(",")) {
    const row = await comparePairs(name, threads, pairs, torch);
    sizes.push({ ...row, ofPeak: row.gflops / peak });
    say(tableRow(sizes.at(-1)));
  }
  return { cpu: cpus()[0].model, threads, onnxruntime: RUNTIME_VERSION, torch, peakGflops: peak, sizes };
}

async function comparePairs(name, threads, pairs, torch) {
  const spec = parseSpec(JSON.stringify(sized(name)));
  const tokens = spec.training.batch * spec.architecture.context;
  const flops = flopsPerToken(spec) * tokens;
  const measured = [];
  for (let pair = 0; pair < pairs; pair++) {
    const axon = await axonSeconds(spec, threads);
    const peer = torch ? torchSeconds(name, threads) : null;
    measured.push({ axon, peer, ratio: peer && peer / axon });
  }
  const axon = median(measured.map((one) => one.axon));
  const peer = torch ? median(measured.map((one) => one.peer)) : null;
  return {
    name,
    parameters: parameterCount(spec),
    tokensPerSecond: tokens / axon,
    gflops: flops / axon / 1e9,
    peer: peer && { tokensPerSecond: tokens / peer, gflops: flops / peer / 1e9 },
    ratio: torch ? median(measured.map((one) => one.ratio)) : null,
    ratios: measured.map((one) => one.ratio),
  };
}

/** Median seconds per step after the warm-up, several steps per run as the trainer does. */
async function axonSeconds(spec, threads) {
  const [objective, plan, { batch }] = [decoderObjective(spec), planOf(spec), spec.training];
  const start = initialState(initialParameters(spec, 1), objective.parameters, plan);
  const session = await openSteps({ objective, plan, batch, threads }, start);
  const size = batch * spec.architecture.context;
  const bytes = () => Int32Array.from({ length: size }, () => Math.random() * 256);
  const seconds = [];
  for (const count of [1, 1, 1, ...Array(STEPS / RUN).fill(RUN)]) {
    const steps = Array.from({ length: count }, () => ({
      batch: { ids: bytes(), targets: bytes() },
      learningRate: 1e-3,
    }));
    const before = performance.now();
    await session.run(steps);
    seconds.push((performance.now() - before) / 1000 / count);
  }
  await session.close();
  return median(seconds.slice(WARM_UP));
}

function torchSeconds(size, threads) {
  const { layers, width, heads, context, batch } = SIZES[size];
  const numbers = [layers, width, heads, context, batch, threads, WARM_UP, STEPS].map(String);
  const env = { PATH: "/usr/bin:/bin", OPENBLAS_NUM_THREADS: String(threads), OMP_NUM_THREADS: String(threads) };
  return Number(execFileSync("/usr/bin/python3", [PEER, ...numbers], { env, encoding: "utf8" }));
}

function torchVersion() {
  try {
    const script = "import torch; print('PyTorch', torch.__version__)";
    return execFileSync("/usr/bin/python3", ["-c", script], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null; // no python3 or no torch: the table says so
  }
}

async function matMulPeak(threads) {
  const n = 1024;
  const b = new GraphBuilder("peak");
  const [x, y] = [b.input("x", "float32", [n, n]), b.input("y", "float32", [n, n])];
  const graph = b.build({ z: b.op("ReduceMax", [b.matMul(x, y)]) });
  const session = await createSession(writeOnnx({ graph, irVersion: IR_VERSION, opsets: OPSETS, metadata: {} }), {
    threads,
  });
  const data = () => ({ type: "float32", shape: [n, n], data: Float32Array.from({ length: n * n }, Math.random) });
  const feeds = { x: data(), y: data() };
  const seconds = [];
  for (let i = 0; i < 30; i++) {
    const start = performance.now();
    await session.run(feeds);
    seconds.push((performance.now() - start) / 1000);
  }
  await session.close();
  return (2 * n ** 3) / median(seconds.slice(5)) / 1e9;
}

function tableRow({ name, parameters, tokensPerSecond, gflops, ofPeak, peer, ratio }) {
  const left = `${name.padEnd(4)} ${String(parameters).padStart(11)} ${tokensPerSecond.toFixed(0).padStart(14)} ${gflops.toFixed(0).padStart(8)}`;
  const right = peer
    ? `${peer.tokensPerSecond.toFixed(0).padStart(14)} ${peer.gflops.toFixed(0).padStart(8)} ${ratio.toFixed(2).padStart(8)}`
    : "";
  return `${left} ${`${(100 * ofPeak).toFixed(0)} %`.padStart(8)} ${right}`;
}
