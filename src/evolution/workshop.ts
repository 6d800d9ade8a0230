// Versions of a repository: what a proposal makes of one, and which of them are known already. It trains nothing.

import { createHash } from "node:crypto";
import type { Attempt, Failure, Objective, Proposal } from "../candidate.js";
import { InputError } from "../errors.js";
import {
  applyToTree,
  changedFurther,
  createPatch,
  explainRefusal,
  NOTHING,
  overlaid,
  type Changes,
  type FileChange,
  type LookUp,
  type Policy,
} from "../patch/index.js";
import type { CheckedDiff, EvolvableFiles, ProposalContext, Propose, TriedSpec } from "../proposal/proposer.js";
import { isKeptBack } from "../secrets/secrets.js";
import { fingerprint, parseSpec, type Spec } from "../spec.js";
import { Duplicates, sameCode, type Earlier } from "./duplicates.js";
import type { CycleEnvironment, Version } from "./environment.js";

/** A state of the repository: the base commit and what differs from it. */
export interface RepositoryVersion extends Version {
  readonly changes: Changes;
  /** Null where the repository has none and the built-in one stands in. */
  readonly specText: string | null;
  readonly spec: Spec;
}

/** The repository as its versions see it. */
export interface Ground {
  readonly specPath: string;
  /** What stands at a path of the base commit. */
  readonly lookUp: LookUp;
  readonly policy: Policy;
  /** Commands of the repository read its files; else the spec is all that counts. */
  readonly codeCounts: boolean;
  /** Files of the base commit that a proposal may change and its author may read: nothing that judges is among them. */
  readonly evolvable: readonly string[];
}

type Workshop = Pick<CycleEnvironment<RepositoryVersion>, "propose" | "apply" | "known" | "remember">;

interface WorkshopOptions {
  readonly ground: Ground;
  readonly baseline: RepositoryVersion;
  readonly seed: number;
  readonly objective: Objective;
  /** Attempts of earlier cycles, oldest first. */
  readonly earlier: readonly Attempt[];
  readonly propose: Propose;
  /** The specs that earlier cycles tried, oldest first. */
  readonly history: readonly TriedSpec[];
  /** What earlier cycles on the same commit found clearly worse. */
  readonly before?: Earlier;
  /** Told of every attempt; with what it tried where the spec alone told it from its parent, and its `step` where it was trained. */
  readonly remember: (attempt: Attempt, tried: TriedSpec | null, step: string | null) => Promise<void>;
}

export function workshop(options: WorkshopOptions): Workshop {
  const { ground, baseline, seed, objective, earlier, history, before, propose, remember } = options;
  const duplicates = new Duplicates(ground, baseline, before);
  const specs: TriedSpec[] = [...history];
  const attempts = [...earlier];
  const diffs = new WeakMap<RepositoryVersion, string>();
  return {
    propose: ({ version, evaluation }, number, pending, { noise, trainingsLeft }) => {
      const context: ProposalContext = {
        ...contextAt(version, objective, ground, (after) => duplicates.known(after, version, pending)),
        tried: specs,
        attempts,
        pending: pending.map(({ spec }) => spec),
        pendingDiffs: pending.map((one) => diffs.get(one) ?? ""),
        noise,
        score: evaluation.score,
        trainingsLeft,
      };
      return propose(context, seed, number);
    },
    apply: async (proposal, to, id) => {
      const version = await patched(proposal, to, id, ground);
      if (!("ok" in version)) diffs.set(version, proposal.diff);
      return version;
    },
    known: (version, parent, pending) => duplicates.known(version, parent, pending),
    remember: async (attempt, version, parent) => {
      attempts.push(attempt);
      if (version) duplicates.add(version, attempt);
      // What a spec alone did is evidence for the next one; beside a change of code it is not.
      const alone = version !== null && sameCode(version, parent, ground.specPath);
      const specAlone = alone ? { spec: version.spec, parent: parent.spec, attempt } : null;
      if (specAlone) specs.push(specAlone);
      await remember(attempt, specAlone, version && duplicates.step(version));
    },
  };
}

/**
 * What a proposer sees of one version where nothing has been tried or measured yet.
 * @param known why there is nothing to learn from training what a diff makes of the version
 */
export function contextAt(
  version: RepositoryVersion,
  objective: Objective,
  ground: Ground,
  known: Known = (after) => new Duplicates(ground, version).known(after, version, []),
): Omit<ProposalContext, "trainingsLeft"> {
  return {
    specPath: ground.specPath,
    specText: version.specText,
    spec: version.spec,
    objective,
    direction: objective.direction,
    tried: [],
    attempts: [],
    pending: [],
    pendingDiffs: [],
    noise: null,
    score: null,
    files: filesOf(version, ground),
    check: (diff) => checked(diff, version, ground, known),
  };
}

