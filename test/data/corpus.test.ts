// Where a corpus comes from: a commit of a real repository, or files and folders on disk.
import { afterEach, describe, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { digest, describeLeftOut } from "../../src/data/corpus.js";
import { corpusFromPaths } from "../../src/data/path-corpus.js";
import { corpusFromRepository } from "../../src/data/repository-corpus.js";
import { createRepository, openRepository } from "../../src/repository/repository.js";
import { prose } from "./texts.js";

const folders: string[] = [];

function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "axon-test-")));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const FILES = {
  "b.txt": "bee\n",
  "a b/ü\n.md": "odd name\n",
  ".github/axon.yml": "enabled: true\n",
  "image.png": new Uint8Array([137, 80, 0, 1]),
  "yarn.lock": "lock\n",
  "vendor/x.c": "int x;\n",
  ".env": "A=1\n",
  empty: "",
  "model/spec.yml": "training: {}\n",
};
const LEFT_OUT = {
  "AXON's own": { files: 1, samples: ["model/spec.yml"] },
  binary: { files: 1, samples: ["image.png"] },
  empty: { files: 1, samples: ["empty"] },
  generated: { files: 1, samples: ["yarn.lock"] },
  secret: { files: 1, samples: [".env"] },
  vendored: { files: 1, samples: ["vendor/x.c"] },
};

async function repositoryOf(files: Readonly<Record<string, string | Uint8Array>>) {
  const changes = Object.entries(files).map(([path, content]) => ({ path, content }));
  const repository = await createRepository(join(folderOf({}), "repository"), changes, "start");
  return { repository, commit: (await repository.head()).commit };
}

/** The beginnings of those of 20 texts that fit into the corpus. */
async function keptOf(prefix: string, texts: readonly string[]): Promise<string[]> {
  const { repository, commit } = await repositoryOf(
    Object.fromEntries(texts.map((text, i) => [`${prefix}${i}`, text])),
  );
  const corpus = await corpusFromRepository(repository, commit);
  expect(corpus.leftOut).toMatchObject({ "over the corpus limit": { files: 4 } });
  expect(corpus.bytes).toBeLessThanOrEqual(16 * 2 ** 20);
  return corpus.files.map(({ bytes }) => Buffer.from(bytes.subarray(0, 3)).toString()).toSorted();
}

describe("corpusFromRepository", () => {
  test("takes the tracked text, sorted, and counts the rest by reason", async () => {
    const { repository, commit } = await repositoryOf(FILES);
    const corpus = await corpusFromRepository(repository, commit);
    const taken = corpus.files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]);
    expect(taken).toEqual([".github/axon.yml", "a b/ü\n.md", "b.txt"].map((path) => [path, FILES[path as "b.txt"]]));
    expect(corpus.leftOut).toEqual(LEFT_OUT);
    expect(corpus.bytes).toBe(14 + 9 + 4);
    const parts = corpus.files.map(({ path, bytes }) => `${path}\0${bytes.length}\0${Buffer.from(bytes).toString()}`);
    expect(corpus.sha256).toBe(createHash("sha256").update(parts.join("")).digest("hex"));
  });

  test("reads the commit and not the work tree, and leaves out links and submodules", async () => {
    const { repository } = await repositoryOf(FILES);
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", repository.root, "-c", "user.name=A", "-c", "user.email=a@b", ...args]);
    symlinkSync("b.txt", join(repository.root, "link"));
    git("add", "link");
    git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},submodule`);
    git("commit", "-q", "-m", "odd entries");
    writeFileSync(join(repository.root, "b.txt"), "changed but not committed\n");
    const again = await openRepository(repository.root);
    const corpus = await corpusFromRepository(again, (await again.head()).commit);
    expect(Buffer.from(corpus.files[2].bytes).toString()).toBe("bee\n");
    expect(corpus.leftOut["not a file"]).toEqual({ files: 2, samples: ["link", "submodule"] });
  });

  test("what exceeds 16 MiB stays out by content, so that renaming everything keeps the same texts", async () => {
    const texts = Array.from({ length: 20 }, (_, i) => `${i} ${"x".repeat(2 ** 20 - 4)}\n`);
    expect(await keptOf("a", texts)).toEqual(await keptOf("z", texts.toReversed()));
  });
});

describe("corpusFromPaths", () => {
  test("a folder gives the same files and digest as a commit of it, but for the names in front", async () => {
    const folder = folderOf(FILES);
    const corpus = await corpusFromPaths([folder]);
    const { repository, commit } = await repositoryOf(FILES);
    const committed = await corpusFromRepository(repository, commit);
    const prefix = corpus.files[0].path.slice(0, -committed.files[0].path.length);
    const renamed = committed.files.map(({ path, bytes }) => ({ path: prefix + path, bytes: new Uint8Array(bytes) }));
    expect(corpus.sha256).toBe(digest(renamed));
    expect(corpus.bytes).toBe(committed.bytes);
    const counts = Object.entries(corpus.leftOut).map(([reason, { files }]) => [reason, files]);
    expect(counts).toEqual(Object.entries(LEFT_OUT).map(([reason, { files }]) => [reason, files]));
  });

  test("git's own folder is not looked into and links are not followed", async () => {
    const folder = folderOf({ ".git/HEAD": "ref: refs/heads/main\n", "a.txt": "text\n" });
    symlinkSync(folder, join(folder, "loop"));
    const corpus = await corpusFromPaths([folder]);
    expect(corpus.files).toHaveLength(1);
    expect(corpus.leftOut).toMatchObject({ "not a file": { files: 1 } });
    expect(Object.keys(corpus.leftOut)).toEqual(["not a file"]);
  });

  test("what is named is wanted: a folder called vendor, a generated file, a large one; but no binary", async () => {
    const large = prose("large", 200_000);
    const folder = folderOf({
      "vendor/a.txt": "a\n",
      "vendor/vendor/b.txt": "b\n",
      "x.lock": "lock\n",
      large,
      bin: "a\0",
    });
    const named = ["vendor", "x.lock", "large", "bin"].map((name) => join(folder, name));
    const corpus = await corpusFromPaths(named);
    expect(corpus.files.map(({ path }) => path.slice(path.lastIndexOf("/") + 1))).toEqual(["large", "a.txt", "x.lock"]);
    expect(large.length).toBeGreaterThan(2 ** 20);
    expect(describeLeftOut(corpus.leftOut)).toMatch(
      /^2 files left out: 1 binary \(\S*bin\), 1 vendored \(\S*vendor\/vendor\)$/,
    );
  });

  test("a file named twice, once through its folder, counts once", async () => {
    const folder = folderOf({ "a.txt": "text\n", "b.lock": "lock\n" });
    const corpus = await corpusFromPaths([
      join(folder, "b.lock"),
      folder,
      join(folder, "a.txt"),
      join(folder, "b.lock"),
    ]);
    expect(corpus.bytes).toBe(10);
  });

  test("a path that does not exist is refused by the name it was given", async () => {
    const missing = corpusFromPaths([folderOf({ a: "a" }), "no/such/path"]);
    await expect(missing).rejects.toMatchObject({ name: "InputError", code: "corpus-missing" });
    await expect(missing).rejects.toThrow("no/such/path");
  });
});
