// Proposals that change code, from the first commit to the replayed receipt.

import { expect } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { evolve } from "../../src/wire/evolve.js";
import { replay } from "../../src/wire/replay.js";
import { commandRepository, OPTIONS, retrain, scripted, UNWATCHED } from "../support/command-repository.js";
import { sandboxed } from "../support/sandbox.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();
const { signal } = UNWATCHED;

const git = (directory: string, ...args: string[]) =>
  execFileSync("git", ["-C", directory, ...args], { encoding: "utf8" });

sandboxed("an honest change of code that helps is confirmed, committed and replayed [needs bwrap]", async () => {
  const directory = temporary();
  await commandRepository(directory);
  const propose = scripted([
    ["smoothing 1000 -> 2000", retrain((text) => text.replace("1000", "2000"))],
    ["smoothing 1000 -> 1", retrain((text) => text.replace("1000", "1"))],
  ]);
  const result = await evolve({ ...OPTIONS, directory, trainings: 36, propose }, UNWATCHED);
  expect(result.attempts.map(({ decision, reason }) => [decision, reason])).toEqual([
    ["rejected", "worse than its parent on the same seed"],
    ["kept", "better than its parent on the same seed"],
  ]);
  expect(result.decision.verdict).toBe("accepted");
  expect(result.pairs[0].candidate).toMatchObject({ training: null, model: { parameters: 3 * 65536 } });
  const branch = result.branch!;
  expect(git(directory, "show", `${branch}:train.mjs`)).toContain("smoothing = 1;");
  expect(git(directory, "diff", "--name-only", "main", branch).trim().split("\n")).toEqual([
    "model/metrics.json",
    `model/receipts/${result.id}.json`,
    "train.mjs",
  ]);
  expect(git(directory, "log", "-1", "--format=%s", branch)).toMatch(/^perf: \d.* held-out bits per byte/);
  const receipt = join(directory, ".git/axon", result.receipt!);
  const options = { directory, privateCorpus: null, prepareNetwork: false };
  const hooks = { signal, onStart: () => {}, onTrained: () => {} };
  expect(await replay(receipt, options, hooks)).toEqual({ differences: [], exact: true });
});
