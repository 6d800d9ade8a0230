// What the benches share: model sizes, a measured training, the median, lines on stderr.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const SIZES = {
  xs: { layers: 2, width: 64, heads: 4, context: 64, batch: 8 },
  s: { layers: 4, width: 128, heads: 4, context: 128, batch: 32 },
  m: { layers: 6, width: 256, heads: 8, context: 256, batch: 8 },
  l: { layers: 8, width: 512, heads: 8, context: 256, batch: 8 },
};

/** The spec of a size and its batch. */
export function sized(name) {
  const size = SIZES[name];
  if (!size) throw new Error(`no size "${name}": ${Object.keys(SIZES).join(", ")}`);
  const { batch, ...architecture } = size;
  return { architecture, training: { batch } };
}

const AXON = fileURLToPath(new URL("train-axon.mjs", import.meta.url));

/** What train-axon.mjs measures, in a process of its own: memory counts from nothing each time. */
export function measureAxon(request) {
  return JSON.parse(execFileSync(process.execPath, [AXON, JSON.stringify(request)], { encoding: "utf8" }));
}

/** Whole mebibytes, or a question mark where the system does not tell. */
export function megabytes(bytes) {
  return bytes ? (bytes / 2 ** 20).toFixed(0) : "?";
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

export function say(line) {
  process.stderr.write(`${line}\n`);
}
