// Training a receipt again, to see whether its numbers come out.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Evaluation, Measurement, Receipt } from "../candidate.js";
import { InputError } from "../errors.js";
import { EVALUATOR, measure } from "../evaluation/measure.js";
import { availableCores, availableMemory } from "../machine.js";
import { applyPatch } from "../patch/index.js";
import { RUNTIME_VERSION } from "../runtime/session.js";
import { parseSpec, type Spec } from "../spec.js";
import { parseReceipt } from "../store/receipt.js";
import { Lanes } from "../process/lanes.js";
import { gatherMaterial, SPEC_PATH, type Material } from "./material.js";

export interface Difference {
  /** What differs: "seed 12, candidate: bitsPerByte". */
  readonly where: string;
  readonly recorded: string | number;
  readonly replayed: string | number;
}

export interface ReplayHooks {
  readonly signal: AbortSignal;
  readonly onStart: (receipt: Receipt) => void;
  readonly onTrained: (done: number, of: number) => void;
}

/** The digits that must agree. Seconds may differ. */
const COMPARED: Readonly<Record<string, (evaluation: Evaluation) => string | number | undefined>> = {
  score: ({ score }) => score,
  loss: ({ training }) => training?.loss,
  steps: ({ training }) => training?.steps,
  tokens: ({ training }) => training?.tokens,
  flops: ({ training }) => training?.flops,
  parameters: ({ model }) => model?.parameters,
  model: ({ model }) => model?.sha256,
};

/**
 * Trains both arms of every pair again and compares digit by digit.
 * @returns every difference; none means that the receipt holds.
 * @throws InputError when the receipt is broken, or its commit or corpus is not to be had here.
 */
export async function replay(file: string, directory: string, hooks: ReplayHooks): Promise<readonly Difference[]> {
  const receipt = parseReceipt(await readReceipt(file), file);
  const material = await gatherMaterial(directory, receipt.baseCommit, receipt.corpus.paths, receipt.split.epoch);
  const unlike = setting(receipt, material).filter(({ recorded, replayed }) => recorded !== replayed);
  if (unlike.length > 0) return unlike;
  hooks.onStart(receipt);
  const arms = { baseline: material.spec, candidate: patchedSpec(receipt, material) };
  const lanes = new Lanes(availableCores());
  let done = 0;
  const runs = receipt.pairs.flatMap((pair) =>
    (["baseline", "candidate"] as const).map((arm) =>
      lanes.run(async () => {
        const replayed = await train(arms[arm], pair.seed, receipt, material, hooks.signal);
        hooks.onTrained(++done, 2 * receipt.pairs.length);
        return compare(`seed ${pair.seed}, ${arm}`, pair[arm], replayed);
      }),
    ),
  );
  return (await Promise.all(runs)).flat();
}

async function readReceipt(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new InputError("receipt", `cannot read the receipt ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** What must be the same before a training can be. */
function setting({ evaluator, runtime, corpus, split }: Receipt, material: Material): Difference[] {
  return [
    { where: "evaluator", recorded: evaluator, replayed: EVALUATOR },
    { where: "onnxruntime", recorded: runtime.onnxruntime, replayed: RUNTIME_VERSION },
    { where: "corpus sha256", recorded: corpus.sha256, replayed: material.corpus.sha256 },
    { where: "held-out sha256", recorded: split.heldOutSha256, replayed: material.split.sha256 },
  ];
}

function patchedSpec({ diff }: Receipt, { specText }: Material): Spec {
  const read = (path: string) => (path === SPEC_PATH ? (specText ?? undefined) : undefined);
  const applied = applyPatch(diff, { read, policy: { allow: [SPEC_PATH] } });
  if (!applied.ok) throw new InputError("receipt", `the receipt's diff does not apply: ${applied.error.message}`);
  return parseSpec(applied.files[0].after ?? "", SPEC_PATH);
}

async function train(
  spec: Spec,
  seed: number,
  receipt: Receipt,
  { split }: Material,
  signal: AbortSignal,
): Promise<Measurement> {
  signal.throwIfAborted();
  const directory = await mkdtemp(join(tmpdir(), "axon-replay-"));
  const { threads } = receipt.runtime;
  const { flops } = receipt;
  try {
    const measurement = await measure({
      spec,
      seed,
      flops,
      threads,
      memory: availableMemory() / availableCores(), // as many go side by side
      directory,
      signal,
      training: split.training,
      heldOut: split.heldOut,
    });
    if (!measurement.ok && measurement.code === "memory") throw new InputError("memory", measurement.reason);
    return measurement;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function compare(where: string, recorded: Evaluation, replayed: Measurement): Difference[] {
  if (!replayed.ok) return [{ where, recorded: recorded.score, replayed: replayed.reason }];
  const rows = Object.entries(COMPARED).map(([name, read]) => ({
    where: `${where}: ${name}`,
    recorded: read(recorded) ?? "nothing",
    replayed: read(replayed) ?? "nothing",
  }));
  return rows.filter(({ recorded: was, replayed: is }) => was !== is);
}
