// After a merge: the state before and the state after are measured again on fresh seeds, and held against what the receipt claimed.
// A claim that does not hold is said aloud, and its revert prepared on a branch.

import type { Claim, Measurement, Objective, Receipt } from "../candidate.js";
import { InputError } from "../errors.js";
import { turned } from "../evolution/objective.js";
import { patched, type RepositoryVersion } from "../evolution/workshop.js";
import { applyToTree, changedFurther, OPEN_POLICY, reversePatch, UNCHANGED } from "../patch/index.js";
import { generator } from "../random.js";
import { fingerprint, parseSpec } from "../spec.js";
import { CLAIM_LOOKS, checkClaim } from "../statistics/claim.js";
import type { Archive } from "../store/archive.js";
import { parseReceipt } from "../store/receipt.js";
import { SPEC_PATH, type Material } from "./material.js";
import type { Measuring } from "./measuring.js";
import type { Ruler } from "./ruler.js";

export interface CheckedClaim {
  /** Its id. */
  readonly receipt: string;
  readonly claim: Claim;
  /** Where the revert was committed; null where the claim holds, or where others have built on it so that a person must revert it. */
  readonly branch: string | null;
}

interface ClaimsOptions {
  readonly material: Material;
  readonly ruler: Ruler;
  readonly archive: Archive;
  readonly objective: Objective;
  /** Measures with the budget that the claim was made with. */
  readonly open: (flops: number) => Promise<Measuring>;
  readonly report: (claim: CheckedClaim) => void;
}

/** Checks what was merged since the last time. A state whose trainings fail is not judged: it is tried again the next time. */
export async function checkClaims(options: ClaimsOptions): Promise<void> {
  for (const receipt of await mergedReceipts(options)) {
    const before = await stateBefore(receipt, options);
    if (before === null) continue;
    const measuring = await options.open(receipt.flops);
    try {
      const claim = await measured(receipt, before, measuring, options);
      if (claim === null) continue;
      const branch = claim.holds ? null : await prepareRevert(receipt, claim, options);
      await options.archive.append({ kind: "claim", receipt: receipt.id, claim });
      options.report({ receipt: receipt.id, claim, branch });
    } finally {
      await measuring.close();
    }
  }
}

/** Receipts at the base commit whose change is what the repository now stands on, and that nobody has checked. */
async function mergedReceipts({ material, archive, objective }: ClaimsOptions): Promise<Receipt[]> {
  const { tree, repository, commit } = material;
  const paths = tree.files.map(({ path }) => path).filter((path) => /^model\/receipts\/[\w-]{1,64}\.json$/.test(path));
  const receipts: Receipt[] = [];
  for (const path of paths.filter((one) => archive.claim(idOf(one)) === undefined)) {
    const receipt = readable((await repository.readFile(commit, path))?.toString("utf8") ?? "", path);
    const stands = receipt && fingerprint(specOf(receipt.candidateSpec)) === fingerprint(material.spec);
    if (stands && receipt.id === idOf(path) && receipt.objective.name === objective.name) receipts.push(receipt);
  }
  return receipts;
}

function idOf(path: string): string {
  return path.slice("model/receipts/".length, -".json".length);
}

/** Receipts of other versions of AXON, and what somebody put in their place, claim nothing that could be checked. */
function readable(text: string, path: string): Receipt | undefined {
  try {
    const receipt = parseReceipt(text, path);
    specOf(receipt.baselineSpec);
    specOf(receipt.candidateSpec);
    return receipt;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function specOf(spec: unknown): RepositoryVersion["spec"] {
  return parseSpec(JSON.stringify(spec), SPEC_PATH);
}

/** The repository as it stands, without the change; null where others have built on it since. */
async function stateBefore(
  { baselineSpec, diff }: Receipt,
  { ruler, material: { specText, spec } }: ClaimsOptions,
): Promise<RepositoryVersion | null> {
  const id = "before the merge";
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
  const after: RepositoryVersion = { id: "baseline", changes: UNCHANGED, specText, spec };
  const stream = generator("claim", receipt.id);
  const differences: number[] = [];
  for (const look of CLAIM_LOOKS) {
    const seeds = Array.from({ length: look - differences.length }, (_, i) => stream.uint32(differences.length + i));
    const pairs = await Promise.all(
      seeds.map((seed) => Promise.all([measure(before, seed, null), measure(after, seed, null)])),
    );
    for (const [old, now] of pairs) {
      if (!old.ok || !now.ok) return null;
      differences.push(turned(objective, scoreOf(now) - scoreOf(old)));
    }
    const claim = checkClaim(differences, turned(objective, receipt.decision.effect ?? 0));
    if (claim !== null) return claim;
  }
  return null;
}

function scoreOf(measurement: Extract<Measurement, { readonly ok: true }>): number {
  return measurement.score;
}

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
