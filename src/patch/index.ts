// The public face of the patch engine, `axon-evolve/patch`: unified diffs that apply rightly or not at all.

export { applyPatch, type Applied, type ReadFile } from "./apply-patch.js";
export type { FileChange } from "./apply-section.js";
export { applyToDirectory } from "./apply-to-directory.js";
export { createPatch } from "./create-patch.js";
export type { Limits } from "./limits.js";
export type { Excerpt, PatchError, PatchErrorCode, Refusal } from "./patch-error.js";
export { OPEN_POLICY, type Policy } from "./policy.js";
