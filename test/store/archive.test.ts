import { afterEach, describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Measurement, TrainingKey } from "../../src/candidate.js";
import { Archive } from "../../src/store/archive.js";
import type { Entry } from "../../src/store/entries.js";
import { attempt, evaluation, finishedCycle } from "../support/evidence.js";
import { temporaryDirectories } from "../support/temporary.js";
import { built, other, type Other } from "./processes.js";

const directory = temporaryDirectories();
const running: Other[] = [];
afterEach(() => Promise.all(running.splice(0).map((one) => one.kill())));

const measurement: Measurement = { ok: true, ...evaluation() };
const key: TrainingKey = { fingerprint: "{}", seed: 1, flops: 1e9, split: "s", evaluator: "1" };
const tried = attempt({
  id: "1-abcdef01",
  hypothesis: "größere Schritte → schneller, 早い\u2028",
  diff: "--- a\n+++ b\n",
});
const result = finishedCycle({ id: "c1", attempts: [tried] });

const training = (seed: number): Entry => ({ kind: "training", key: { ...key, seed }, measurement });

async function appended(path: string, ...entries: readonly Entry[]): Promise<void> {
  const archive = await Archive.open(path);
  for (const entry of entries) await archive.append(entry);
  await archive.close();
}

async function reopened<T>(path: string, look: (archive: Archive) => T): Promise<T> {
  const archive = await Archive.open(path);
  try {
    return look(archive);
  } finally {
    await archive.close();
  }
}

const fileOf = (path: string) => join(path, "archive.jsonl");

describe("an archive", () => {
  test("gives back after reopening what was appended, and nothing for any other key", async () => {
    const path = join(directory(), "made", "on", "the", "way");
    const failed: Measurement = { ok: false, code: "diverged", reason: "at step 3" };
    await appended(
      path,
      training(1),
      { kind: "training", key: { ...key, seed: 2 }, measurement: failed },
      { kind: "attempt", cycle: "c1", attempt: tried },
      { kind: "cycle", result },
    );
    await reopened(path, (archive) => {
      expect(archive.training(key)).toEqual(measurement);
      expect(archive.training({ ...key, seed: 2 })).toEqual(failed);
      expect(archive.cycle("c1")).toEqual(result);
      expect(archive.cycle("c2")).toBeUndefined();
      const others = [{ fingerprint: "{ }" }, { seed: 3 }, { flops: 2e9 }, { split: "t" }, { evaluator: "2" }];
      for (const change of others) expect(archive.training({ ...key, ...change })).toBeUndefined();
    });
  });

  test("knows what was appended at once, and holds an attempt or a cycle once only", async () => {
    const path = directory();
    const archive = await Archive.open(path);
    await archive.append(training(1));
    expect(archive.training(key)).toEqual(measurement);
    await Promise.all(
      [1, 2, 3].flatMap(() => [
        archive.append({ kind: "attempt", cycle: "c1", attempt: tried }),
        archive.append({ kind: "attempt", cycle: "c2", attempt: tried }),
        archive.append({ kind: "cycle", result }),
      ]),
    );
    await archive.close();
    await appended(path, { kind: "attempt", cycle: "c1", attempt: tried }, { kind: "cycle", result });
    const kinds = readFileSync(fileOf(path), "utf8")
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as Entry).kind);
    expect(kinds).toEqual(["training", "attempt", "attempt", "cycle"]);
  });

  test("keeps large entries whole that are appended at once", async () => {
    const path = directory();
    const archive = await Archive.open(path);
    const diff = "+ a line of some length\n".repeat(60_000);
    const ids = Array.from({ length: 8 }, (_, i) => `${i}-large`);
    await Promise.all(
      ids.map((id) => archive.append({ kind: "attempt", cycle: "c1", attempt: attempt({ id, diff }) })),
    );
    await archive.close();
    const lines = readFileSync(fileOf(path), "utf8").trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { attempt: { readonly id: string } }).attempt.id)).toEqual(ids);
  });
});

describe("a line that a kill cut short", () => {
  test("is dropped wherever it was cut, and the next one stands whole in its place", async () => {
    const origin = directory();
    await appended(origin, training(1), { kind: "attempt", cycle: "c1", attempt: tried });
    const whole = readFileSync(fileOf(origin));
    const first = whole.indexOf("\n") + 1;
    const next = `${JSON.stringify(training(2))}\n`;
    const path = directory();
    for (let cut = first; cut < whole.length; cut++) {
      writeFileSync(fileOf(path), whole.subarray(0, cut));
      await appended(path, training(2));
      expect(readFileSync(fileOf(path), "utf8")).toBe(`${whole.toString("utf8", 0, first)}${next}`);
    }
    await reopened(path, (archive) => expect(archive.training(key)).toEqual(measurement));
  });

  test("may be the first and only one", async () => {
    const path = directory();
    writeFileSync(fileOf(path), '{"kind":"trai');
    await appended(path, training(1));
    await reopened(path, (archive) => expect(archive.training(key)).toEqual(measurement));
  });
});

