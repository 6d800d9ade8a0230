// What becomes of an accepted change: a receipt beside the archive, and a commit on a branch of its own.

import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { basename, join } from "node:path";
import type { FinishedCycle, Pair, Receipt } from "../candidate.js";
import { EVALUATOR } from "../evaluation/measure.js";
import type { CycleOutcome } from "../evolution/cycle.js";
import type { SpecVersion } from "../evolution/workshop.js";
import { applyPatch, createPatch } from "../patch/index.js";
import { RUNTIME_VERSION } from "../runtime/session.js";
import { parseReceipt } from "../store/receipt.js";
import { json, writeTogether } from "../checkpoint/checkpoint.js";
import { SPEC_PATH, type Material } from "./material.js";

interface Evidence {
  readonly result: CycleOutcome<SpecVersion>["result"];
  readonly accepted: SpecVersion;
  readonly material: Material;
  readonly directory: string;
  readonly flops: number;
  readonly threads: number;
}

/** Writes receipts/<id>.json below `directory` and returns that name. */
export async function writeReceipt({
  result,
  accepted,
  material,
  directory,
  flops,
  threads,
}: Evidence): Promise<string> {
  const { specText, split, corpus, corpusPaths } = material;
  const diff = createPatch(SPEC_PATH, specText ?? undefined, accepted.text ?? undefined);
  const receipt: Receipt = {
    version: 2,
    id: result.id,
    repository: basename(material.repository.root),
    baseCommit: result.baseCommit,
    diff,
    diffSha256: createHash("sha256").update(diff).digest("hex"),
    baselineSpec: material.spec,
    candidateSpec: accepted.spec,
    initialCheckpoint: null,
    corpus: { sha256: corpus.sha256, paths: corpusPaths },
    split: { epoch: split.epoch, heldOutSha256: split.sha256, heldOutBytes: bytesOf(split.heldOut) },
    evaluator: EVALUATOR,
    objective: result.objective,
    flops,
    noise: result.noise,
    pairs: result.pairs,
    trades: result.trades,
    decision: result.decision,
    runtime: { onnxruntime: RUNTIME_VERSION, node: process.version, cpu: cpus()[0]?.model ?? "unknown", threads },
  };
  const name = `receipts/${result.id}.json`;
  await mkdir(join(directory, "receipts"), { recursive: true });
  await writeTogether(join(directory, "receipts"), { [`${result.id}.json`]: () => json(receipt) });
  return name;
}

/** Commits spec, metrics and receipt to the cycle's branch, unless the branch is there already. */
export async function commitAccepted(material: Material, directory: string, cycle: FinishedCycle): Promise<void> {
  const { branch, receipt: name } = cycle;
  if (branch === null || name === null) return;
  const { repository, specText } = material;
  if (await repository.hasBranch(branch)) return;
  const text = await readFile(join(directory, name), "utf8");
  const receipt = parseReceipt(text, name);
  const read = (path: string) => (path === SPEC_PATH ? (specText ?? undefined) : undefined);
  const applied = applyPatch(receipt.diff, { read, policy: { allow: [SPEC_PATH] } });
  if (!applied.ok) throw new Error(`the diff of ${name} does not apply: ${applied.error.message}`);
  await repository.commitFiles({
    parent: receipt.baseCommit,
    branch,
    message: commitMessage(cycle, receipt),
    files: [
      ...applied.files.map(({ path, after }) => ({ path, content: after ?? null })),
      { path: "model/metrics.json", content: json(metricsOf(receipt)) },
      { path: `model/receipts/${cycle.id}.json`, content: text },
    ],
  });
}

function metricsOf(receipt: Receipt): unknown {
  const candidates = receipt.pairs.map((pair) => pair.candidate);
  return {
    objective: receipt.objective.name,
    score: mean(candidates.map((one) => one.score)),
    baselineScore: mean(receipt.pairs.map((pair) => pair.baseline.score)),
    seeds: receipt.pairs.length,
    parameters: candidates[0].model?.parameters ?? null,
    tokens: candidates[0].training?.tokens ?? null,
    heldOutBytes: receipt.split.heldOutBytes,
    receipt: `receipts/${receipt.id}.json`,
  };
}

function commitMessage({ attempts, decision, id }: FinishedCycle, { pairs }: Receipt): string {
  const [before, after] = (["baseline", "candidate"] as const).map((arm) => meanScore(pairs, arm).toFixed(4));
  const kept = attempts.filter((attempt) => attempt.decision === "kept").map((attempt) => `- ${attempt.hypothesis}`);
  const [low, high] = decision.interval ?? [NaN, NaN];
  return [
    `perf(model): ${before} to ${after} held-out bits per byte`,
    "",
    ...kept,
    "",
    `Confirmed on ${pairs.length} fresh paired seeds: ${decision.effect?.toFixed(4)} bits per byte,`,
    `interval ${low.toFixed(4)} to ${high.toFixed(4)}, p = ${decision.pValue?.toPrecision(2)}.`,
    `Replay: axon replay model/receipts/${id}.json`,
    "",
  ].join("\n");
}

function meanScore(pairs: readonly Pair[], arm: "baseline" | "candidate"): number {
  return mean(pairs.map((pair) => pair[arm].score));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function bytesOf(files: readonly { readonly bytes: Uint8Array }[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
