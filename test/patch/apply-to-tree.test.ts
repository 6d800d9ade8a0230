// Patches on files that take time to read: the same results as on a directory, and every path is looked up once.

import { expect, test } from "@jest/globals";
import { applyToTree, createPatch, NOTHING, OPEN_POLICY, type Standing } from "../../src/patch/index.js";

const TREE: Readonly<Record<string, Standing>> = {
  "src/a.txt": { kind: "text", text: "one\ntwo\n" },
  src: { kind: "folder" },
  link: { kind: "other", code: "not-a-file", why: "link is a symbolic link" },
};

async function apply(diff: string) {
  const asked: string[] = [];
  const lookUp = async (path: string) => {
    asked.push(path);
    return TREE[path] ?? NOTHING;
  };
  return { result: await applyToTree(diff, { lookUp, policy: OPEN_POLICY }), asked };
}

test("several files change, new ones appear in folders that are there", async () => {
  const diff =
    createPatch("src/a.txt", "one\ntwo\n", "one\n2\n") +
    createPatch("src/b.txt", undefined, "x\n") +
    "diff --git a/src/a.txt b/moved/a.txt\ncopy from src/a.txt\ncopy to moved/a.txt\n";
  const { result, asked } = await apply(diff);
  expect(result).toMatchObject({
    ok: true,
    files: [{ path: "src/a.txt", after: "one\n2\n" }, { path: "src/b.txt" }, { path: "moved/a.txt" }],
  });
  expect(asked.toSorted()).toEqual([...new Set(asked)].toSorted());
});

test.each([
  ["a file below a link", "link/x.txt", "not-a-file"],
  ["a link", "link", "not-a-file"],
  ["a folder", "src", "not-a-file"],
  ["a file that exists", "src/a.txt", "file-exists"],
  ["a file below a file", "src/a.txt/b.txt", "file-exists"],
])("%s cannot be created", async (_, path, code) => {
  const { result } = await apply(createPatch(path, undefined, "x\n"));
  expect(result).toMatchObject({ ok: false, error: { code } });
});
