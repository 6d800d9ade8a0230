// The fence as data: what no patch may touch, and what no change may merge by itself that touches it.

import picomatch from "picomatch";
import { foldPath } from "./safe-path.js";

type Row = readonly [why: string, globs: readonly string[]];

/** Never touched by a patch, in no spelling of upper and lower case. */
const OUTER: readonly Row[] = [
  ["a record that AXON keeps", ["model/receipts/**", "model/metrics.json"]],
  ["GitHub's own configuration", [".github/**", ".github", "{codeowners,docs/codeowners}"]],
  ["configuration of git", ["**/.gitmodules", "**/.gitattributes", "**/.gitconfig", "**/.mailmap"]],
  // Beside objects/ and refs/ it turns a folder into a bare repository, whose own config git obeys. The folders alone do nothing.
  ["what makes a folder a repository of git", ["**/head"]],
  [
    "a hook",
    [
      "**/{.husky,.githooks,.git-hooks,.hooks,githooks,git-hooks}/**",
      "**/.pre-commit-{config,hooks}.y{a,}ml",
      "**/{.,}lefthook{-local,}.{y{a,}ml,toml,json}",
      "**/{.simple-git-hooks,simple-git-hooks}.*",
      "**/.overcommit.yml",
    ],
  ],
  [
    "what runs by itself where the repository is opened",
    ["**/{.vscode,.idea,.devcontainer,.direnv}/**", "**/.envrc", "**/{.devcontainer,.mcp}.json"],
  ],
  [
    "configuration of a package manager",
    [
      "**/{.npmrc,.yarnrc,.yarnrc.yml,bunfig.toml,.netrc,.pypirc,pip.conf,nuget.config,.condarc}",
      "**/{.pnpmfile,.pnp}.*",
      "**/{.yarn,.cargo,.bundle,.mvn,.gradle}/**",
      "**/gradle/wrapper/**",
    ],
  ],
  [
    "a lockfile",
    [
      "**/{package-lock,npm-shrinkwrap}.json",
      "**/*.{lock,locked,lockfile}",
      "**/{packages.lock.json,.terraform.lock.hcl,{package,cartfile}.resolved,cabal.project{.*,}.freeze}",
      "**/{pylock{.*,}.toml,manifest{-v*,}.toml,conda-lock.y{a,}ml,pnpm-lock.yaml,bun.lockb,go.sum,go.work.sum}",
    ],
  ],
  [
    "configuration of a CI",
    [
      "{.ci,.circleci,.buildkite,.gitlab,.gitea,.forgejo,.woodpecker,.teamcity,.semaphore,.builds,.tekton,.harness}/**",
      "{.azure-pipelines,azure-pipelines,.zuul.d,zuul.d,.dependabot,.copr}/**",
      "ci/run{.*,}",
      "**/{.gitlab-ci,.travis,.drone,.woodpecker,.cirrus,.appveyor,appveyor,azure-pipelines,bitbucket-pipelines}.y{a,}ml",
      "**/{.build,.prow,.packit,.zuul,zuul,.shippable,shippable,.screwdriver,screwdriver,bitrise,codemagic,wercker}.y{a,}ml",
      "**/{cloudbuild,buildspec}{.*,-*,}.y{a,}ml",
      "**/{.drone,.cirrus}.{star,jsonnet}",
      "**/{.mergify,dependabot}.y{a,}ml",
      "**/jenkinsfile{.*,}",
      "**/{renovate.json{c,5,},.renovaterc{.*,}}",
    ],
  ],
];

