import { beforeAll, describe, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Archive } from "../../src/store/archive.js";
import { DIFF, proven } from "../report/cycles.js";
import { axon } from "../support/command.js";
import { attempt, finishedCycle } from "../support/evidence.js";
import { textRepository } from "../support/repositories.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();
const directory = temporary();
const git = (...args: string[]) =>
  execFileSync("git", ["-C", directory, "-c", "user.name=a", "-c", "user.email=a@b", ...args], { encoding: "utf8" });

/** A cycle whose bundle was merged, another that stands on it and found nothing, and one that still runs. */
beforeAll(async () => {
  await textRepository(directory);
  const first = git("rev-parse", "HEAD").trim();
  mkdirSync(join(directory, "model/receipts"), { recursive: true });
  writeFileSync(join(directory, `model/receipts/${proven.id}.json`), "{}");
  git("add", "-A");
  git("commit", "-qm", "merged");
  const second = git("rev-parse", "HEAD").trim();
  const archive = await Archive.open(join(directory, ".git/axon"));
  const attempts = proven.attempts.map((one) => ({ ...one, diff: DIFF }));
  await archive.append({ kind: "cycle", result: { ...proven, baseCommit: first, attempts } });
  const claim = {
    outcome: "holds",
    reason: "as good as claimed",
    claimed: -0.05,
    effect: -0.05,
    interval: null,
    pairs: 4,
  } as const;
  await archive.append({ kind: "claim", receipt: proven.id, claim });
  const later = attempt({ id: "1-deadbeef", decision: "rejected", effect: 0.01 });
  await archive.append({ kind: "cycle", result: finishedCycle({ id: "0199", baseCommit: second, attempts: [later] }) });
  await archive.append({ kind: "attempt", cycle: "ffff", attempt: attempt({ id: "1-99999999" }) });
  await archive.close();
});

describe("axon lineage", () => {
  test("shows on which bundles the cycles stand, the tree of the last, and what still runs", async () => {
    const { code, stdout, stderr } = await axon(["lineage", "--repo", directory]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^ {2}ffff, not finished: 1 attempt so far$/m);
    expect(stdout).toMatch(/^★ 0123456789ab {2}accepted −0\.0483/);
    expect(stdout).toContain(`which holds ${proven.id}`);
    expect(stdout).toContain("└─ 1-deadbeef rejected +0.010");
  });

  test("of one cycle gives its tree, and one JSON object", async () => {
    const { stdout } = await axon(["lineage", "012", "--repo", directory]);
    expect(stdout).toContain("├─ 1-aaaaaaaa kept −0.0421  learning rate 0.001 -> 0.002  ★ champion");
    const json = JSON.parse((await axon(["lineage", "012", "--repo", directory, "--json"])).stdout);
    expect(json).toMatchObject({
      champions: { "bits per byte": proven.id },
      cycles: [
        {
          id: proven.id,
          holds: [],
          champion: true,
          claim: "holds",
          attempts: [{ parent: "baseline", champion: true }, {}, {}],
        },
      ],
    });
  });

  test("shows an unfinished cycle as what it is, in words and in JSON", async () => {
    const { code, stdout } = await axon(["lineage", "ff", "--repo", directory]);
    expect([code, stdout]).toEqual([
      0,
      "cycle ffff, not finished: 1 attempt\nbaseline\n└─ 1-99999999 kept −0.0405  learning rate 0.003 instead of 0.002\n",
    ]);
    const unfinished = [{ id: "ffff", attempts: [{ id: "1-99999999", decision: "kept", champion: false }] }];
    const json = async (...id: string[]) =>
      JSON.parse((await axon(["lineage", ...id, "--repo", directory, "--json"])).stdout) as object;
    expect(await json("ff")).toMatchObject({ cycles: [], unfinished, champions: { "bits per byte": proven.id } });
    expect(await json()).toMatchObject({ cycles: [{ id: proven.id }, { id: "0199" }], unfinished });
  });

  test("refuses what no cycle begins with", async () => {
    const { code, stderr } = await axon(["lineage", "77", "--repo", directory]);
    expect([code, stderr]).toEqual([2, `axon: no cycle begins with "77"; the last are ${proven.id}, 0199, ffff\n`]);
  });
});

describe("axon why", () => {
  test("tells the story of an attempt, uncoloured where nobody sees colours, and of a cycle", async () => {
    const { code, stdout } = await axon(["why", "1-aa", "--repo", directory]);
    expect(code).toBe(0);
    expect(stdout).toContain("after the merge the claim holds (as good as claimed)");
    expect(stdout.endsWith("-learningRate: 0.001\n+learningRate: 0.002\n")).toBe(true);
    const json = JSON.parse((await axon(["why", "0199", "--repo", directory, "--json"])).stdout);
    expect(json).toMatchObject({ cycle: "0199", attempt: null, story: expect.stringMatching(/^cycle 0199 on commit/) });
  });

  test.each([
    [
      "what several begin with, with their cycles",
      "1-",
      /several begin with "1-": 0123456789ab\/1-aaaaaaaa, 0199\/1-deadbeef, ffff\/1-99999999; type more/,
    ],
    ["what nothing begins with", "zz", /no cycle or attempt begins with "zz"; the last are .*0199\/1-deadbeef/],
  ])("refuses %s", async (_, id, message) => {
    const { code, stderr } = await axon(["why", id, "--repo", directory]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test("tells the story of an attempt and of a cycle that have not finished", async () => {
    const why = async (id: string) =>
      JSON.parse((await axon(["why", id, "--repo", directory, "--json"])).stdout) as object;
    expect(await why("1-999")).toMatchObject({
      finished: false,
      cycle: "ffff",
      attempt: { id: "1-99999999" },
      story: expect.stringMatching(
        /^attempt 1-99999999 of cycle ffff, not finished, by the search\n[^]*\nmeasured {2}−0\.0405 against its parent on the seed of the search; .* in 1\.3 % of cases\n[^]*\nsince {5}not known yet: its cycle has not finished\n/,
      ),
    });
    expect(await why("fff")).toMatchObject({
      finished: false,
      attempt: null,
      story: expect.stringMatching(
        /^cycle ffff, not finished: it runs, or was stopped.*\n\nsearch {4}1 attempt: 1 kept, 0 deferred, 0 rejected, so far\n/,
      ),
    });
  });

  test("takes an attempt's beginning within a cycle", async () => {
    const { code, stdout } = await axon(["why", "0199/1-", "--repo", directory]);
    expect([code, stdout.split("\n")[0]]).toEqual([0, "attempt 1-deadbeef of cycle 0199, by the search"]);
  });
});
