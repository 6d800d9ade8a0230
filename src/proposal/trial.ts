// Tries out a model: the same prompts, repairs and patch engine as in earnest, on tasks whose right result is known.

import type { ModelCost } from "../candidate.js";
import { applyToTree, createPatch, explainRefusal, NOTHING, type FileChange, type LookUp } from "../patch/index.js";
import { DEFAULT_SPEC } from "../spec.js";
import { proposeByModel, type Asking } from "./llm.js";
import type { CheckedDiff, ProposalContext } from "./proposer.js";
import type { TrialTask } from "./trial-tasks.js";

export interface TrialResult {
  readonly task: string;
  /** A diff came that applies. */
  readonly applies: boolean;
  /** It makes of the files what was asked for, to the letter. */
  readonly right: boolean;
  /** Why it does not apply. */
  readonly reason: string | null;
  readonly cost: ModelCost;
}

export async function tryTask(task: TrialTask, asking: Pick<Asking, "model" | "ask">): Promise<TrialResult> {
  let made: readonly FileChange[] = [];
  const check = async (diff: string): Promise<CheckedDiff> => {
    const applied = await applyToTree(diff, { lookUp: lookUpIn(task.files), policy: { allow: ["**"] } });
    if (!applied.ok) return { ok: false, reason: explainRefusal(applied.error), short: applied.error.message };
    made = applied.files;
    return { ok: true, diff: made.map(({ path, before, after }) => createPatch(path, before, after)).join("") };
  };
  const proposed = await proposeByModel(contextOf(task, check), { ...asking, tokens: TOKENS, hint: task.wish });
  const { cost } = proposed;
  if (!proposed.ok) return { task: task.name, applies: false, right: false, reason: proposed.failed.reason, cost };
  return { task: task.name, applies: true, right: isRight(task, made), reason: null, cost };
}

/** Of a training in the trial's story. */
const TOKENS = 150_000;

function lookUpIn(files: TrialTask["files"]): LookUp {
  return async (path) => (Object.hasOwn(files, path) ? { kind: "text", text: files[path] } : NOTHING);
}

function contextOf({ files }: TrialTask, check: ProposalContext["check"]): ProposalContext {
  return {
    specPath: "model/spec.yml",
    specText: files["model/spec.yml"] ?? null,
    spec: DEFAULT_SPEC,
    objective: { name: "bits per byte", direction: "lower", selfReported: false },
    direction: "lower",
    tried: [],
    attempts: [],
    pending: [],
    pendingDiffs: [],
    noise: { runs: 5, deviation: 0.004, detectable: 0.005 },
    score: 2.5,
    trainingsLeft: 40,
    files: {
      globs: ["**"],
      paths: Object.keys(files),
      read: async (path) => (Object.hasOwn(files, path) ? files[path] : undefined),
    },
    check,
  };
}

/** Blank lines at the end of a file are nobody's mistake. */
function isRight({ right }: TrialTask, made: readonly FileChange[]): boolean {
  const wanted = Object.entries(right);
  const after = new Map(made.map((file) => [file.path, file.after]));
  return made.length === wanted.length && wanted.every(([path, text]) => after.get(path)?.trimEnd() === text.trimEnd());
}