/** What judges changes. A proposal may touch it where the policy allows, but then a person must merge it. */
const INNER: readonly Row[] = [
  [
    "a test",
    [
      "**/{test,tests,__tests__,testing,testdata,testsuite,unittests,spec,specs,e2e,fixtures,__snapshots__,golden,expected}/**",
      "**/*{.,_,-}{test,tests,spec,specs}.*",
      "**/{test,tests,conftest}.*",
      "**/test_*.*",
      "**/*{test,tests}.{java,kt,scala,cs,swift}",
      "**/*.snap",
    ],
  ],
  [
    "a threshold or the configuration of a check",
    [
      "**/{*[-._],}{threshold,thresholds}{[-._]*,}",
      "**/{check,checks,lint,verify}.{sh,bash,py,js,cjs,mjs,rb,ps1,bat,cmd}",
      "ci/**",
      "**/*.{config,workspace}.{js,cjs,mjs,ts,cts,mts,json}",
      "**/{jest,vitest,karma,playwright,cypress,stryker}.conf*",
      "**/{.mocharc,.nycrc,.c8rc,.eslintrc,.oxlintrc,.prettierrc,.babelrc,.swcrc,.stylelintrc}*",
      "**/{knip,biome,tsconfig,tsconfig.*}.json{c,}",
      "**/{codecov,.codecov}.y{a,}ml",
      "**/{pytest,tox,mypy}.ini",
      "**/{.coveragerc,.flake8,.pylintrc,.rspec,.rubocop.yml,noxfile.py,phpunit.xml,phpunit.xml.dist,sonar-project.properties}",
      "**/{.,}{ruff,clippy,rustfmt,rust-toolchain,tarpaulin}{.toml,}",
      "**/.golangci.{y{a,}ml,toml,json}",
      "**/{nx,turbo,lerna}.json",
      "**/{.nvmrc,.node-version,.python-version,.ruby-version,.tool-versions,mise.toml}",
      "**/.env{.*,}",
    ],
  ],
  [
    "a manifest, which says what is installed and how it is checked",
    [
      "**/{package,composer,deno}.json{c,}",
      "**/{pyproject,cargo}.toml",
      "**/setup.{py,cfg}",
      "**/requirements*.txt",
      "**/{go.mod,gemfile,pom.xml,makefile,justfile,rakefile,cmakelists.txt,dockerfile,containerfile,pnpm-workspace.yaml}",
      "**/taskfile.y{a,}ml",
      "**/{docker-compose,compose}{.*,}.y{a,}ml",
      "**/build.gradle{.kts,}",
    ],
  ],
  [
    "an evaluator",
    [
      "**/{evaluation,evaluations,evaluator,evaluators,eval,evals,scorer,scoring,judge,bench,benches,benchmark,benchmarks}/**",
      "**/{*[-._],}{evaluate,evaluation,evaluator,eval,evals,score,scorer,scoring,judge,bench,benchmark,benchmarks,metric,metrics}{[-._]*,}.*",
    ],
  ],
  [
    "what is held out to judge with",
    [
      "**/{heldout,held-out,held_out,holdout,hold-out,hold_out}/**",
      "**/{*[-._],}{heldout,held-out,held_out,holdout,hold-out,hold_out}{[-._]*,}",
    ],
  ],
  // Refusing these outright would refuse half of every web project; but `core.hooksPath` may name such a folder, and then they run unasked.
  ["what may be a hook of git", ["**/hooks/**"]],
  [
    "instructions that coding assistants follow",
    [
      "**/{agents,claude,gemini}.md",
      "**/{.cursorrules,.windsurfrules,.clinerules,llms.txt}",
      "**/{.cursor,.claude}/**",
    ],
  ],
  [
    "what AXON judges with",
    [
      "src/{config,data,evolution,fence,measuring,patch,process,repository,runtime,sandbox,statistics,store,wire,workspace}/**",
    ],
  ],
];

function compiled(rows: readonly Row[]): (path: string) => string | undefined {
  const matchers = rows.map(([why, globs]) => ({ why, touches: matcher(globs) }));
  return (path) => {
    const folded = foldPath(path);
    return matchers.find(({ touches }) => touches(folded))?.why;
  };
}

/** Why no patch may touch `path`, as in "it is …"; undefined where one may. */
export const outerFence = compiled(OUTER);

const innerFence = compiled(INNER);

const DEPENDENCIES = ["a lockfile", "a manifest, which says what is installed and how it is checked"];

/** Whether what has to be installed is written in a file. */
export function isAboutDependencies(path: string): boolean {
  return DEPENDENCIES.includes(outerFence(path) ?? innerFence(path) ?? "");
}

export function matcher(globs: readonly string[]): (path: string) => boolean {
  const matches = globs.map((glob) => picomatch(glob, { dot: true, nonegate: true }));
  return (path) => matches.some((match) => match(path));
}

/** What a set of changed paths means for merging: nothing "fenced" merges by itself; `why` as in "the path is …". */
export type ChangeClass =
  { readonly kind: "spec" | "code" } | { readonly kind: "fenced"; readonly path: string; readonly why: string };

/** @param specPath where the repository's spec lies */
export function classifyChange(paths: readonly string[], specPath: string): ChangeClass {
  const others = paths.filter((path) => path !== specPath);
  for (const path of others) {
    const why = outerFence(path) ?? innerFence(path);
    if (why !== undefined) return { kind: "fenced", path, why };
  }
  return { kind: others.length === 0 ? "spec" : "code" };
}
