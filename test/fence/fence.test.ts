// What a set of changed paths means for merging.

import { describe, expect, test } from "@jest/globals";
import { classifyChange } from "../../src/fence/fence.js";

const SPEC = "model/spec.yml";
const kindOf = (...paths: string[]) => classifyChange(paths, SPEC).kind;

test("the spec alone is a change of the spec, wherever it lies", () => {
  expect(kindOf(SPEC)).toBe("spec");
  expect(classifyChange(["spec/net.yml"], "spec/net.yml").kind).toBe("spec");
});

describe("what trains may change, with or without the spec", () => {
  test.each([
    "train.mjs",
    "src/model/attention.py",
    "lib/attestation.ts",
    "src/latest.ts",
    "docs/contest.md",
    "src/retrieval.py",
    "src/medieval-texts.py",
    "src/underscore.ts",
    "src/cipher.ts",
    "src/overhead.ts",
    "src/head.ts",
    "src/webhooks.ts",
    "data/lock.json",
  ])("%s", (path) => {
    expect(kindOf(path)).toBe("code");
    expect(kindOf(SPEC, path)).toBe("code");
  });
});

describe("what judges is fenced, and the path says so", () => {
  test.each([
    ["test/a.ts", "a test"],
    ["src/a.test.ts", "a test"],
    ["Tests/A.ts", "a test"],
    ["pkg/a_test.go", "a test"],
    ["tests.py", "a test"],
    ["python/test_a.py", "a test"],
    ["python/conftest.py", "a test"],
    ["src/main/FooTest.java", "a test"],
    ["a/__snapshots__/x", "a test"],
    ["jest.config.mjs", "a threshold or the configuration of a check"],
    ["vitest.workspace.ts", "a threshold or the configuration of a check"],
    ["web/webpack.config.cjs", "a threshold or the configuration of a check"],
    ["ruff.toml", "a threshold or the configuration of a check"],
    [".nvmrc", "a threshold or the configuration of a check"],
    [".env.local", "a threshold or the configuration of a check"],
    ["docker-compose.prod.yml", "a manifest, which says what is installed and how it is checked"],
    ["docs/AGENTS.md", "instructions that coding assistants follow"],
    ["j\u0435st.config.mjs", "a threshold or the configuration of a check"],
    ["src/fence/fence.ts", "what AXON judges with"],
    [".nycrc.json", "a threshold or the configuration of a check"],
    ["codecov.yml", "a threshold or the configuration of a check"],
    ["web/tsconfig.build.json", "a threshold or the configuration of a check"],
    ["package.json", "a manifest, which says what is installed and how it is checked"],
    ["requirements-dev.txt", "a manifest, which says what is installed and how it is checked"],
    ["Makefile", "a manifest, which says what is installed and how it is checked"],
    ["thresholds.json", "a threshold or the configuration of a check"],
    ["config/loss_threshold.yml", "a threshold or the configuration of a check"],
    ["scripts/check.sh", "a threshold or the configuration of a check"],
    ["ci/steps/build.sh", "a threshold or the configuration of a check"],
    ["data/heldout.txt", "what is held out to judge with"],
    ["data/held-out/a.txt", "what is held out to judge with"],
    ["corpus_holdout.jsonl", "what is held out to judge with"],
    ["golden/x.txt", "a test"],
    ["src/hooks/useThing.ts", "what may be a hook of git"],
    ["hooks/pre-commit", "what may be a hook of git"],
    ["src/process/child.ts", "what AXON judges with"],
    ["src/repository/git.ts", "what AXON judges with"],
    ["src/measuring/ruler.ts", "what AXON judges with"],
    ["run_eval.sh", "an evaluator"],
    ["eval_model.py", "an evaluator"],
    ["scripts/model-scorer.v2.ts", "an evaluator"],
    ["evaluate.py", "an evaluator"],
    ["src/evaluation/scorer.ts", "an evaluator"],
    ["bench/run.mjs", "an evaluator"],
    ["src/data/split.ts", "what AXON judges with"],
    [".github/axon.yml", "GitHub's own configuration"],
    ["package-lock.json", "a lockfile"],
    [".ci/run", "configuration of a CI"],
    ["model/receipts/a.json", "a record that AXON keeps"],
  ])("%s", (path, why) => {
    expect(classifyChange(["train.mjs", path, SPEC], SPEC)).toEqual({ kind: "fenced", path, why });
  });
});
