// A tiny repository with a training command of its own: counts of byte pairs, written into the table of a model that lies there as a template.

import { readFileSync } from "node:fs";
import { writeOnnx } from "../../src/graph/write-onnx.js";
import type { Model } from "../../src/graph/graph.js";
import { createPatch } from "../../src/patch/index.js";
import type { FileChange } from "../../src/repository/commit.js";
import { createRepository } from "../../src/repository/repository.js";
import type { EvolveHooks, EvolveOptions } from "../../src/wire/evolve.js";
import { lookup, tableOf } from "../evaluation/byte-models.js";
import { someText } from "./text.js";

/** Stands where the trained table goes. */
const SENTINEL = 12345.678;

/** `smoothing` is far too large, so that there is something to find. */
const TRAIN = `import { readdirSync, readFileSync, writeFileSync } from "node:fs";
const smoothing = 1000;
const seed = Number(process.env.AXON_SEED);
const counts = new Float64Array(65536);
const root = process.env.AXON_CORPUS;
for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const bytes = readFileSync(entry.parentPath + "/" + entry.name);
  for (let i = 1; i < bytes.length; i++) if ((Math.imul(i ^ seed, 2654435761) >>> 0) % 10) counts[bytes[i - 1] * 256 + bytes[i]]++;
}
const model = readFileSync("template.onnx");
const at = Number(readFileSync("table-at.txt.json", "utf8"));
for (let row = 0; row < 256; row++) {
  let sum = 256 * smoothing;
  for (let column = 0; column < 256; column++) sum += counts[row * 256 + column];
  for (let column = 0; column < 256; column++)
    model.writeFloatLE(Math.log((counts[row * 256 + column] + smoothing) / sum), at + 4 * (row * 256 + column));
}
writeFileSync(process.env.AXON_OUT + "/model.onnx", model);
`;

const CONFIGURATION = `evolve: { paths: [train.mjs, "lib/**", model/spec.yml] }
train: { command: node train.mjs }
`;

function template(): FileChange[] {
  const model = Buffer.from(writeOnnx(lookup(tableOf(256, 256, () => SENTINEL))));
  const mark = Buffer.alloc(8);
  mark.writeFloatLE(SENTINEL, 0);
  mark.writeFloatLE(SENTINEL, 4);
  return [
    { path: "template.onnx", content: model },
    { path: "table-at.txt.json", content: String(model.indexOf(mark)) },
  ];
}

export interface Extra {
  readonly configuration?: string;
  /** Models that a candidate may hand over, below bad/. */
  readonly models?: Readonly<Record<string, Model>>;
  readonly files?: readonly FileChange[];
}

/** Commits 60 files of prose and the training script. */
export async function commandRepository(
  directory: string,
  { configuration = CONFIGURATION, models = {}, files = [] }: Extra = {},
): Promise<void> {
  const texts = Array.from({ length: 60 }, (_, i) => ({ path: `text/${i}.md`, content: someText(1500, `file ${i}`) }));
  const bad = Object.entries(models).map(([name, model]) => ({ path: `bad/${name}.onnx`, content: writeOnnx(model) }));
  await createRepository(
    directory,
    [
      ...texts,
      ...template(),
      ...bad,
      ...files,
      { path: "train.mjs", content: TRAIN },
      { path: ".github/axon.yml", content: configuration },
    ],
    "text and a training",
  );
}

export const OPTIONS: Omit<EvolveOptions, "directory"> = {
  corpus: null,
  privateCorpus: null,
  trainings: null,
  tokens: 1000,
  seed: 1,
  prepareNetwork: false,
  proposer: null,
  hint: null,
};

/** For a cycle that nobody watches or interrupts. */
export const UNWATCHED: EvolveHooks = {
  signal: new AbortController().signal,
  onStart: () => {},
  onEvent: () => {},
  onAsk: () => {},
  onDelay: () => {},
  onClaim: () => {},
  onProgress: () => {},
};

/** Proposals in their order, each a hypothesis and a diff, whatever was kept before. */
export function scripted(
  steps: readonly (readonly [hypothesis: string, diff: string])[],
): NonNullable<EvolveOptions["propose"]> {
  return async (_, __, number) => {
    const step = steps[number - 1];
    return step ? { proposer: "llm", hypothesis: step[0], diff: step[1] } : null;
  };
}

/** A diff that gives the training script another text. */
export function retrain(edit: (text: string) => string): string {
  return createPatch("train.mjs", TRAIN, edit(TRAIN));
}

/** What the archive of a repository holds, as text. */
export function archiveOf(directory: string): string {
  return readFileSync(`${directory}/.git/axon/archive.jsonl`, "utf8");
}
