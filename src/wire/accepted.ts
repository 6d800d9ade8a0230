// What becomes of an accepted change: a receipt beside the archive, and a commit on a branch of its own.

import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Attempt, FinishedCycle, Pair, Receipt, ReceiptStep } from "../candidate.js";
import type { CycleOutcome } from "../evolution/cycle.js";
import type { Ground, RepositoryVersion } from "../evolution/workshop.js";
import { applyToTree, changedFurther, classifyChange, createPatch, UNCHANGED, type Changes } from "../patch/index.js";
import { cpuKind } from "../machine.js";
import { bundleOf } from "../report/bundle.js";
import { oneLine } from "../report/escape.js";
import { mean } from "../report/numbers.js";
import { RUNTIME_VERSION } from "../runtime/session.js";
import { parseReceipt } from "../store/receipt.js";
import { json, writeTogether } from "../checkpoint/checkpoint.js";
import { SPEC_PATH, type Material } from "../measuring/material.js";
import type { Ruler } from "../measuring/ruler.js";

interface Evidence {
  readonly result: CycleOutcome<RepositoryVersion>["result"];
  readonly accepted: RepositoryVersion;
  readonly material: Material;
  readonly ruler: Ruler;
  readonly directory: string;
  readonly flops: number;
  readonly threads: number;
}

/** Writes receipts/<id>.json below `directory` and returns that name. */
export async function writeReceipt({
  result,
  accepted,
  material,
  ruler,
  directory,
  flops,
  threads,
}: Evidence): Promise<string> {
  const { split, corpus, corpusPaths } = material;
  const diff = await diffOf(accepted.changes, ruler.ground);
  const receipt: Receipt = {
    version: 3,
    id: result.id,
    repository: basename(material.repository.root),
    baseCommit: result.baseCommit,
    diff,
    diffSha256: createHash("sha256").update(diff).digest("hex"),
    steps: bundleOf(result).map(stepOf),
    baselineSpec: material.spec,
    candidateSpec: accepted.spec,
    initialCheckpoint: null,
    corpus: { sha256: corpus.sha256, paths: corpusPaths },
    split: { epoch: split.epoch, heldOutSha256: ruler.heldOutSha256, heldOutBytes: bytesOf(ruler.heldOut) },
    evaluator: ruler.evaluator,
    objective: result.objective,
    flops,
    noise: result.noise,
    pairs: result.pairs,
    trades: result.trades,
    decision: result.decision,
    runtime: { onnxruntime: RUNTIME_VERSION, node: process.version, cpu: cpuKind(), threads },
  };
  const name = `receipts/${result.id}.json`;
  await mkdir(join(directory, "receipts"), { recursive: true });
  await writeTogether(join(directory, "receipts"), { [`${result.id}.json`]: () => json(receipt) });
  return name;
}

function stepOf({ id, proposer, origin }: Attempt): ReceiptStep {
  return { attempt: id, proposer, model: origin?.model ?? null, prompt: origin?.prompt ?? null };
}

/** All of a version's changes, in the order of their paths. */
async function diffOf(changes: Changes, { lookUp }: Ground): Promise<string> {
  const parts: string[] = [];
  for (const [path, text] of changes) {
    const before = await lookUp(path);
    parts.push(createPatch(path, before.kind === "text" ? before.text : undefined, text ?? undefined));
  }
  return parts.join("");
}

/** Commits what changed, metrics and receipt to the cycle's branch, unless the branch is there already. */
export async function commitAccepted(
  { repository }: Material,
  { lookUp, policy }: Ground,
  directory: string,
  cycle: FinishedCycle,
): Promise<void> {
  const { branch, receipt: name } = cycle;
  if (branch === null || name === null || (await repository.hasBranch(branch))) return;
  const text = await readFile(join(directory, name), "utf8");
  const receipt = parseReceipt(text, name);
  const applied = await applyToTree(receipt.diff, { lookUp, policy });
  if (!applied.ok) throw new Error(`the diff of ${name} does not apply: ${applied.error.message}`);
  const changes = await changedFurther(UNCHANGED, applied.files, lookUp);
  await repository.commitFiles({
    parent: receipt.baseCommit,
    branch,
    message: commitMessage(cycle, receipt, [...changes.keys()]),
    files: [
      ...[...changes].map(([path, content]) => ({ path, content })),
      { path: "model/metrics.json", content: json(metricsOf(receipt)) },
      { path: `model/receipts/${cycle.id}.json`, content: text },
    ],
  });
}

/** Whoever reports its own score may also have learned to report a better one. */
const SELF_REPORTED = "A person must merge this: it changes code, and the repository's own code reports the score.";

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

function commitMessage(cycle: FinishedCycle, { pairs, objective }: Receipt, paths: readonly string[]): string {
  const { decision, id } = cycle;
  const unit = objective.selfReported ? objective.name : "bits per byte";
  const measured = objective.selfReported ? `${unit}, as the repository's own command reports it` : `held-out ${unit}`;
  const change = classifyChange(paths, SPEC_PATH);
  const reported = objective.selfReported && change.kind === "code" ? [SELF_REPORTED, ""] : [];
  const fence = change.kind === "fenced" ? [`A person must merge this: ${change.path} is ${change.why}.`, ""] : [];
  const [before, after] = (["baseline", "candidate"] as const).map((arm) => meanScore(pairs, arm).toFixed(4));
  const kept = bundleOf(cycle).map((attempt) => `- ${saidBy(attempt)}`);
  const [low, high] = decision.interval ?? [NaN, NaN];
  return [
    `perf${change.kind === "spec" ? "(model)" : ""}: ${before} to ${after} ${measured}`,
    "",
    ...kept,
    "",
    ...fence,
    ...reported,
    `Confirmed on ${pairs.length} fresh paired seeds: ${decision.effect?.toFixed(4)} ${unit},`,
    `interval ${low.toFixed(4)} to ${high.toFixed(4)}, p = ${decision.pValue?.toPrecision(2)}.`,
    `Replay: axon replay model/receipts/${id}.json`,
    "",
  ].join("\n");
}

/** Of a model's words one line, without what would mention people or close issues; and who said it. */
function saidBy({ hypothesis, origin }: Attempt): string {
  if (origin === undefined) return hypothesis;
  const plain = oneLine(hypothesis.replace(/[@#]|:\/\/|GH-(?=\d)/gi, " "), 200);
  return `${plain} (proposed by ${oneLine(origin.model, 80)}, prompt ${origin.prompt})`;
}

function meanScore(pairs: readonly Pair[], arm: "baseline" | "candidate"): number {
  return mean(pairs.map((pair) => pair[arm].score));
}

function bytesOf(files: readonly { readonly bytes: Uint8Array }[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
