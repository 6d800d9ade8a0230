// Generation speed: the decoding graph with its cache beside the exported model run over the whole text for every byte.
// Both fill the second half of a context with the same bytes; ratios are taken pair by pair in the same minutes.

import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { CachedDecoder } from "../dist/generation/cached-decoder.js";
import { generate } from "../dist/generation/generate.js";
import { writeOnnx } from "../dist/graph/write-onnx.js";
import { createSession, RUNTIME_VERSION } from "../dist/runtime/session.js";
import { parseSpec } from "../dist/spec.js";
import { inferenceModel } from "../dist/transformer/model.js";
import { initialParameters, parameterCount } from "../dist/transformer/parameters.js";
import { median, say, sized } from "./common.mjs";

/** A pace is measured over texts that take at least as long together. */
const SECONDS = 1;

/** Options: --sizes s,m  --threads 1  --pairs 3 */
export async function run(options) {
  const { values } = parseArgs({
    args: options,
    options: {
      sizes: { type: "string", default: "xs,s" },
      threads: { type: "string", default: "1" },
      pairs: { type: "string", default: "3" },
    },
  });
  const [threads, pairs] = [Number(values.threads), Number(values.pairs)];
  say(`${cpus()[0].model}, ${threads} threads, onnxruntime ${RUNTIME_VERSION}`);
  say("size  parameters   cached tok/s  whole text tok/s    ratio");
  const sizes = [];
  for (const name of values.sizes.split(",")) {
    sizes.push(await comparePairs(name, threads, pairs));
    say(tableRow(sizes.at(-1)));
  }
  return { cpu: cpus()[0].model, threads, onnxruntime: RUNTIME_VERSION, sizes };
}

async function comparePairs(name, threads, pairs) {
  const spec = parseSpec(JSON.stringify(sized(name)));
  const parameters = initialParameters(spec, 1);
  const cached = await CachedDecoder.open(spec, parameters, threads);
  const whole = await wholeTextDecoder(spec, parameters, threads);
  const measured = [];
  for (let pair = 0; pair < pairs; pair++) {
    measured.push({ cached: await pace(cached), whole: await pace(whole) });
  }
  await cached.close();
  await whole.close();
  return {
    name,
    parameters: parameterCount(spec),
    cachedTokensPerSecond: median(measured.map((one) => one.cached)),
    wholeTextTokensPerSecond: median(measured.map((one) => one.whole)),
    ratio: median(measured.map((one) => one.cached / one.whole)),
    ratios: measured.map((one) => one.cached / one.whole),
  };
}

/** Tokens per second, without the prompt of half a context. */
async function pace(decoder) {
  const half = decoder.context / 2;
  const prompt = Uint8Array.from({ length: half }, (_, i) => (i * 37) % 256);
  let [tokens, milliseconds] = [0, 0];
  while (milliseconds < 1000 * SECONDS) {
    decoder.clear();
    const text = generate(decoder, { prompt, tokens: half, seed: 1, temperature: 1 });
    await text.next(); // reads the prompt
    const start = performance.now();
    while (!(await text.next()).done);
    milliseconds += performance.now() - start;
    tokens += half - 1;
  }
  return (1000 * tokens) / milliseconds;
}

async function wholeTextDecoder(spec, parameters, threads) {
  const session = await createSession(writeOnnx(inferenceModel(spec, parameters)), { threads });
  let text = [];
  return {
    context: spec.architecture.context,
    read: async (bytes) => {
      text.push(...bytes);
      const ids = { type: "int64", shape: [1, text.length], data: BigInt64Array.from(text, BigInt) };
      const { logits } = await session.run({ input_ids: ids });
      return logits.data.subarray(-256);
    },
    clear: () => (text = []),
    close: () => session.close(),
  };
}

function tableRow({ name, parameters, cachedTokensPerSecond, wholeTextTokensPerSecond, ratio }) {
  const columns = [cachedTokensPerSecond.toFixed(0), wholeTextTokensPerSecond.toFixed(0), ratio.toFixed(1)];
  const widths = [14, 17, 8];
  return `${name.padEnd(4)} ${String(parameters).padStart(11)} ${columns.map((c, i) => c.padStart(widths[i])).join(" ")}`;
}
