// The public face of the patch engine, `axon-evolve/patch`: unified diffs that apply rightly or not at all.

export { applyPatch, type Applied, type ReadFile } from "./apply-patch.js";
export type { FileChange } from "./apply-section.js";
export { applyToDirectory } from "./apply-to-directory.js";
export { applyToTree, type LookUp } from "./apply-to-tree.js";
export { changedFurther, overlaid, UNCHANGED, type Changes } from "./changes.js";
export { createPatch } from "./create-patch.js";
export { explainRefusal } from "./explain-refusal.js";
export { classifyChange, isAboutDependencies, type ChangeClass } from "../fence/fence.js";
export { parentsOf } from "../fence/safe-path.js";
export type { Limits } from "./limits.js";
export type { Excerpt, PatchError, PatchErrorCode, Refusal } from "./patch-error.js";
export { OPEN_POLICY, pathGuard, type Policy } from "./policy.js";
export { reversePatch } from "./reverse-patch.js";
export { byFold, NOTHING, nothingOr, type Standing } from "./standing.js";
