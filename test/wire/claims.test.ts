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

    const holds = await evolve(directory, "--seed", "2");
    expect(holds.stderr).toMatch(
      new RegExp(`merged ${id}: the claim holds, the gain is there \\(−.* claimed, −.* pairs\\)`),
    );
    expect(git(directory, "branch", "--list", "axon/revert-*")).toBe("");
    const again = await evolve(directory, "--seed", "3"); // once is enough
    expect(again.stderr).not.toContain(`merged ${id}`);

    // The same change, by somebody who claims five times as much as there is.
    const path = join(directory, "model/receipts", `${id}.json`);
    const receipt = JSON.parse(readFileSync(path, "utf8")) as Receipt;
    const boast = { ...receipt, id: "boast", decision: { ...receipt.decision, effect: 5 * receipt.decision.effect! } };
    writeFileSync(join(directory, "model/receipts/boast.json"), JSON.stringify(boast));
    git(directory, "add", "model/receipts/boast.json");
    git(directory, "commit", "-q", "-m", "a boast");
    const broken = await evolve(directory, "--seed", "4");
    expect(broken.stderr).toMatch(/merged boast: THE CLAIM DOES NOT HOLD, what was claimed is more than what is there/);
    expect(broken.stderr).toContain("the revert is prepared on branch axon/revert-boast");
    expect(git(directory, "show", "axon/revert-boast:model/spec.yml")).toBe(before);
    expect(git(directory, "diff", "--name-only", "main", "axon/revert-boast").trim()).toBe("model/spec.yml");
  }, 240_000);
});