function filesOf({ changes }: RepositoryVersion, { policy, lookUp, evolvable }: Ground): EvolvableFiles {
  const [changed, removed] = [[...changes.keys()], (path: string) => changes.get(path) === null];
  const paths = new Set([...evolvable, ...changed].filter((path) => !removed(path)));
  const overlay = overlaid(lookUp, changes);
  return {
    globs: policy.allow,
    paths: [...paths].toSorted(),
    read: async (path) => {
      const standing = paths.has(path) ? await overlay(path) : NOTHING;
      return standing.kind === "text" ? standing.text : undefined;
    },
  };
}

type Known = (after: RepositoryVersion) => Promise<Failure | null>;

async function checked(diff: string, version: RepositoryVersion, ground: Ground, known: Known): Promise<CheckedDiff> {
  const files = new Set(filesOf(version, ground).paths);
  const overlay = overlaid(ground.lookUp, version.changes);
  // A refusal quotes the file, and not every file that may change is for the author's eyes.
  const lookUp: LookUp = async (path) => {
    const standing = await overlay(path);
    if (standing.kind !== "text") return standing;
    // A copy of a file with secrets would be shown under its new name, and stand in every diff of it.
    if (files.has(path) && !isKeptBack(standing.text, path)) return standing;
    return { kind: "other", code: "not-a-file", why: `${path} is not among the files that may change` };
  };
  const applied = await applyToTree(diff, { lookUp, policy: ground.policy });
  if (!applied.ok) return unfit(explainRefusal(applied.error), applied.error.message);
  const after = await versionOf(applied.files, version, "checked", ground);
  if ("ok" in after) return unfit(after.reason);
  const refused = await known(after);
  if (refused) {
    const reason = `the diff applies, but there is nothing to learn from it: ${refused.reason}`;
    return { ok: false, reason, short: refused.reason, applies: true };
  }
  return { ok: true, diff: applied.files.map(exact).join("") };
}

function unfit(reason: string, short = reason): CheckedDiff {
  return { ok: false, reason, short };
}

/** The change of one file as `createPatch` writes it; a rename is a deletion and a new file. */
function exact({ path, from, action, before, after }: FileChange): string {
  if (action !== "rename") return createPatch(path, before, after);
  return createPatch(from!, before, undefined) + createPatch(path, undefined, after);
}

/** Equal keys train alike: the fingerprint of the spec where only that differs from the base commit, else a hash over all changes. */
export function keyOf({ changes, spec }: RepositoryVersion, { specPath, codeCounts }: Ground): string {
  const others = [...changes.keys()].filter((path) => path !== specPath);
  if (others.length === 0 || !codeCounts) return fingerprint(spec);
  return `changes ${createHash("sha256")
    .update(JSON.stringify([...changes]))
    .digest("hex")}`;
}

/** What a diff makes of a version, under the policy. */
export async function patched(
  { diff }: Pick<Proposal, "diff">,
  to: RepositoryVersion,
  id: string,
  ground: Ground,
): Promise<RepositoryVersion | Failure> {
  const { lookUp, policy } = ground;
  const applied = await applyToTree(diff, { lookUp: overlaid(lookUp, to.changes), policy });
  if (!applied.ok) return failure("patch", `the patch does not apply: ${applied.error.message}`);
  return versionOf(applied.files, to, id, ground);
}

/** What changes of files make of a version; a Failure where that is too large for a receipt or has no valid spec. */
async function versionOf(
  files: readonly FileChange[],
  to: RepositoryVersion,
  id: string,
  { specPath, lookUp }: Ground,
): Promise<RepositoryVersion | Failure> {
  const changes = await changedFurther(to.changes, files, lookUp);
  const size = [...changes.values()].reduce((sum, text) => sum + (text?.length ?? 0), 0);
  if (changes.size > MOST_FILES || size > MOST_TEXT) {
    return failure(
      "too-large",
      `with what was kept before it changes ${changes.size} files of ${size} characters; a receipt holds ${MOST_FILES} files of ${MOST_TEXT}`,
    );
  }
  const touched = files.find((file) => file.path === specPath || file.from === specPath);
  if (touched === undefined) return { id, changes, specText: to.specText, spec: to.spec };
  const after = touched.path === specPath ? touched.after : undefined;
  if (after === undefined) return failure("patch", `the patch removes ${specPath}`);
  try {
    return { id, changes, specText: after, spec: parseSpec(after, specPath) };
  } catch (error) {
    if (error instanceof InputError) return failure(error.code, error.message);
    throw error;
  }
}

/** What one receipt holds, with room for the lines that a diff takes out. */
const MOST_FILES = 100;
const MOST_TEXT = 400_000;

function failure(code: string, reason: string): Failure {
  return { ok: false, code, reason };
}
