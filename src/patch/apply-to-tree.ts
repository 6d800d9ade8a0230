// A patch on files that take time to read, those of a commit for one: applied again and again until it asks about nothing new.

import { applyPatch, type Applied } from "./apply-patch.js";
import type { Refusal } from "./patch-error.js";
import type { Policy } from "./policy.js";
import { heldAgainst, textAt, type Standing } from "./standing.js";

/** Asked once per path at most. */
export type LookUp = (path: string) => Promise<Standing>;

export async function applyToTree(
  text: string,
  { lookUp, policy }: { readonly lookUp: LookUp; readonly policy: Policy },
): Promise<Applied | Refusal> {
  const known = new Map<string, Standing>();
  for (;;) {
    const missing = new Set<string>();
    const read = (path: string) => {
      if (!known.has(path)) missing.add(path);
      return textAt(known.get(path));
    };
    const result = applyPatch(text, { read, policy });
    if (missing.size === 0) return heldAgainst(known, result);
    for (const path of missing) known.set(path, await lookUp(path));
  }
}
