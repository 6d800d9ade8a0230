import { describe, expect, test } from "@jest/globals";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { Archive } from "../../src/store/archive.js";
import { DIFF, evidence, proven } from "../report/cycles.js";
import { axon } from "../support/command.js";
import { textRepository } from "../support/repositories.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();

/** A repository in which a cycle has ended. */
async function evolved(): Promise<string> {
  const directory = temporary();
  await textRepository(directory);
  const archive = await Archive.open(join(directory, ".git/axon"));
  await archive.append({ kind: "cycle", result: proven });
  await archive.close();
  const diffSha256 = createHash("sha256").update(DIFF).digest("hex");
  mkdirSync(join(directory, ".git/axon/receipts"));
  writeFileSync(
    join(directory, ".git/axon", proven.receipt!),
    JSON.stringify({ ...evidence(proven).receipt, diffSha256 }),
  );
  return directory;
}

const report = (directory: string, ...more: string[]) => axon(["report", "--repo", directory, ...more]);

describe("axon report", () => {
  test("prints the evidence of the last cycle and writes the page, even while a cycle runs", async () => {
    const directory = await evolved();
    const archive = await Archive.open(join(directory, ".git/axon"));
    const page = join(temporary(), "page.html");
    const { code, stdout, stderr } = await report(directory, "--html", page);
    await archive.close();
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^## AXON cycle 0123456789ab: accepted, /);
    expect(stdout).toContain("+learningRate: 0.002"); // from the receipt
    expect(stdout).toContain(`axon replay ${directory}/.git/axon/receipts/0123456789ab.json --repo ${directory}`);
    expect(readFileSync(page, "utf8")).toMatch(/^<!doctype html>[^]*<svg [^]*<\/html>\n$/);
  });

  test("gives one JSON object for the beginning of an id", async () => {
    const directory = await evolved();
    const page = join(temporary(), "page.html");
    const { markdown, ...rest } = JSON.parse((await report(directory, "0123", "--json", "--html", page)).stdout);
    expect(rest).toEqual({ id: "0123456789ab", verdict: "accepted", html: page });
    expect(`${markdown}`).toBe((await report(directory)).stdout);
  });

  test("does without a receipt that somebody removed, and refuses a broken one", async () => {
    const directory = await evolved();
    const receipt = join(directory, ".git/axon", proven.receipt!);
    rmSync(receipt);
    const without = await report(directory);
    expect([without.code, without.stderr]).toEqual([0, ""]);
    expect(without.stdout).toContain("The receipt is not where it was written");
    expect(without.stdout).not.toContain("axon replay");
    writeFileSync(receipt, "{}");
    const { code, stdout } = await report(directory, "--json");
    expect([code, JSON.parse(stdout)]).toMatchObject([2, { error: { code: "receipt" } }]);
  });

  test("refuses an unknown id and a place where no page can be written", async () => {
    const directory = await evolved();
    const unknown = await report(directory, "ffff");
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      'axon: no cycle begins with "ffff"; the last are 0123456789ab\n',
    ]);
    const nowhere = join(directory, "no/such/page.html");
    const refused = await report(directory, "--html", nowhere);
    expect([refused.code, refused.stdout]).toEqual([2, ""]);
    expect(refused.stderr).toMatch(/cannot write the page/);
    expect(existsSync(nowhere)).toBe(false);
  });
});
