// Training speed and memory beside the machine's matrix-product peak and, where python3 has torch, beside PyTorch on the same sizes.
// Ratios are taken pair by pair in the same minutes; FLOPs per token = 6·parameters + 12·layers·width·context for all.

import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { availableCores } from "../dist/machine.js";
import { RUNTIME_VERSION } from "../dist/runtime/session.js";
import { measureAxon, median, megabytes, say, sized, SIZES } from "./common.mjs";

const WARM_UP = 3;
/** About as long for all: a second or more, in which both sides warm up their code. */
const STEPS = { xs: 200, s: 24, m: 12, l: 8 };
const PEER = fileURLToPath(new URL("peers/torch_gpt.py", import.meta.url));

/** Options: --sizes s,m  --threads 2  --pairs 3 */
export async function run(options) {
  const { values } = parseArgs({
    args: options,
    options: {
      sizes: { type: "string", default: Object.keys(SIZES).join() },
      threads: { type: "string", default: String(availableCores()) },
      pairs: { type: "string", default: "3" },
    },
  });
  const [threads, pairs] = [Number(values.threads), Number(values.pairs)];
  const torch = torchVersion();
  say(`${cpus()[0].model}, ${threads} threads, onnxruntime ${RUNTIME_VERSION}, ${torch ?? "no PyTorch here"}`);
  say("of peak: of matrix products alone, 1024 × 1024 × 1024, in the same process");
  say("size  parameters     AXON tok/s  GFLOP/s  of peak     MiB    torch tok/s  GFLOP/s     MiB    ratio");
  const sizes = [];
  for (const name of values.sizes.split(",")) {
    sizes.push(comparePairs(name, threads, pairs, torch));
    say(tableRow(sizes.at(-1)));
  }
  return { cpu: cpus()[0].model, threads, onnxruntime: RUNTIME_VERSION, torch, sizes };
}

function comparePairs(name, threads, pairs, torch) {
  const spec = sized(name);
  const tokens = spec.training.batch * spec.architecture.context;
  const measured = [];
  for (let pair = 0; pair < pairs; pair++) {
    const axon = measureAxon({ spec, threads, warmUp: WARM_UP, steps: STEPS[name] });
    measured.push({ axon, peer: torch ? measureTorch(name, threads) : null });
  }
  const flops = measured[0].axon.flopsPerToken * tokens;
  const paces = (one) => {
    const seconds = median(measured.map((pair) => pair[one].seconds));
    const peakBytes = Math.max(...measured.map((pair) => pair[one].peakBytes));
    return { tokensPerSecond: tokens / seconds, gflops: flops / seconds / 1e9, peakBytes };
  };
  const ratios = torch ? measured.map(({ axon, peer }) => peer.seconds / axon.seconds) : [];
  return {
    name,
    parameters: measured[0].axon.parameters,
    ...paces("axon"),
    peakGflops: median(measured.map(({ axon }) => axon.peakGflops)),
    ofPeak: median(measured.map(({ axon }) => flops / axon.seconds / 1e9 / axon.peakGflops)),
    peer: torch ? paces("peer") : null,
    ratio: torch ? median(ratios) : null,
    ratios,
  };
}

function measureTorch(size, threads) {
  const { layers, width, heads, context, batch } = SIZES[size];
  const numbers = [layers, width, heads, context, batch, threads, WARM_UP, STEPS[size]].map(String);
  const env = { PATH: "/usr/bin:/bin", OPENBLAS_NUM_THREADS: String(threads), OMP_NUM_THREADS: String(threads) };
  return JSON.parse(execFileSync("/usr/bin/python3", [PEER, ...numbers], { env, encoding: "utf8" }));
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

function tableRow({ name, parameters, tokensPerSecond, gflops, ofPeak, peakBytes, peer, ratio }) {
  const left = `${name.padEnd(4)} ${String(parameters).padStart(11)} ${tokensPerSecond.toFixed(0).padStart(14)} ${gflops.toFixed(0).padStart(8)}`;
  const middle = `${`${(100 * ofPeak).toFixed(0)} %`.padStart(8)} ${megabytes(peakBytes).padStart(7)}`;
  if (!peer) return `${left} ${middle}`;
  const right = `${peer.tokensPerSecond.toFixed(0).padStart(14)} ${peer.gflops.toFixed(0).padStart(8)} ${megabytes(peer.peakBytes).padStart(7)}`;
  return `${left} ${middle} ${right} ${ratio.toFixed(2).padStart(8)}`;
}
