// Commits by plumbing: what git then says of them, and what must not have moved.
import { afterAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRepository, type Repository } from "../../src/repository/repository.js";
import { git, removeTemporaryFolders, temporaryFolder } from "./git-sandbox.js";

const DATE = new Date("2020-02-03T04:05:06Z");
const AUTHOR = { name: "Ada", email: "ada@example.com" };

let root: string;
let repository: Repository;
let parent: string;

beforeEach(async () => {
  root = temporaryFolder();
  git(root, "init", "-q", "-b", "main");
  mkdirSync(join(root, "folder"));
  for (const name of ["kept", "changed", "removed", "folder/inner", "run.sh"])
    writeFileSync(join(root, name), `${name} before\n`);
  chmodSync(join(root, "run.sh"), 0o755);
  git(root, "add", ".");
  git(root, "commit", "-q", "-m", "first");
  repository = await openRepository(root);
  parent = (await repository.head()).commit;
});

afterAll(removeTemporaryFolders);

/** Every file below `folder` but git's objects, references and their logs, with the hash of its contents. */
function fingerprint(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/\.git\/(objects|refs|logs)\//.test(path));
  return paths.toSorted().map((path) => `${path} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`);
}

describe("commitFiles", () => {
  test("adds, changes and removes files on top of the parent", async () => {
    const commit = await repository.commitFiles({
      parent,
      branch: "axon/one",
      message: "Subject\n\nBody with ünïcode\n",
      files: [
        { path: "changed", content: "after\n" },
        { path: "removed", content: null },
        { path: "run.sh", content: "#!/bin/sh\n" },
        { path: 'new/odd "name"\n日', content: new Uint8Array([0, 255, 10]) },
      ],
    });
    expect(git(root, "rev-parse", "axon/one")).toBe(commit);
    expect(git(root, "rev-parse", `${commit}^`)).toBe(parent);
    expect(git(root, "log", "-1", "--format=%B", commit)).toBe("Subject\n\nBody with ünïcode\n");
    const changes = git(root, "diff-tree", "-r", "-z", "--name-status", parent, commit).split("\0");
    expect(changes).toEqual(["M", "changed", "A", 'new/odd "name"\n日', "D", "removed", "M", "run.sh", ""]);
    expect(git(root, "ls-tree", commit, "run.sh")).toMatch(/^100755 /);
    expect(await repository.readFile(commit, 'new/odd "name"\n日')).toEqual(Buffer.from([0, 255, 10]));
    expect(git(root, "fsck", "--strict")).not.toMatch(/error|warning/);
  });

  test("replaces a file by a folder of that name, and a folder by a file", async () => {
    const files = [
      { path: "kept/below", content: "x" },
      { path: "folder", content: "y" },
    ];
    const commit = await repository.commitFiles({ parent, branch: "swap", message: "swap", files });
    expect(git(root, "ls-tree", "-r", "--name-only", commit).split("\n")).toEqual([
      "changed",
      "folder",
      "kept/below",
      "removed",
      "run.sh",
    ]);
  });

  test("leaves a dirty work tree, the index, HEAD and the configuration byte for byte, and runs no hook", async () => {
    const hooks = [
      "pre-commit",
      "commit-msg",
      "post-commit",
      "reference-transaction",
      "post-index-change",
      "prepare-commit-msg",
    ];
    mkdirSync(join(root, ".git/hooks"), { recursive: true });
    for (const hook of hooks) {
      writeFileSync(join(root, ".git/hooks", hook), `#!/bin/sh\necho ran >> "${root}/hook-ran"\nexit 1\n`);
      chmodSync(join(root, ".git/hooks", hook), 0o755);
    }
    writeFileSync(join(root, "changed"), "dirty\n");
    writeFileSync(join(root, "untracked"), "untracked\n");
    writeFileSync(join(root, "staged"), "staged\n");
    git(root, "-c", "core.hooksPath=/dev/null", "add", "staged");
    const before = fingerprint(root);
    const files = [{ path: "changed", content: "committed\n" }];
    await repository.commitFiles({ parent, branch: "axon/two", message: "m", files });
    expect(fingerprint(root)).toEqual(before);
    expect(existsSync(join(root, "hook-ran"))).toBe(false);
    expect(git(root, "symbolic-ref", "HEAD")).toBe("refs/heads/main");
  });

  test("with author and date the commit has a name that can be foretold, and may be made again", async () => {
    const request = {
      parent,
      branch: "again",
      message: "m\n",
      files: [{ path: "x", content: "1" }],
      author: AUTHOR,
      date: DATE,
    };
    const commit = await repository.commitFiles(request);
    expect(await repository.commitFiles(request)).toBe(commit);
    const stamp = "Ada <ada@example.com> 1580702706 +0000";
    const tree = git(root, "rev-parse", `${commit}^{tree}`);
    const body = `tree ${tree}\nparent ${parent}\nauthor ${stamp}\ncommitter ${stamp}\n\nm\n`;
    expect(commit).toBe(createHash("sha1").update(`commit ${body.length}\0${body}`).digest("hex"));
  });

  test("refuses a branch that points elsewhere, or whose name another branch blocks, and moves neither", async () => {
    git(root, "branch", "taken", parent);
    for (const branch of ["main", "taken", "taken/below"]) {
      const made = repository.commitFiles({ parent, branch, message: "m", files: [{ path: "x", content: "1" }] });
      await expect(made).rejects.toMatchObject({ name: "InputError", code: "branch-exists" });
    }
    expect(git(root, "for-each-ref", "--format=%(refname) %(objectname)")).toBe(
      `refs/heads/main ${parent}\nrefs/heads/taken ${parent}`,
    );
  });

  test("refuses names that git refuses for a branch", async () => {
    for (const branch of ["", "a..b", "a b", "x.lock", "-x", "/x", "a\nb"]) {
      const made = repository.commitFiles({ parent, branch, message: "m", files: [] });
      await expect(made).rejects.toMatchObject({ name: "InputError", code: "branch-name" });
    }
  });

  test("refuses paths that leave the tree or reach into .git", async () => {
    for (const path of ["../x", "/etc/x", "a/../b", ".git/config", "a//b", "", "a\0b"]) {
      const made = repository.commitFiles({ parent, branch: "bad", message: "m", files: [{ path, content: "x" }] });
      await expect(made).rejects.toMatchObject({ name: "InputError", code: "path-invalid" });
    }
    expect(git(root, "branch", "--list", "bad")).toBe("");
  });

  test("signs as the user git knows, else as AXON", async () => {
    const home = process.env.HOME;
    process.env.HOME = temporaryFolder();
    try {
      const nobody = await repository.commitFiles({ parent, branch: "nobody", message: "m", files: [] });
      expect(git(root, "log", "-1", "--format=%an <%ae> %cn <%ce>", nobody)).toBe(
        "AXON <axon@localhost> AXON <axon@localhost>",
      );
      git(root, "config", "user.name", "Known");
      git(root, "config", "user.email", "known@example.com");
      const known = await repository.commitFiles({ parent, branch: "known", message: "m", files: [] });
      expect(git(root, "log", "-1", "--format=%an <%ae> %cn <%ce>", known)).toBe(
        "Known <known@example.com> Known <known@example.com>",
      );
    } finally {
      process.env.HOME = home;
    }
  });

  test("works in a bare repository and in a linked work tree", async () => {
    const bare = join(temporaryFolder(), "bare.git");
    git(root, "clone", "-q", "--bare", root, bare);
    const linked = join(temporaryFolder(), "linked");
    git(root, "worktree", "add", "-q", "-b", "side", linked);
    for (const place of [bare, linked]) {
      const files = [{ path: "folder/inner", content: "new\n" }];
      const commit = await (await openRepository(place)).commitFiles({ parent, branch: "made", message: "m", files });
      expect(git(place, "show", `${commit}:folder/inner`)).toBe("new");
      expect(git(place, "diff-tree", "-r", "--name-only", parent, commit)).toBe("folder/inner");
    }
    expect(git(linked, "status", "--porcelain")).toBe("");
  });
});
