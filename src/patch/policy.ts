// What a patch may touch: globs as data, inside a fence that no policy can open.

import picomatch from "picomatch";
import { DEFAULT_LIMITS, type Limits } from "./limits.js";
import { refuse, type Refusal } from "./patch-error.js";
import { foldPath, unsafePath } from "./safe-path.js";

/** Globs as picomatch reads them, relative to the repository; a path must match `allow` and none of `deny`. */
export interface Policy {
  readonly allow: readonly string[];
  readonly deny?: readonly string[];
  readonly limits?: Partial<Limits>;
}

/** Everything inside the fence. */
export const OPEN_POLICY: Policy = { allow: ["**"] };

/** Never touched by a patch, in no spelling of upper and lower case. */
const OUTER_FENCE: readonly (readonly [why: string, globs: readonly string[]])[] = [
  ["GitHub's own configuration", [".github/**", ".github"]],
  ["configuration of git", ["**/.gitmodules", "**/.gitattributes", "**/.gitconfig", "**/.mailmap"]],
  ["hooks", ["**/.husky/**", "**/.githooks/**", "**/.pre-commit-config.y{a,}ml", "**/{.,}lefthook{-local,}.y{a,}ml"]],
  [
    "configuration of a package manager",
    ["**/.npmrc", "**/.yarnrc{.yml,}", "**/.pnpmfile.*", "**/bunfig.toml", "**/.yarn/**"],
  ],
  [
    "a lockfile",
    [
      "**/{package-lock,npm-shrinkwrap}.json",
      "**/{yarn,cargo,poetry,uv,pdm,gemfile,composer,pipfile,flake,mix,pixi,deno,bun}.lock",
      "**/pnpm-lock.yaml",
      "**/bun.lockb",
      "**/go.sum",
    ],
  ],
  [
    "configuration of a CI",
    [
      "{.ci,.circleci,.buildkite,.gitlab,.woodpecker,.teamcity,.semaphore}/**",
      "**/{.gitlab-ci,.travis,.drone,.woodpecker,.cirrus,.appveyor,appveyor,azure-pipelines,bitbucket-pipelines}.y{a,}ml",
      "**/jenkinsfile{.*,}",
    ],
  ],
];

const FENCE = OUTER_FENCE.map(([why, globs]) => ({ why, touches: matcher(globs) }));

export interface PathGuard {
  readonly limits: Limits;
  /** Why `path` may not be touched; undefined where it may. `line` is that of the patch. */
  check(path: string, line: number): Refusal | undefined;
}

/** Compiles a policy once for many paths. */
export function pathGuard(policy: Policy): PathGuard {
  const allow = matcher(policy.allow);
  const deny = matcher(policy.deny ?? []);
  function check(path: string, line: number): Refusal | undefined {
    const place = { file: path, line };
    const unsafe = unsafePath(path);
    if (unsafe) return refuse("unsafe-path", `the path ${JSON.stringify(path)} is refused: ${unsafe}`, place);
    const folded = foldPath(path);
    const fenced = FENCE.find((row) => row.touches(folded));
    if (fenced)
      return refuse("protected-path", `${path} is ${fenced.why}, which no patch may touch: leave it out`, place);
    if (allow(path) && !deny(path)) return undefined;
    const message = `${path} is not among the paths that may change: ${describe(policy)}`;
    return refuse("path-not-allowed", message, place);
  }
  return { limits: { ...DEFAULT_LIMITS, ...policy.limits }, check };
}

function matcher(globs: readonly string[]): (path: string) => boolean {
  const matches = globs.map((glob) => picomatch(glob, { dot: true, nonegate: true }));
  return (path) => matches.some((match) => match(path));
}

function describe(policy: Policy): string {
  const allowed = policy.allow.join(", ") || "none";
  return policy.deny?.length ? `${allowed}, but not ${policy.deny.join(", ")}` : allowed;
}
