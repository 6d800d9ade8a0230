// Which paths a patch may name. Whoever controls the diff must not reach git, CI, package managers or anything outside.

import { describe, expect, test } from "@jest/globals";
import { OPEN_POLICY } from "../../src/patch/index.js";
import { patchTree, refusal } from "./tree.js";

const create = (path: string) =>
  `--- /dev/null\n+++ "b/${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"\n@@ -0,0 +1 @@\n+x\n`;

describe("paths that lead outside or mean something else elsewhere", () => {
  test.each([
    "../x",
    "a/../../x",
    "a/../b",
    "a//b",
    "a/./b",
    "/etc/passwd",
    "~/x",
    "C:/x",
    "c:x",
    "a\\b",
    "..\\x",
    "a\tb",
    "a\u0001b",
    "a\u007f",
    "a\u200bb",
    "a\u202etxt.exe",
    ".git/config",
    ".GIT/config",
    ".Git/hooks/pre-commit",
    "sub/.git/config",
    ".git ",
    ".git./config",
    ".git. . /config",
    ".g\u200cit/config",
    ".git\ufeff/config",
    ".git::$INDEX_ALLOCATION/config",
    "git~1/config",
    "GIT~2/config",
    "ＧＩＴ~1/config",
    "gitmod~1",
    "gi7eba~1",
    "a/...",
    "a/ /b",
    "src/ind\u0435x.ts",
    "\u0440ackage.json",
    "pac\u13e6age.json",
    "r\u0585adme.md",
    `${"x/".repeat(600)}y`,
    "é".repeat(128),
  ])("%j", (path) => {
    expect(refusal(create(path.replaceAll("\t", "\\t")), {})).toMatch(/^(?:unsafe-path|path-mismatch)$/);
    expect(refusal(create(path), {})).toBe("unsafe-path");
  });
});

describe("paths that no policy can open", () => {
  test.each([
    ".github/workflows/ci.yml",
    ".GitHub/axon.yml",
    ".github",
    ".gitmodules",
    "sub/.gitmodules",
    ".gitattributes",
    ".npmrc",
    "packages/a/.npmrc",
    "package-lock.json",
    "web/Package-Lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lockb",
    "Cargo.lock",
    "go.sum",
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    "Jenkinsfile",
    "azure-pipelines.yaml",
    ".travis.yml",
    ".ci/run",
    ".husky/pre-commit",
    ".pre-commit-config.yaml",
    "lefthook.yml",
    ".yarnrc.yml",
    ".yarn/plugins/x.cjs",
    "Podfile.lock",
    "pip.conf",
    ".cargo/config.toml",
    "CODEOWNERS",
    "renovate.json",
    ".githooks/pre-push",
    "githooks/pre-push",
    "tools/git-hooks/pre-push",
    ".hooks/pre-push",
    ".gitea/workflows/x.yml",
    ".forgejo/workflows/x.yml",
    "cloudbuild.yaml",
    "buildspec.yml",
    ".builds/x.yml",
    ".azure-pipelines/x.yml",
    ".tekton/x.yaml",
    ".zuul.yaml",
    ".drone.star",
    "ci/run",
    ".mergify.yml",
    "dependabot.yml",
    "Gopkg.lock",
    "gems.locked",
    "stack.yaml.lock",
    "paket.lock",
    "rebar.lock",
    "renv.lock",
    "Manifest.toml",
    "go.work.sum",
    "buildscript-gradle.lockfile",
    "cabal.project.freeze",
    ".pnp.cjs",
    ".pnp.loader.mjs",
    ".mcp.json",
    "sub/HEAD",
    ".g\u0131thub/x.yml",
    ".gi\u0307thub/x.yml",
    ".\u0262\u026a\u1d1b\u029c\u1d1c\u0299/x.yml",
    "\ua4da\ua4ee\ua4e3\ua4d6\ua4f3.\ua4e1\ua4f3\ua4da\ua4d7",
    ".vscode/tasks.json",
    ".envrc",
  ])("%s", (path) => {
    expect(refusal(create(path), {}, { allow: ["**", path, ".github/**"] })).toBe("protected-path");
  });
});

describe("paths inside the fence", () => {
  test.each([
    ".gitignore",
    "src/github/x.ts",
    "docs/.github.md",
    "a.git/x",
    "git/x",
    "lock.json",
    "src/a…b",
    "-x",
    "größe/ñ.ts",
    "документ.txt",
    "Δt.ts",
    "k\u0131sa.txt",
    "lib/objects/x",
    "lib/head.ts",
  ])("%s", (path) => {
    expect(refusal(create(path), {})).toBe("applied");
  });

  test("a policy allows by globs and forbids by globs", () => {
    const policy = { allow: ["model/**", "*.md"], deny: ["model/secret/*"] };
    const codes = ["model/spec.yml", "model/.hidden", "README.md", "docs/a.md", "model/secret/x", "src/a.ts"].map(
      (path) => {
        return refusal(create(path), {}, policy);
      },
    );
    expect(codes).toEqual([
      "applied",
      "applied",
      "applied",
      "path-not-allowed",
      "path-not-allowed",
      "path-not-allowed",
    ]);
    expect(refusal(create("a"), {}, { allow: [] })).toBe("path-not-allowed");
  });

  test("in a folder of the repository its globs and the fence hold for paths from the top", () => {
    const policy = { allow: ["lib/**"], below: "lib", source: "a file" };
    expect(refusal(create("a.ts"), {}, policy)).toBe("applied");
    expect(refusal(create("a.ts"), {}, { ...policy, below: "library" })).toBe("path-not-allowed");
    expect(refusal(create("workflows/x.yml"), {}, { allow: ["**"], below: ".github" })).toBe("protected-path");
    const message = "lib/a.ts is not among the paths that may change: src/** (a file)";
    expect(patchTree(create("a.ts"), {}, { ...policy, allow: ["src/**"] })).toMatchObject({ message });
  });

  test("an allowed glob cannot be turned round by a leading !", () => {
    expect(refusal(create("a"), {}, { allow: ["!b"] })).toBe("path-not-allowed");
  });

  test("the source of a rename is held to the policy too, and so is every file of a patch", () => {
    const rename = "diff --git a/.npmrc b/x\nrename from .npmrc\nrename to x\n";
    expect(refusal(rename, { ".npmrc": "x\n" })).toBe("protected-path");
    expect(refusal(create("ok") + create(".git/x"), {})).toBe("unsafe-path");
    expect(refusal("*** Begin Patch\n*** Delete File: .npmrc\n*** End Patch\n", { ".npmrc": "x\n" })).toBe(
      "protected-path",
    );
  });

  test("limits come from the policy", () => {
    const body = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-x\n+y\n@@ -2 +2 @@\n-xx\n+yy\n";
    const tree = { f: "x\nxx\n" };
    const code = (limits: object) => refusal(body, tree, { ...OPEN_POLICY, limits });
    expect([code({}), code({ hunks: 1 }), code({ patchBytes: 20 }), code({ fileBytes: 4 })]).toEqual([
      "applied",
      "too-large",
      "too-large",
      "too-large",
    ]);
  });
});
