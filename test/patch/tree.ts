// A patch on a small tree of files held in memory, as the tests of this room want to see it.

import { applyPatch, OPEN_POLICY, type FileChange, type PatchError, type Policy } from "../../src/patch/index.js";

export type Tree = Readonly<Record<string, string>>;

/** The tree afterwards, or the refusal. */
export function patchTree(text: string, tree: Tree, policy: Policy = OPEN_POLICY): Tree | PatchError {
  const result = applyPatch(text, { read: (path) => (Object.hasOwn(tree, path) ? tree[path] : undefined), policy });
  return result.ok ? treeAfter(tree, result.files) : result.error;
}

export function treeAfter(tree: Tree, files: readonly FileChange[]): Tree {
  const after: Record<string, string> = { ...tree };
  for (const { action, from } of files) if (action === "rename" && from !== undefined) delete after[from];
  for (const { path, after: content } of files) {
    if (content === undefined) delete after[path];
    else after[path] = content;
  }
  return after;
}

/** The code with which a patch is refused, "applied" if it is not. */
export function refusal(text: string, tree: Tree, policy: Policy = OPEN_POLICY): string {
  const result = applyPatch(text, { read: (path) => (Object.hasOwn(tree, path) ? tree[path] : undefined), policy });
  return result.ok ? "applied" : result.error.code;
}
