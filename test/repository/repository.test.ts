// Opening and reading: every answer is compared with what the plain git command says.
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRepository, openRepository } from "../../src/repository/repository.js";
import { git, removeTemporaryFolders, temporaryFolder } from "./git-sandbox.js";

const ODD_NAMES = [
  " leading space",
  "quote\"'quote",
  "new\nline",
  "tab\there",
  "ünïcödé-日本",
  "-dash",
  "a*b?[c]",
  ":(top)x",
  "back\\slash",
];

let root: string;

beforeAll(() => {
  root = temporaryFolder();
  git(root, "init", "-q", "-b", "main");
  mkdirSync(join(root, "deep/er"), { recursive: true });
  for (const name of ODD_NAMES) writeFileSync(join(root, name), `I am ${name}`);
  writeFileSync(join(root, "deep/er/file.txt"), "deep\n");
  writeFileSync(join(root, "empty"), "");
  writeFileSync(join(root, "big.bin"), Buffer.alloc(300_000, "0123456789\n"));
  writeFileSync(join(root, "run.sh"), "#!/bin/sh\n");
  chmodSync(join(root, "run.sh"), 0o755);
  symlinkSync("deep/er/file.txt", join(root, "link"));
  git(root, "add", ".");
  git(root, "update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},submodule`);
  git(root, "commit", "-q", "-m", "first");
});

afterAll(removeTemporaryFolders);

describe("openRepository", () => {
  test("finds the top of a work tree from the top and from below", async () => {
    for (const folder of [root, join(root, "deep/er")]) {
      const repository = await openRepository(folder);
      expect(repository.root).toBe(root);
      expect(repository.commonDirectory).toBe(join(root, ".git"));
      expect(await repository.head()).toEqual({ commit: git(root, "rev-parse", "HEAD"), branch: "main" });
    }
  });

  test("lists the whole commit when opened below the top", async () => {
    const [above, below] = [await openRepository(root), await openRepository(join(root, "deep"))];
    const commit = (await above.head()).commit;
    expect(await below.listFiles(commit)).toEqual(await above.listFiles(commit));
  });

  test("opens a bare repository", async () => {
    const bare = join(temporaryFolder(), "bare.git");
    git(root, "clone", "-q", "--bare", root, bare);
    const repository = await openRepository(bare);
    expect(repository).toMatchObject({ root: bare, commonDirectory: bare });
    expect((await repository.head()).commit).toBe(git(root, "rev-parse", "HEAD"));
  });

  test("opens a linked work tree, whose HEAD is its own and whose common directory is shared", async () => {
    const linked = join(temporaryFolder(), "linked");
    git(root, "worktree", "add", "-q", "--detach", linked);
    git(linked, "commit", "-q", "--allow-empty", "-m", "elsewhere");
    const repository = await openRepository(linked);
    expect(repository).toMatchObject({ root: linked, commonDirectory: join(root, ".git") });
    expect(await repository.head()).toEqual({ commit: git(linked, "rev-parse", "HEAD"), branch: null });
    expect((await repository.head()).commit).not.toBe(git(root, "rev-parse", "HEAD"));
  });

  test("is not led elsewhere by the environment or by core.worktree", async () => {
    const outer = temporaryFolder();
    const inner = join(outer, "inner");
    mkdirSync(inner);
    for (const folder of [outer, inner]) {
      git(folder, "init", "-q", "-b", "main");
      git(folder, "commit", "-q", "--allow-empty", "-m", folder);
    }
    git(inner, "config", "core.worktree", outer);
    process.env.GIT_DIR = join(root, ".git");
    try {
      const { commit } = await (await openRepository(inner)).head();
      expect(commit).toBe(git(inner, "rev-parse", "HEAD"));
      expect(commit).not.toBe(git(outer, "rev-parse", "HEAD"));
    } finally {
      delete process.env.GIT_DIR;
    }
  });

  test("refuses what is no repository, is missing, or has no commit", async () => {
    const folder = temporaryFolder();
    await expect(openRepository(folder)).rejects.toMatchObject({ name: "InputError", code: "not-a-repository" });
    await expect(openRepository(join(folder, "no"))).rejects.toMatchObject({
      name: "InputError",
      code: "not-a-repository",
    });
    git(folder, "init", "-q");
    await expect(openRepository(folder)).rejects.toMatchObject({ name: "InputError", code: "empty-repository" });
  });

  test("says that git is missing where it is", async () => {
    const path = process.env.PATH;
    process.env.PATH = temporaryFolder();
    try {
      await expect(openRepository(root)).rejects.toMatchObject({ name: "InputError", code: "git-missing" });
    } finally {
      process.env.PATH = path;
    }
  });
});

describe("Repository", () => {
  test("lists the paths, modes, names and sizes that git lists", async () => {
    const repository = await openRepository(root);
    const files = await repository.listFiles((await repository.head()).commit);
    const paths = git(root, "ls-files", "-z").split("\0").filter(Boolean);
    expect(files.map((file) => file.path)).toEqual(paths);
    expect(paths).toEqual(expect.arrayContaining(ODD_NAMES));
    const modes = new Map(files.map((file) => [file.path, file.mode]));
    expect([modes.get("run.sh"), modes.get("link"), modes.get("submodule")]).toEqual(["100755", "120000", "160000"]);
    for (const file of files.filter(({ mode }) => mode.startsWith("100"))) {
      expect(file.oid).toBe(git(root, "hash-object", "--no-filters", "--", file.path));
      expect(file.size).toBe(readFileSync(join(root, file.path)).length);
    }
  });

  test("reads many blobs, the same one twice and an empty one, in the order asked for", async () => {
    const repository = await openRepository(root);
    const files = await repository.listFiles((await repository.head()).commit);
    const wanted = files.filter(({ mode }) => mode.startsWith("100"));
    const blobs = await repository.readBlobs([...wanted, ...wanted].map((file) => file.oid));
    expect(blobs).toHaveLength(2 * wanted.length);
    for (const [i, file] of [...wanted, ...wanted].entries()) {
      expect(blobs[i].equals(readFileSync(join(root, file.path)))).toBe(true);
    }
    expect(await repository.readBlobs([])).toEqual([]);
  });

  test("refuses blobs that are missing, abbreviated, or trees", async () => {
    const repository = await openRepository(root);
    for (const oid of ["2".repeat(40), "abc", git(root, "rev-parse", "HEAD^{tree}"), `${"2".repeat(40)}\n`]) {
      await expect(repository.readBlobs([oid])).rejects.toMatchObject({ code: "git-object" });
    }
  });

  test("reads one file by any name, and only regular ones", async () => {
    const repository = await openRepository(root);
    const { commit } = await repository.head();
    for (const name of ODD_NAMES) expect(String(await repository.readFile(commit, name))).toBe(`I am ${name}`);
    expect(String(await repository.readFile(commit, "deep/er/file.txt"))).toBe("deep\n");
    for (const path of [
      "link",
      "submodule",
      "deep",
      "deep/",
      "absent",
      "*",
      "../run.sh",
      "/run.sh",
      "deep//er/file.txt",
      "",
      "a\0b",
    ]) {
      expect(await repository.readFile(commit, path)).toBeUndefined();
    }
  });

  test("resolves names to commits and refuses what names none", async () => {
    const repository = await openRepository(root);
    const commit = git(root, "rev-parse", "HEAD");
    expect(await repository.resolve("main")).toBe(commit);
    expect(await repository.resolve(commit.slice(0, 10))).toBe(commit);
    for (const revision of ["no-such", "--all", "HEAD:empty", "", "a\0b", "3".repeat(40)]) {
      await expect(repository.resolve(revision)).rejects.toMatchObject({
        name: "InputError",
        code: "unknown-revision",
      });
    }
  });

  test("reports what git said when a command fails", async () => {
    const repository = await openRepository(root);
    const listed = repository.listFiles("4".repeat(40));
    await expect(listed).rejects.toMatchObject({ code: "git-failed" });
    await expect(listed).rejects.toThrow("not a tree object");
  });
});

describe("createRepository", () => {
  test("makes one commit on main whose files stand in a clean work tree", async () => {
    const folder = join(temporaryFolder(), "new");
    const repository = await createRepository(folder, [{ path: "a/b.txt", content: "text\n" }], "start");
    expect(await repository.head()).toEqual({ commit: git(folder, "rev-parse", "main"), branch: "main" });
    expect(git(folder, "log", "--format=%s %P")).toBe("start ");
    expect(readFileSync(join(folder, "a/b.txt"), "utf8")).toBe("text\n");
    expect(git(folder, "status", "--porcelain")).toBe("");
  });

  test("refuses a directory that holds something", async () => {
    await expect(createRepository(root, [], "no")).rejects.toMatchObject({
      name: "InputError",
      code: "directory-not-empty",
    });
  });
});
