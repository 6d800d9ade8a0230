// A unified diff the other way round. For diffs in git's own form, as `createPatch` writes them: it repairs nothing.

import { formatPatch, parsePatch, reversePatch as reversed } from "diff";

/** The diff that takes back what `diff` does, its files in the opposite order. */
export function reversePatch(diff: string): string {
  return formatPatch(
    parsePatch(diff)
      .toReversed()
      .map((file) => reversed(file)),
  );
}
