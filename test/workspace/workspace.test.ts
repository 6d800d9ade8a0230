// What commands get to see of a repository: the files of a version, no text that judges, nothing written through a link.

import { describe, expect, test } from "@jest/globals";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { corpusFromRepository } from "../../src/data/repository-corpus.js";
import { splitCorpus } from "../../src/data/split.js";
import { createRepository, openRepository } from "../../src/repository/repository.js";
import type { FileChange } from "../../src/repository/commit.js";
import { BaseTree } from "../../src/workspace/base-tree.js";
import { lastWords } from "../../src/workspace/last-words.js";
import { materialise } from "../../src/workspace/materialise.js";
import { withhold } from "../../src/workspace/withheld.js";
import { temporaryDirectories } from "../support/temporary.js";
import { generator } from "../../src/random.js";

const temporary = temporaryDirectories();

/** Words that no other key has. */
function prose(bytes: number, key: string): string {
  const stream = generator("workspace-test", key);
  let text = "";
  for (let i = 0; text.length < bytes; i++) text += `${stream.uint32(i).toString(36)}${i % 12 === 11 ? ".\n" : " "}`;
  return text.slice(0, bytes);
}

async function treeOf(files: readonly FileChange[]) {
  const directory = temporary();
  const repository = await createRepository(directory, files, "files");
  const { commit } = await repository.head();
  const tree = await BaseTree.of(repository, commit);
  return { directory, repository, commit, tree };
}

async function withheldOf(files: readonly FileChange[]) {
  const { repository, commit, tree } = await treeOf(files);
  const split = splitCorpus(await corpusFromRepository(repository, commit), { epoch: 0 });
  return { split, tree, withheld: await withhold(tree, split) };
}

describe("text that judges", () => {
  const essays = Array.from({ length: 80 }, (_, i) => ({ path: `essays/${i}.md`, content: prose(2000, `essay ${i}`) }));
  const code = Array.from({ length: 20 }, (_, i) => ({ path: `src/${i}.js`, content: prose(500, `code ${i}`) }));

  test("is the prose of the held-out side, and stands nowhere in a workspace", async () => {
    const { split, tree, withheld } = await withheldOf([...essays, ...code]);
    const paths = withheld.heldOut.map(({ path }) => path);
    expect(paths).toEqual(split.heldOut.map(({ path }) => path).filter((path) => path.endsWith(".md")));
    const directory = temporary();
    await materialise(tree, { changes: new Map(), heads: withheld.heads, links: [] }, directory);
    for (const path of paths) expect(statSync(join(directory, path)).size).toBe(0);
    for (const { path, content } of code) expect(readFileSync(join(directory, path), "utf8")).toBe(content);
    expect(existsSync(join(directory, ".git"))).toBe(false);
  });

  test("does not judge where a copy of it is in plain sight", async () => {
    const { withheld: before } = await withheldOf([...essays, ...code]);
    const [judge] = before.heldOut;
    const text = Buffer.from(judge.bytes).toString("utf8");
    const copies = [{ path: "lib/copy.js", content: `const text = \`${prose(40_000, "much")}${text}\`;` }];
    const { withheld } = await withheldOf([...essays, ...code, ...copies]);
    expect(withheld.heldOut.map(({ path }) => path)).not.toContain(judge.path);
  });

  test("is the tail of each file of prose where there are few", async () => {
    const few = Array.from({ length: 3 }, (_, i) => ({ path: `${i}.txt`, content: prose(30_000, `few ${i}`) }));
    const { tree, withheld } = await withheldOf([...few, { path: "a.py", content: prose(30_000, "a") }]);
    expect([...withheld.heads]).toEqual(few.map(({ path }) => [path, 27_000]));
    const directory = temporary();
    await materialise(
      tree,
      { changes: new Map([["0.txt", prose(30_000, "few 0")]]), ...withheld, links: [] },
      directory,
    );
    expect(readdirSync(directory).map((name) => statSync(join(directory, name)).size)).toEqual([27e3, 27e3, 27e3, 3e4]);
  });

  test("must be enough", async () => {
    const little = [
      { path: "README.md", content: prose(2000, "little") },
      ...code,
      { path: "b.c", content: prose(9000, "b") },
    ];
    await expect(withheldOf(little)).rejects.toMatchObject({
      code: "held-out-too-small",
      message: expect.stringMatching(/--private-corpus/),
    });
  });
});

describe("a workspace", () => {
  test("has the changes of its version, links as links, and executables as such", async () => {
    const { directory: origin } = await treeOf([
      { path: "a/b.txt", content: "b\n" },
      { path: "gone.txt", content: "x\n" },
    ]);
    symlinkSync("/etc/passwd", join(origin, "link"));
    execFileSync("git", ["-C", origin, "add", "link"]);
    execFileSync("git", ["-C", origin, "update-index", "--chmod=+x", "a/b.txt"]);
    execFileSync("git", ["-C", origin, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "link"]);
    const repository = await openRepository(origin);
    const tree = await BaseTree.of(repository, (await repository.head()).commit);
    const changes = new Map([
      ["a/b.txt", "changed\n"],
      ["gone.txt", null],
      ["new/c.txt", "c\n"],
    ] as const);
    const directory = temporary();
    await materialise(tree, { changes, heads: new Map(), links: [{ path: "made", target: "a" }] }, directory);
    expect(readFileSync(join(directory, "a/b.txt"), "utf8")).toBe("changed\n");
    expect(statSync(join(directory, "a/b.txt")).mode & 0o111).toBe(0o111);
    expect(existsSync(join(directory, "gone.txt"))).toBe(false);
    expect(readFileSync(join(directory, "new/c.txt"), "utf8")).toBe("c\n");
    expect(lstatSync(join(directory, "link")).isSymbolicLink()).toBe(true);
    expect(readlinkSync(join(directory, "made"))).toBe("a");
    expect(await tree.lookUp("link")).toMatchObject({ kind: "other", code: "not-a-file" });
    expect([await tree.lookUp("a"), await tree.lookUp("none")]).toEqual([{ kind: "folder" }, { kind: "nothing" }]);
  });
});

test("last words are one short line without anything that a terminal obeys", () => {
  expect(lastWords({ output: "" })).toBe("");
  expect(lastWords({ output: "a\u001b[31m\n\u202eb\r\n" })).toBe(': "a [31m b"');
  expect(lastWords({ output: "x".repeat(10_000) }).length).toBeLessThan(310);
});
