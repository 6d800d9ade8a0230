import { describe, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Receipt } from "../../src/candidate.js";
import { axon } from "../support/command.js";
import { textRepository } from "../support/repositories.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();

const git = (directory: string, ...args: string[]) =>
  execFileSync("git", ["-C", directory, "-c", "user.name=A", "-c", "user.email=a@localhost", ...args], {
    encoding: "utf8",
  });

const evolve = (directory: string, ...more: string[]) =>
  axon(["evolve", "--repo", directory, "--tokens", "4000", "--trainings", "36", "--json", ...more]);

describe("after a merge", () => {
  test("the gain is measured again: a true claim holds, a false one is said aloud and its revert prepared", async () => {
    const directory = temporary();
    await textRepository(directory);
    const before = git(directory, "show", "main:model/spec.yml");
    const { branch, id } = JSON.parse((await evolve(directory)).stdout) as { branch: string; id: string };
    git(directory, "checkout", "-q", "main");
    git(directory, "merge", "-q", "--no-edit", branch);

    const other = temporary();
    execFileSync("cp", ["-a", `${directory}/.`, other]);

    const holds = await evolve(directory, "--seed", "2");
    expect(holds.stderr).toMatch(
      new RegExp(`merged ${id}: the claim holds, the gain is there \\(−.* claimed, −.* pairs\\)`),
    );
    expect(git(directory, "branch", "--list", "axon/revert-*")).toBe("");
    const again = await evolve(directory, "--seed", "3"); // once is enough
    expect(again.stderr).not.toContain(`merged ${id}`);

    // The same archive, with a receipt that says the repository was already like this: what it claims is not there.
    const path = join(other, ".git/axon/receipts", `${id}.json`);
    const receipt = JSON.parse(readFileSync(path, "utf8")) as Receipt;
    writeFileSync(path, JSON.stringify({ ...receipt, baselineSpec: receipt.candidateSpec }));
    const broken = await evolve(other, "--seed", "4");
    expect(broken.stderr).toMatch(new RegExp(`merged ${id}: THE CLAIM DOES NOT HOLD, nothing of the gain is left`));
    expect(broken.stderr).toContain(`the revert is prepared on branch axon/revert-${id}`);
    expect(git(other, "show", `axon/revert-${id}:model/spec.yml`)).toBe(before);
    expect(git(other, "diff", "--name-only", "main", `axon/revert-${id}`).trim()).toBe("model/spec.yml");
  }, 240_000);
});
