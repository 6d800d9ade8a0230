import { describe, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generator } from "../../src/random.js";
import { axon, startAxon, type Ran } from "../support/command.js";
import { dirty, SLOW_SPEC, textRepository } from "../support/repositories.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();
const BUDGET = ["--tokens", "4000"];

const git = (directory: string, ...args: string[]) =>
  execFileSync("git", ["-C", directory, ...args], { encoding: "utf8" });

async function repository(spec?: string | null): Promise<string> {
  const directory = temporary();
  await textRepository(directory, spec);
  return directory;
}

const evolve = (directory: string, ...more: string[]) =>
  axon(["evolve", "--repo", directory, ...BUDGET, "--json", ...more]);

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

interface Measured {
  seconds?: number;
  cpuSeconds?: number;
  peakMemory?: number;
  model?: { secondsPerByte?: number };
}

/** The archive's trainings, without what a clock measured. */
function trainings(directory: string): string[] {
  const lines = readFileSync(join(directory, ".git/axon/archive.jsonl"), "utf8").trim().split("\n");
  const entries = lines.map((line) => JSON.parse(line) as { kind: string; measurement?: Measured });
  for (const { measurement } of entries) {
    for (const clocked of ["seconds", "cpuSeconds", "peakMemory"] as const) delete measurement?.[clocked];
    delete measurement?.model?.secondsPerByte;
  }
  return entries.filter(({ kind }) => kind === "training").map((entry) => JSON.stringify(entry));
}

describe("evolve", () => {
  test("finds, confirms and commits an improvement, and leaves the work tree alone", async () => {
    const directory = await repository();
    dirty(directory);
    const before = [git(directory, "status", "--porcelain=v2", "--branch"), git(directory, "stash", "list")];
    const ran = await evolve(directory);
    expect(ran.code).toBe(0);
    const { id, branch, receipt, champion, decision, attempts } = result(ran);
    expect(decision.verdict).toBe("accepted");
    expect(branch).toBe(`axon/${id}`);
    expect(attempts.map((attempt) => attempt.id)).toContain(champion);
    expect([git(directory, "status", "--porcelain=v2", "--branch"), git(directory, "stash", "list")]).toEqual(before);
    expect(readFileSync(join(directory, "text/0.txt"), "utf8")).toBe("changed\n");
    const files = git(directory, "diff", "--name-only", "main", branch!).trim().split("\n");
    expect(files).toEqual(["model/metrics.json", `model/receipts/${id}.json`, "model/spec.yml"]);
    const spec = git(directory, "show", `${branch}:model/spec.yml`);
    expect(spec).toContain("# kept by every change");
    expect(spec).not.toBe(SLOW_SPEC);
    expect(git(directory, "show", `${branch}:model/receipts/${id}.json`)).toBe(readFileSync(receipt!, "utf8"));
    expect(readdirSync(join(directory, ".git/axon")).toSorted()).toEqual(["archive.jsonl", "receipts"]);

    const again = await evolve(directory); // the same cycle: answered from the archive
    expect(result(again)).toEqual(result(ran));

    const replayed = await axon(["replay", receipt!, "--repo", directory, "--json"]);
    expect([replayed.code, JSON.parse(replayed.stdout)]).toEqual([0, { ok: true, differences: [] }]);

    const forged = JSON.parse(readFileSync(receipt!, "utf8")) as { pairs: { candidate: { score: number } }[] };
    forged.pairs[0].candidate.score -= 1e-15;
    writeFileSync(join(directory, "forged.json"), JSON.stringify(forged));
    const denied = await axon(["replay", join(directory, "forged.json"), "--repo", directory, "--json"]);
    expect(denied.code).toBe(3);
    expect(JSON.parse(denied.stdout)).toMatchObject({
      ok: false,
      differences: [{ where: expect.stringMatching(/candidate: score/) }],
    });
  });

  test("works for a repository that has no spec: the branch brings one", async () => {
    const directory = await repository(null);
    const { code, stdout } = await axon(["evolve", "--repo", directory, "--tokens", "2048", "--json"]);
    expect(code).toBe(0);
    const { branch } = JSON.parse(stdout) as Result;
    if (branch) expect(git(directory, "show", `${branch}:model/spec.yml`)).toMatch(/architecture|optimizer|training/);
  });

  test("killed at any moment, it goes on without repeating or losing a finished training", async () => {
    const [whole, parts] = [await repository(), temporary()];
    execFileSync("cp", ["-a", `${whole}/.`, parts]); // the same commit, so the same cycle
    const expected = await evolve(whole, "--seed", "5");
    const delays = generator("kills");
    let kills = 0;
    let last: Ran;
    do {
      const running = startAxon(["evolve", "--repo", parts, ...BUDGET, "--json", "--seed", "5"]);
      const timer = setTimeout(() => running.kill("SIGKILL"), 800 + (delays.uint32(kills) % 5000));
      last = await running.ended;
      clearTimeout(timer);
      if (last.code === null) kills++;
    } while (last.code === null && kills < 60);
    expect(kills).toBeGreaterThan(0);
    expect(last.code).toBe(0);
    expect(result(last)).toEqual({ ...result(expected), receipt: result(last).receipt });
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
