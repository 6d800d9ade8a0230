// Patches on real directories: nothing outside is followed, and all files are written or none.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { applyToDirectory, createPatch, OPEN_POLICY } from "../../src/patch/index.js";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "axon-patch-"));
  writeFileSync(join(dir, "a.txt"), "one\ntwo\n");
  writeFileSync(join(dir, "run.sh"), "echo 1\n");
  chmodSync(join(dir, "run.sh"), 0o755);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const read = (path: string) => readFileSync(join(dir, path), "utf8");
const apply = (diff: string, write = true) => applyToDirectory(diff, dir, { policy: OPEN_POLICY, write });

const EDIT = createPatch("a.txt", "one\ntwo\n", "one\n2\n");
const NEW = createPatch("deep/er/new.txt", undefined, "x\n");

test("without write nothing changes", () => {
  expect(apply(EDIT + NEW, false)).toMatchObject({ ok: true, files: [{ path: "a.txt" }, { path: "deep/er/new.txt" }] });
  expect(read("a.txt")).toBe("one\ntwo\n");
  expect(readdirSync(dir).toSorted()).toEqual(["a.txt", "run.sh"]);
});

test("all files are written, modes are kept and no temporary file remains", () => {
  const move =
    "diff --git a/run.sh b/bin/run.sh\nrename from run.sh\nrename to bin/run.sh\n--- a/run.sh\n+++ b/bin/run.sh\n@@ -1 +1 @@\n-echo 1\n+echo 2\n";
  expect(apply(EDIT + NEW + move).ok).toBe(true);
  expect([read("a.txt"), read("deep/er/new.txt"), read("bin/run.sh")]).toEqual(["one\n2\n", "x\n", "echo 2\n"]);
  expect(statSync(join(dir, "bin/run.sh")).mode & 0o777).toBe(0o755);
  expect(readdirSync(dir).toSorted()).toEqual(["a.txt", "bin", "deep"]);
});

test("a file is deleted, and two files change places", () => {
  const swap =
    "diff --git a/a.txt b/run.sh\nrename from a.txt\nrename to run.sh\ndiff --git a/run.sh b/a.txt\nrename from run.sh\nrename to a.txt\n";
  apply(swap);
  expect([read("a.txt"), read("run.sh")]).toEqual(["echo 1\n", "one\ntwo\n"]);
  apply(createPatch("a.txt", "echo 1\n", undefined));
  expect(existsSync(join(dir, "a.txt"))).toBe(false);
});

test("a file is created in a folder that is there", () => {
  mkdirSync(join(dir, "deep"));
  expect(apply(createPatch("deep/new.txt", undefined, "x\n"))).toMatchObject({ ok: true });
  expect(read("deep/new.txt")).toBe("x\n");
});

test.each(["././d", "d/../d", "d/////", "./d/"])("a new folder is made below %s", (name) => {
  mkdirSync(join(dir, "d"));
  const here = process.cwd();
  process.chdir(dir);
  try {
    expect(applyToDirectory(NEW, name, { policy: OPEN_POLICY, write: true })).toMatchObject({ ok: true });
  } finally {
    process.chdir(here);
  }
  expect(read("d/deep/er/new.txt")).toBe("x\n");
});

test("a directory that is none is the caller's mistake", () => {
  for (const name of [join(dir, "nope"), join(dir, "a.txt")]) {
    const attempt = () => applyToDirectory(EDIT, name, { policy: OPEN_POLICY, write: false });
    expect(attempt).toThrow(expect.objectContaining({ name: "InputError", code: "dir-missing" }));
  }
});

