import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { LiveWriter } from "../../src/live/live-writer.js";
import { Archive } from "../../src/store/archive.js";
import { historyOf } from "../../src/serving/history.js";
import { serve, type Serving, type ServeOptions } from "../../src/serving/serve.js";
import { get } from "../dashboard/source.js";
import { proven } from "../report/cycles.js";
import { axon, startAxon } from "../support/command.js";
import { attempt, finishedCycle } from "../support/evidence.js";
import { textRepository } from "../support/repositories.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();
const serving: Serving[] = [];
afterAll(() => Promise.all(serving.map(({ stop }) => stop())));

async function repository(): Promise<string> {
  const directory = temporary();
  await textRepository(directory);
  return directory;
}

async function started(over: Partial<ServeOptions>): Promise<{ url: string; authorization: string }> {
  const options = { repositories: [], host: "127.0.0.1", port: 0, tokenFile: null, ...over };
  const one = await serve(options, () => {});
  serving.push(one);
  return { url: one.url, authorization: `Bearer ${one.signIn.split("#token=")[1]}` };
}

async function overview({ url, authorization }: { url: string; authorization: string }) {
  return JSON.parse((await get(url, "/api/overview", { authorization })).body.toString());
}

describe("axon serve", () => {
  test("shows the archives of several repositories, also before they have one, and what is added later", async () => {
    const directories = [await repository(), await repository()];
    const server = await started({ repositories: directories });
    const before = await overview(server);
    expect(before.repositories).toMatchObject([{ total: 0 }, { total: 0 }]);
    const archive = await Archive.open(join(directories[0], ".git/axon"));
    await archive.append({ kind: "cycle", result: proven });
    const after = await overview(server);
    expect(after.repositories).toMatchObject([{ total: 1, cycles: [{ verdict: "accepted" }] }, { total: 0 }]);
    const page = await get(server.url, `/cycle/${proven.id}/evidence`, { authorization: server.authorization });
    expect(page.body.toString()).toContain("AXON cycle 0123456789ab: accepted");
    await archive.close();
  });

  test("tells apart repositories of one name", async () => {
    const directories = ["a", "b"].map((name) => join(temporary(), name, "essays"));
    for (const directory of directories) {
      mkdirSync(directory, { recursive: true });
      await textRepository(directory);
    }
    const { repositories } = await overview(await started({ repositories: directories }));
    expect(repositories.map(({ id }: { id: string }) => id)).toEqual(["essays", "essays-2"]);
  });

  test("follows a cycle that another process runs", async () => {
    const directory = await repository();
    const archive = join(directory, ".git/axon");
    mkdirSync(archive);
    const server = await started({ repositories: [directory] });
    const writer = new LiveWriter(archive, () => {});
    const objective = { name: "bits per byte", direction: "lower" } as const;
    writer.write({ kind: "began", at: 1, cycle: "x", objective, budget: 40 });
    let live = { alive: false };
    while (!live.alive) [{ live }] = (await overview(server)).repositories;
    expect(live).toMatchObject({ cycle: { cycle: "x", budget: 40 } });
    writer.close();
  });

  test("says what of an archive cannot be read, and shows the rest", async () => {
    const directory = await repository();
    mkdirSync(join(directory, ".git/axon"));
    writeFileSync(join(directory, ".git/axon/archive.jsonl"), "no entry\n");
    const { repositories } = await overview(await started({ repositories: [directory] }));
    expect(repositories[0]).toMatchObject({ total: 0, trouble: expect.stringContaining("is no entry of an archive") });
  });

  test("refuses a host that others reach without a secret of one's own, and secrets that are none", async () => {
    const repositories = [await repository()];
    const file = join(temporary(), "token");
    await expect(started({ repositories, host: "0.0.0.0" })).rejects.toMatchObject({ code: "token-missing" });
    await expect(started({ repositories, tokenFile: file })).rejects.toMatchObject({ code: "token" });
    for (const token of ["", "short", "with spaces in between them all"]) {
      writeFileSync(file, token);
      await expect(started({ repositories, tokenFile: file })).rejects.toMatchObject({ code: "token" });
    }
    const word = "0123456789abcdef0123";
    writeFileSync(file, `${word}\n`);
    const server = await started({ repositories, tokenFile: file });
    expect(server.authorization).toBe(`Bearer ${word}`);
  });

  test("says which port is in use, and how to take another", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const directory = await repository();
    const { code, stdout } = await axon(["serve", "--repo", directory, "--port", String(port), "--json"]);
    other.close();
    expect([code, JSON.parse(stdout).error]).toEqual([
      2,
      { code: "port-in-use", message: expect.stringContaining("--port") },
    ]);
  });

  test("prints where it is as one JSON object, logs JSON lines without the secret, and stops in order when told", async () => {
    const directory = await repository();
    let printed = "";
    const running = startAxon(["serve", "--repo", directory, "--port", "0", "--json"], {
      onOutput: (text) => {
        printed += text;
        if (printed.endsWith("\n")) running.kill("SIGTERM");
      },
    });
    const { code, stdout, stderr } = await running.ended;
    const { url, signIn } = JSON.parse(stdout);
    expect([code, signIn]).toEqual([0, expect.stringMatching(`^${url}/#token=[\\w-]{32}$`)]);
    const lines = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).message);
    expect(lines).toEqual(["listening", "stopping", "stopped"]);
    expect(stderr).not.toContain(signIn.split("token=")[1]);
  });
});

test("the history has cycles that ended, that did not, that are of another version, and what was spent in all", () => {
  const key = { fingerprint: "f", seed: 1, flops: 1, split: "s", evaluator: "e" };
  const [old, open, done] = [finishedCycle({ id: "old" }), attempt({ id: "1-x" }), finishedCycle({ id: "done" })];
  const history = historyOf([
    { kind: "start", start: { cycle: "open", split: "s", sketch: [] } },
    { kind: "training", key, measurement: { ok: false, code: "diverged", reason: "it diverged" } },
    { kind: "attempt", cycle: "open", attempt: open },
    { kind: "cycle", result: { ...old, noise: undefined } as unknown as typeof old },
    { kind: "cycle", result: done },
  ]);
  expect(history.cycles).toMatchObject([
    { id: "open", finished: null, attempts: [open] },
    { id: "old", finished: null },
    { id: "done", finished: { id: "done" } },
  ]);
  expect(history.spend).toEqual({ trainings: 1, seconds: 0, dollars: null });
  expect(history.trouble).toContain("another version of AXON wrote cycle old");
});

test("what was set aside for a model's answer gives way to what was paid, and is not added to it", () => {
  const expense = (id: string, dollars: number, outcome: string) => {
    const usage = { inputTokens: 10, outputTokens: 10 };
    return { kind: "expense", expense: { id, day: "2026-11-24", model: "m", usage, dollars, outcome } } as const;
  };
  const spentOf = (...expenses: readonly ReturnType<typeof expense>[]) => historyOf(expenses).spend.dollars;
  expect(spentOf(expense("a", 1, "reserved"), expense("a", 0.25, "answered"), expense("b", 2, "reserved"))).toBe(2.25);
});
