// What a patch may touch: globs as data, inside a fence that no policy can open.

import { matcher, outerFence } from "../fence/fence.js";
import { unsafePath } from "../fence/safe-path.js";
import { DEFAULT_LIMITS, type Limits } from "./limits.js";
import { refuse, type Refusal } from "./patch-error.js";

/** Globs as picomatch reads them, relative to the repository; a path must match `allow` and none of `deny`. */
export interface Policy {
  readonly allow: readonly string[];
  readonly deny?: readonly string[];
  readonly limits?: Partial<Limits>;
  /** Folder of the repository in which the paths of the patch start, without a slash at its end; default: its top. */
  readonly below?: string;
  /** Where the globs are written, for refusals. */
  readonly source?: string;
}

/** Everything inside the fence. */
export const OPEN_POLICY: Policy = { allow: ["**"] };

export interface PathGuard {
  readonly limits: Limits;
  /** Why `path` may not be touched; undefined where it may. `line` is that of the patch. */
  check(path: string, line: number): Refusal | undefined;
}

/** Compiles a policy once for many paths. */
export function pathGuard(policy: Policy): PathGuard {
  const allow = matcher(policy.allow);
  const deny = matcher(policy.deny ?? []);
  const { below = "" } = policy;
  function check(path: string, line: number): Refusal | undefined {
    const place = { file: path, line };
    const whole = below === "" ? path : `${below}/${path}`;
    const unsafe = unsafePath(path);
    if (unsafe) return refuse("unsafe-path", `the path ${JSON.stringify(path)} is refused: ${unsafe}`, place);
    const fenced = outerFence(whole);
    if (fenced !== undefined)
      return refuse("protected-path", `${path} is ${fenced}, which no patch may touch: leave it out`, place);
    if (allow(whole) && !deny(whole)) return undefined;
    const message = `${whole} is not among the paths that may change: ${describe(policy)}`;
    return refuse("path-not-allowed", message, place);
  }
  return { limits: { ...DEFAULT_LIMITS, ...policy.limits }, check };
}

function describe(policy: Policy): string {
  const allowed = policy.allow.join(", ") || "none";
  const globs = policy.deny?.length ? `${allowed}, but not ${policy.deny.join(", ")}` : allowed;
  return policy.source === undefined ? globs : `${globs} (${policy.source})`;
}
