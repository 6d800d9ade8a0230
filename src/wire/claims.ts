// After a merge: the state before and the state after are measured again on fresh seeds, and held against what the receipt claimed.
// A claim that does not hold is said aloud, and its revert prepared on a branch.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Claim, Objective, Receipt } from "../candidate.js";
import { withoutPairs } from "../evolution/decision.js";
import { facing, turned, worsening } from "../evolution/objective.js";
import { patched, type RepositoryVersion } from "../evolution/workshop.js";
import { applyToTree, changedFurther, OPEN_POLICY, reversePatch, UNCHANGED } from "../patch/index.js";
import { generator } from "../random.js";
import { RUNTIME_VERSION } from "../runtime/session.js";
import { fingerprint, parseSpec, type Spec } from "../spec.js";
import { CLAIM_LOOKS, checkClaim } from "../statistics/claim.js";
import type { Archive } from "../store/archive.js";
import { parseReceipt } from "../store/receipt.js";
import { SPEC_PATH, type Material } from "../measuring/material.js";
import type { Measuring } from "../measuring/measuring.js";
import type { Ruler } from "../measuring/ruler.js";

export interface CheckedClaim {
  /** Its id. */
  readonly receipt: string;
  readonly claim: Claim;
  /** Where the revert was committed; null where a gain is left, or where others have built on it so that a person must revert it. */
  readonly branch: string | null;
}

interface ClaimsOptions {
  readonly material: Material;
  readonly ruler: Ruler;
  readonly archive: Archive;
  readonly objective: Objective;
  /** Measures with the budget that the claim was made with. */
  readonly open: (receipt: Receipt) => Promise<Measuring>;
  readonly report: (claim: CheckedClaim) => void;
}

/**
 * Checks what this archive claimed and somebody merged since the last time. It goes by its own receipts, whatever the repository holds
 * in their place. A state whose trainings fail is not judged: it is tried again the next time.
 */
export async function checkClaims(options: ClaimsOptions): Promise<void> {
  for (const receipt of await mergedReceipts(options)) {
    const before = await stateBefore(receipt, options);
    if (before === null) continue;
    const measuring = await options.open(receipt);
    try {
      const claim = await measured(receipt, before, measuring, options);
      if (claim === null) continue;
      const branch = claim.outcome === "gone" ? await prepareRevert(receipt, claim, options) : null;
      await options.archive.append({ kind: "claim", receipt: receipt.id, claim });
      options.report({ receipt: receipt.id, claim, branch });
    } finally {
      await measuring.close();
    }
  }
}

/** Receipts whose change is what the repository now stands on, measured by the same ruler, that nobody has checked. */
async function mergedReceipts({ material, archive, objective, ruler }: ClaimsOptions): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  for (const { id, receipt: name } of archive.cycles()) {
    const merged = name !== null && material.tree.has(`model/receipts/${id}.json`);
    if (!merged || archive.claim(id) !== undefined) continue;
    const receipt = parseReceipt(await readFile(join(archive.directory, name), "utf8"), name);
    const stands = fingerprint(specOf(receipt.candidateSpec)) === fingerprint(material.spec);
    const sameRuler = receipt.evaluator === ruler.evaluator && receipt.runtime.onnxruntime === RUNTIME_VERSION;
    if (stands && sameRuler && isDeepStrictEqual(receipt.objective, objective)) receipts.push(receipt);
  }
  return receipts;
}

export function specOf(spec: unknown): Spec {
  return parseSpec(JSON.stringify(spec), SPEC_PATH);
}

/** The repository as it stands, without the change; null where others have built on it since. Its budget is that of a baseline. */
async function stateBefore(
  { baselineSpec, diff }: Receipt,
  { ruler, material: { specText, spec } }: ClaimsOptions,
): Promise<RepositoryVersion | null> {
  const id = "baseline";
  // Where the spec is all that trains, nothing else of the change counts.
  if (ruler.commands === null) return { id, changes: UNCHANGED, specText: null, spec: specOf(baselineSpec) };
  const now = { id, changes: UNCHANGED, specText, spec };
  const before = await patched({ diff: reversePatch(diff) }, now, id, { ...ruler.ground, policy: OPEN_POLICY });
  return "ok" in before ? null : before;
}

async function measured(
  receipt: Receipt,
  before: RepositoryVersion,
  { measure }: Measuring,
  { material, objective }: ClaimsOptions,
): Promise<Claim | null> {
  const { specText, spec } = material;
  const after: RepositoryVersion = { id: "after the merge", changes: UNCHANGED, specText, spec };
  const stream = generator("claim", receipt.id);
  const claimed = receipt.pairs.map(({ baseline, candidate }) => worsening(objective, candidate, baseline));
  const differences: number[] = [];
  for (const look of CLAIM_LOOKS) {
    const seeds = Array.from({ length: look - differences.length }, (_, i) => stream.uint32(differences.length + i));
    const pairs = await Promise.all(
      seeds.map((seed) => Promise.all([measure(before, seed, null), measure(after, seed, null)])),
    );
    for (const [old, now] of pairs) {
      if (!old.ok || !now.ok) return null;
      differences.push(worsening(objective, now, old));
    }
    const claim = checkClaim(differences, claimed);
    if (claim !== null) return inOwnDirection(objective, claim);
  }
  return null;
}

function inOwnDirection(objective: Objective, claim: Claim): Claim {
  const { effect, interval } = facing(objective, { ...NO_DECISION, effect: claim.effect, interval: claim.interval });
  return { ...claim, claimed: turned(objective, claim.claimed), effect: effect ?? 0, interval };
}

const NO_DECISION = withoutPairs("indecisive", "");

/** The branch with the revert, or null where the reversed diff does not apply any more. */
async function prepareRevert(
  { id, diff }: Receipt,
  { reason, claimed, effect, pairs }: Claim,
  { material, ruler }: ClaimsOptions,
): Promise<string | null> {
  const { repository, commit } = material;
  const { lookUp } = ruler.ground;
  const branch = `axon/revert-${id}`;
  if (await repository.hasBranch(branch)) return branch;
  const applied = await applyToTree(reversePatch(diff), { lookUp, policy: OPEN_POLICY });
  if (!applied.ok) return null;
  const changes = await changedFurther(UNCHANGED, applied.files, lookUp);
  const measurements = `Claimed ${claimed.toFixed(4)}, measured again ${effect.toFixed(4)} on ${pairs} fresh paired seeds: ${reason}.`;
  await repository.commitFiles({
    parent: commit,
    branch,
    message: `revert: a change whose claim does not hold\n\n${measurements}\nReceipt: model/receipts/${id}.json\n`,
    files: [...changes].map(([path, content]) => ({ path, content })),
  });
  return branch;
}
