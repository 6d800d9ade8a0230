import { beforeAll, describe, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Receipt } from "../../src/candidate.js";
import { sequentialPlan } from "../../src/statistics/significance.js";
import { generator } from "../../src/random.js";
import { axon, startAxon, type Ran } from "../support/command.js";
import { dirty, SLOW_SPEC, textRepository } from "../support/repositories.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();
const BUDGET = ["--tokens", "4000", "--trainings", "36"];

const git = (directory: string, ...args: string[]) =>
  execFileSync("git", ["-C", directory, ...args], { encoding: "utf8" });

async function repository(spec?: string | null): Promise<string> {
  const directory = temporary();
  await textRepository(directory, spec);
  return directory;
}

const evolve = (directory: string, ...more: string[]) =>
  axon(["evolve", "--repo", directory, ...BUDGET, "--json", ...more]);

/** The receipt with another score of its first candidate, and the decision that follows from it. */
function scoredBy(receipt: Receipt, change: (score: number) => number): Receipt {
  const [first, ...others] = receipt.pairs;
  const candidate = { ...first.candidate, score: change(first.candidate.score) };
  const pairs = [{ ...first, candidate }, ...others];
  const differences = pairs.map((pair) => pair.candidate.score - pair.baseline.score);
  return { ...receipt, pairs, decision: sequentialPlan().rule(differences, receipt.noise.deviation).decision };
}

interface Result {
  readonly id: string;
  readonly branch: string | null;
  readonly receipt: string | null;
  readonly champion: string | null;
  readonly attempts: readonly {
    readonly id: string;
    readonly hypothesis: string;
    readonly decision: string;
    readonly reason: string;
  }[];
  readonly decision: { readonly verdict: string };
  readonly baseline: { readonly score: number };
}

const result = ({ stdout }: Ran) => JSON.parse(stdout) as Result;

const CLOCKED = new Set(["seconds", "cpuSeconds", "peakMemory", "secondsPerByte", "trades"]);

/** Without what a clock measured, which no two runs share. */
function unclocked(json: string): unknown {
  return JSON.parse(json, (key, value: unknown) => (CLOCKED.has(key) ? undefined : value));
}

/** The archive's trainings. */
function trainings(directory: string): string[] {
  const lines = readFileSync(join(directory, ".git/axon/archive.jsonl"), "utf8").trim().split("\n");
  const entries = lines.map((line) => unclocked(line) as { readonly kind: string });
  return entries.filter(({ kind }) => kind === "training").map((entry) => JSON.stringify(entry));
}

/** One repository for two tests, as it was before its cycle and after, and what the command said of that. */
let fresh: string;
let whole: string;
let ran: Ran;
let before: readonly string[];
const state = () => [git(whole, "status", "--porcelain=v2", "--branch"), git(whole, "stash", "list")];

beforeAll(async () => {
  [fresh, whole] = [await repository(), temporary()];
  execFileSync("cp", ["-a", `${fresh}/.`, whole]); // the same commit, so the same cycle
  dirty(whole);
  before = state();
  ran = await evolve(whole);
}, 240_000);