describe("a line that is no entry", () => {
  test.each([
    "{",
    "",
    "null",
    "[]",
    "{}",
    '{"kind":"unknown"}',
    '{"kind":"training"}',
    '{"kind":"training","key":{"seed":1},"measurement":{"ok":true}}',
    '{"kind":"attempt","cycle":"c1"}',
    '{"kind":"cycle","result":null}',
  ])("is an error that names the line: %j", async (line) => {
    const path = directory();
    await appended(path, training(1), training(2));
    const good = readFileSync(fileOf(path), "utf8");
    writeFileSync(fileOf(path), good.replace("\n", `\n${line}\n`));
    const message = `${fileOf(path)}:2 is no entry of an archive: move the file away to start a new archive`;
    const place = { file: fileOf(path), line: 2 };
    await expect(Archive.open(path)).rejects.toMatchObject({ code: "archive", message, place });
    writeFileSync(fileOf(path), good);
    await reopened(path, (archive) => expect(archive.training(key)).toEqual(measurement));
  });
});

describe("two processes", () => {
  test("do not write to one archive; what a killed one wrote is there for the next", async () => {
    const path = directory();
    const writer = other(`
      const { Archive } = await import(${JSON.stringify(built("store/archive.js"))});
      const archive = await Archive.open(${JSON.stringify(path)});
      await archive.append(${JSON.stringify(training(7))});
      console.log("appended");
      setInterval(() => {}, 1000);`);
    running.push(writer);
    expect(await writer.hear()).toBe("appended");
    await expect(Archive.open(path)).rejects.toMatchObject({
      name: "InputError",
      code: "locked",
      message: `process ${writer.pid} works in ${path}: wait for it, or end it`,
    });
    await writer.kill();
    await reopened(path, (archive) => expect(archive.training({ ...key, seed: 7 })).toEqual(measurement));
    expect(readdirSync(path)).toEqual(["archive.jsonl"]);
  });

  test("may follow each other in one process", async () => {
    const path = directory();
    const archive = await Archive.open(path);
    await expect(Archive.open(path)).rejects.toMatchObject({ code: "locked" });
    await archive.close();
    await appended(path, training(1));
  });
});

test("an append that the disk has no room for fails, and no later one joins its torn line", () => {
  const path = directory();
  mkdirSync(join(path, "disk"));
  const disk = join(path, "disk");
  const script = join(path, "fill.mjs");
  // A file system of 64 kB: entries of 10 kB until one does not fit, then room again, in this process and in the next one.
  writeFileSync(
    script,
    `import { rmSync, writeFileSync } from "node:fs";
    import { Archive } from ${JSON.stringify(built("store/archive.js"))};
    const key = ${JSON.stringify(key)};
    const entry = (seed) => ({ kind: "training", key: { ...key, seed, split: "s".repeat(10_000) }, measurement: ${JSON.stringify(measurement)} });
    const disk = ${JSON.stringify(disk)};
    writeFileSync(disk + "/filler", "x".repeat(20_000));
    let archive = await Archive.open(disk);
    let count = 0;
    const append = (seed) => archive.append(entry(seed)).then(() => "appended", (error) => error.code);
    while ((await append(count)) === "appended") count++;
    rmSync(disk + "/filler");
    const later = await append(100);
    await archive.close();
    archive = await Archive.open(disk);
    const kept = Array.from({ length: count }, (_, seed) => archive.training(entry(seed).key)?.ok);
    const torn = archive.training(entry(count).key) !== undefined;
    console.log(JSON.stringify({ count, later, kept, torn, again: await append(101) }));`,
  );
  const asRoot = process.getuid?.() === 0 ? [] : ["-r"];
  const mount = `mount -t tmpfs -o size=64k none "${disk}" && "${process.execPath}" "${script}"`;
  const { stdout, stderr } = spawnSync("unshare", ["--mount", ...asRoot, "sh", "-c", mount], { encoding: "utf8" });
  expect(stderr).toBe("");
  const { count, later, kept, torn, again } = JSON.parse(stdout) as Record<string, unknown>;
  expect(count).toBeGreaterThan(1);
  expect({ later, torn, again }).toEqual({ later: "ENOSPC", torn: false, again: "appended" });
  expect(kept).toEqual(Array.from({ length: count as number }, () => true));
});