describe("refused without a trace", () => {
  test("a file in the place of a folder", () => {
    mkdirSync(join(dir, "deep"));
    const result = apply(createPatch("deep", undefined, "x\n"));
    expect(result).toMatchObject({ ok: false, error: { code: "not-a-file", file: "deep" } });
    expect(readdirSync(dir).toSorted()).toEqual(["a.txt", "deep", "run.sh"]);
  });

  test("one bad file spoils the whole patch", () => {
    expect(apply(EDIT + createPatch("run.sh", "echo 3\n", "echo 4\n"))).toMatchObject({
      ok: false,
      error: { file: "run.sh" },
    });
    expect(read("a.txt")).toBe("one\ntwo\n");
  });

  test("symbolic links, as file or on the way, even where they point inside", () => {
    mkdirSync(join(dir, "real"));
    symlinkSync("real", join(dir, "link"));
    symlinkSync("a.txt", join(dir, "alias.txt"));
    symlinkSync("/nowhere/at/all", join(dir, "dangling"));
    for (const path of ["link/new.txt", "alias.txt", "dangling", "dangling/x"]) {
      expect(apply(createPatch(path, undefined, "x\n"))).toMatchObject({ ok: false, error: { code: "not-a-file" } });
    }
    expect(apply(createPatch("alias.txt", "one\ntwo\n", "1\n"))).toMatchObject({
      ok: false,
      error: { code: "not-a-file" },
    });
    expect(readdirSync(join(dir, "real"))).toEqual([]);
  });

  test("a directory where a file should be, and a file where a directory should be", () => {
    mkdirSync(join(dir, "sub"));
    expect(apply(createPatch("sub", undefined, "x\n"))).toMatchObject({ ok: false, error: { code: "not-a-file" } });
    expect(apply(createPatch("a.txt/x", undefined, "x\n"))).toMatchObject({
      ok: false,
      error: { code: "file-exists" },
    });
  });

  test("names that a careless system or reader takes for others", () => {
    mkdirSync(join(dir, "src"));
    for (const path of ["A.txt", "SRC/new.txt", "\u0430.txt", "run.sh."]) {
      const result = apply(createPatch(path, undefined, "x\n"));
      expect({ path, result }).toMatchObject({ path, result: { ok: false, error: { code: "name-clash" } } });
    }
    expect(apply(createPatch("A.TXT", "one\n", "two\n"))).toMatchObject({ ok: false, error: { code: "name-clash" } });
    expect(apply(createPatch("src/new.txt", undefined, "x\n"))).toMatchObject({ ok: true });
    const both = apply(createPatch("Src/x", undefined, "x\n") + createPatch("RUN.sh", undefined, "x\n"));
    expect(both).toMatchObject({ ok: false, error: { code: "name-clash", others: [{ code: "name-clash" }] } });
  });

  test("a file that is not UTF-8", () => {
    writeFileSync(join(dir, "latin"), Buffer.from([0xe9, 0x0a]));
    expect(apply(createPatch("latin", "é\n", "e\n"))).toMatchObject({ ok: false, error: { code: "binary" } });
  });

  test("a byte order mark survives", () => {
    writeFileSync(join(dir, "bom"), "\ufefffirst line\nsecond line\n");
    apply("--- a/bom\n+++ b/bom\n@@\n first line\n-second line\n+2\n");
    expect(read("bom")).toBe("\ufefffirst line\n2\n");
  });
});

test("a disk that fails halfway finds everything put back", async () => {
  const disk = await import("node:fs");
  let renames = 0;
  const failing = (from: string, to: string) => {
    renames++;
    if (renames === 3) throw new Error("no space left");
    disk.renameSync(from, to);
  };
  jest.unstable_mockModule("node:fs", () => ({ ...disk, renameSync: failing }));
  jest.resetModules();
  const { applyToDirectory: applyOnFailingDisk } = await import("../../src/patch/apply-to-directory.js");
  const diff = createPatch("a.txt", "one\ntwo\n", undefined) + NEW + createPatch("run.sh", "echo 1\n", "echo 2\n");
  const options = { policy: OPEN_POLICY, write: true };
  expect(() => applyOnFailingDisk(diff + createPatch("deep/last.txt", undefined, "y\n"), dir, options)).toThrow(
    expect.objectContaining({ code: "patch-write", message: expect.stringContaining("no space left") }),
  );
  expect(renames).toBe(3);
  expect([read("a.txt"), read("run.sh")]).toEqual(["one\ntwo\n", "echo 1\n"]);
  expect(statSync(join(dir, "run.sh")).mode & 0o777).toBe(0o755);
  expect(readdirSync(dir).toSorted()).toEqual(["a.txt", "run.sh"]);
});