describe("evolve", () => {
  test("finds, confirms and commits an improvement, and leaves the work tree alone", async () => {
    const directory = whole;
    expect(ran.code).toBe(0);
    const { id, branch, receipt, champion, decision, attempts } = result(ran);
    expect(decision.verdict).toBe("accepted");
    expect(branch).toBe(`axon/${id}`);
    expect(attempts.map((attempt) => attempt.id)).toContain(champion);
    expect(state()).toEqual(before);
    expect(readFileSync(join(directory, "text/0.txt"), "utf8")).toBe("changed\n");
    const files = git(directory, "diff", "--name-only", "main", branch!).trim().split("\n");
    expect(files).toEqual(["model/metrics.json", `model/receipts/${id}.json`, "model/spec.yml"]);
    const spec = git(directory, "show", `${branch}:model/spec.yml`);
    expect(spec).toContain("# kept by every change");
    expect(spec).not.toBe(SLOW_SPEC);
    expect(git(directory, "show", `${branch}:model/receipts/${id}.json`)).toBe(readFileSync(receipt!, "utf8"));
    expect(readdirSync(join(directory, ".git/axon")).toSorted()).toEqual(["archive.jsonl", "live.jsonl", "receipts"]);
    const live = readFileSync(join(directory, ".git/axon/live.jsonl"), "utf8").trimEnd().split("\n");
    expect(live.filter((line) => line.includes('"kind":"loss"')).length).toBeGreaterThan(10);
    expect(JSON.parse(live.at(-1)!)).toMatchObject({ kind: "ended", verdict: "accepted" });

    const again = await evolve(directory); // the same cycle: answered from the archive
    expect(result(again)).toEqual(result(ran));

    const replayed = await axon(["replay", receipt!, "--repo", directory, "--json"]);
    expect([replayed.code, JSON.parse(replayed.stdout)]).toEqual([0, { ok: true, exact: true, differences: [] }]);

    const forged = join(directory, "forged.json");
    const replayForged = (change: (receipt: Receipt) => unknown) => {
      writeFileSync(forged, JSON.stringify(change(JSON.parse(readFileSync(receipt!, "utf8")) as Receipt)));
      return axon(["replay", forged, "--repo", directory, "--json"]);
    };
    const denied = await replayForged((one) => scoredBy(one, (score) => score - 1e-15));
    expect(denied.code).toBe(3);
    expect(JSON.parse(denied.stdout)).toMatchObject({
      ok: false,
      differences: [{ where: expect.stringMatching(/candidate: score/) }],
    });

    const boast = (one: Receipt) => ({ ...one, decision: { ...one.decision, effect: -1 } });
    const boasted = JSON.parse((await replayForged(boast)).stdout) as { differences: unknown[] };
    expect(boasted.differences).toMatchObject([{ where: "effect that follows from the pairs", recorded: -1 }]);
    const lucky = (one: Receipt) => ({ ...one, pairs: one.pairs.map((pair) => ({ ...pair, seed: pair.seed + 4 })) });
    expect((await replayForged(lucky)).stdout).toContain("seeds of this cycle");

    const elsewhere = (one: Receipt) => ({ ...one, runtime: { ...one.runtime, cpu: "another" } });
    const near = await replayForged((one) => elsewhere(scoredBy(one, (score) => score * (1 - 1e-4))));
    expect(near.stderr).toMatch(/another kind of processor \(another\), .* compared within 0\.001 of themselves/);
    expect([near.code, JSON.parse(near.stdout)]).toEqual([0, { ok: true, exact: false, differences: [] }]);
    const far = await replayForged((one) => elsewhere(scoredBy(one, (score) => score * (1 - 2e-3))));
    expect(far.code).toBe(3);
  });

  test("works for a repository that has no spec: the branch brings one", async () => {
    const directory = await repository(null);
    const { code, stdout } = await axon([
      "evolve",
      "--repo",
      directory,
      "--tokens",
      "2048",
      "--trainings",
      "36",
      "--json",
    ]);
    expect(code).toBe(0);
    const { branch } = JSON.parse(stdout) as Result;
    if (branch) expect(git(directory, "show", `${branch}:model/spec.yml`)).toMatch(/architecture|optimizer|training/);
  });

  test("killed at any moment, it goes on without repeating or losing a finished training", async () => {
    const parts = fresh;
    const delays = generator("kills");
    let kills = 0;
    let last: Ran;
    do {
      const running = startAxon(["evolve", "--repo", parts, ...BUDGET, "--json"]);
      const timer = setTimeout(() => running.kill("SIGKILL"), 800 + (delays.uint32(kills) % 5000));
      last = await running.ended;
      clearTimeout(timer);
      if (last.code === null) kills++;
    } while (last.code === null && kills < 60);
    expect(kills).toBeGreaterThan(0);
    expect(last.code).toBe(0);
    const withoutPath = ({ stdout }: Ran) => ({ ...(unclocked(stdout) as Result), receipt: null });
    expect(withoutPath(last)).toEqual(withoutPath(ran));
    expect(trainings(parts).toSorted()).toEqual(trainings(whole).toSorted());
    expect(new Set(trainings(parts)).size).toBe(trainings(parts).length);
    expect(readdirSync(join(parts, ".git/axon")).filter((name) => name.startsWith("training-"))).toEqual([]);
  }, 240_000);

  test("Ctrl-C ends it within a second with nothing lost, and a second one at once is refused", async () => {
    const directory = await repository();
    let first: ReturnType<typeof startAxon>;
    const started = new Promise<void>((resolve) => {
      first = startAxon(["evolve", "--repo", directory, "--tokens", "400000"], {
        onError: (text) => text.includes("training") && resolve(),
      });
    });
    await started;
    const second = await evolve(directory);
    expect(second.code).toBe(2);
    expect(JSON.parse(second.stdout)).toMatchObject({ error: { code: "locked" } });
    const asked = performance.now();
    first!.kill("SIGINT");
    const { code, stderr } = await first!.ended;
    expect(performance.now() - asked).toBeLessThan(1000);
    expect(code).toBe(130);
    expect(stderr).toMatch(/interrupted: .*run the same command again/);
    expect(existsSync(join(directory, ".git/axon/lock"))).toBe(false);
  });
});
