// How cost grows: training speed and memory over parameters and context, as Markdown on stderr and JSON on stdout.

import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { availableCores } from "../dist/machine.js";
import { RUNTIME_VERSION } from "../dist/runtime/session.js";
import { measureAxon, megabytes, say } from "./common.mjs";

/** From about 0.1 to 30 million parameters. */
const MODELS = [
  { layers: 2, width: 56, heads: 4 },
  { layers: 3, width: 80, heads: 4 },
  { layers: 4, width: 128, heads: 4 },
  { layers: 6, width: 192, heads: 6 },
  { layers: 8, width: 320, heads: 8 },
  { layers: 10, width: 496, heads: 8 },
];
const CONTEXTS = [64, 128, 256, 512, 1024];
/** Bytes per step, whatever the context. */
const TOKENS = 4096;

/** Options: --threads 2 */
export async function run(options) {
  const { values } = parseArgs({
    args: options,
    options: { threads: { type: "string", default: String(availableCores()) } },
  });
  const threads = Number(values.threads);
  say(`${cpus()[0].model}, ${threads} threads, onnxruntime ${RUNTIME_VERSION}; ${TOKENS} bytes per step`);
  say(`\n| layers × width | ${CONTEXTS.map((context) => `context ${context}`).join(" | ")} |`);
  say(`|---|${CONTEXTS.map(() => "---").join("|")}|`);
  const cells = [];
  for (const model of MODELS) {
    const row = CONTEXTS.map((context) => measureCell({ ...model, context }, threads));
    cells.push(...row);
    say(`| ${model.layers} × ${model.width} | ${row.map(cellText).join(" | ")} |`);
  }
  return { cpu: cpus()[0].model, threads, onnxruntime: RUNTIME_VERSION, tokensPerStep: TOKENS, cells };
}

function measureCell(architecture, threads) {
  const spec = { architecture, training: { batch: TOKENS / architecture.context } };
  const { seconds, peakBytes, parameters, flopsPerToken } = measureAxon({ spec, threads, warmUp: 2, steps: 8 });
  const gflops = (flopsPerToken * TOKENS) / seconds / 1e9;
  return { ...architecture, parameters, tokensPerSecond: TOKENS / seconds, gflops, peakBytes };
}

function cellText({ parameters, tokensPerSecond, gflops, peakBytes }) {
  const size = `${(parameters / 1e6).toFixed(2)} M`;
  return `${size}: ${Math.round(tokensPerSecond).toLocaleString("en")}/s, ${gflops.toFixed(0)} GF/s, ${megabytes(peakBytes)} MiB`;
}
