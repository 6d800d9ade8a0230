// Diffs made here, applied here and by git: two engines have to agree on random texts, line ends and names.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { applyPatch, createPatch, OPEN_POLICY, reversePatch } from "../../src/patch/index.js";
import { generator } from "../../src/random.js";
import { patchTree } from "./tree.js";

type Text = string | undefined;

/** A chooser of whole numbers below n. */
function dice(seed: number): (n: number) => number {
  const random = generator("patch tests", seed);
  let i = 0;
  return (n) => Math.floor(random.uniform(i++) * n);
}

const WORDS = [
  "",
  "a",
  "  b",
  "\tc",
  "}",
  "{",
  "- item",
  "+ plus",
  "-- sql",
  "++ x",
  "@@ -1 +1 @@",
  "\\ No newline",
  "d\r",
  "é",
  "--- a/x",
  " e ",
  "\u2028",
  "\u0085\v\f",
  "日本 🙂",
  "e\u0301",
];
const ENDS = ["\n", "\r\n"] as const;

function randomText(roll: (n: number) => number, mixed: boolean): string {
  const end = ENDS[roll(2)];
  let text = "";
  for (let lines = roll(25); lines > 0; lines--) text += WORDS[roll(WORDS.length)] + (mixed ? ENDS[roll(2)] : end);
  return roll(3) === 0 ? `${text}last` : text;
}

function mutated(roll: (n: number) => number, text: string): string {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  for (let edits = 1 + roll(4); edits > 0; edits--) {
    const at = roll(lines.length + 1);
    const line = WORDS[roll(WORDS.length)] + ENDS[roll(2)];
    lines.splice(at, roll(3), ...[line, line, line].slice(0, roll(3)));
  }
  return lines.join("");
}

describe("apply(createPatch(a, b), a) = b", () => {
  test.each([
    ["one kind of line end", false],
    ["mixed line ends", true],
  ])("for 500 random texts with %s", (_, mixed) => {
    const roll = dice(mixed ? 1 : 2);
    for (let i = 0; i < 500; i++) {
      const before = randomText(roll, mixed);
      const after = roll(4) === 0 ? randomText(roll, mixed) : mutated(roll, before);
      const diff = createPatch("dir/file.txt", before, after);
      if (before === after) expect(diff).toBe("");
      else
        expect({ i, diff, tree: patchTree(diff, { "dir/file.txt": before }) }).toEqual({
          i,
          diff,
          tree: { "dir/file.txt": after },
        });
    }
  });

  test("for files that appear and disappear", () => {
    const roll = dice(3);
    for (let i = 0; i < 200; i++) {
      const text = randomText(roll, true);
      expect(patchTree(createPatch("f", undefined, text), {})).toEqual({ f: text });
      expect(patchTree(createPatch("f", text, undefined), { f: text })).toEqual({});
    }
  });

  test("for 2 pairs of texts that have too little in common to look for a smallest diff", () => {
    const roll = dice(6);
    for (let i = 0; i < 2; i++) {
      const lines = Array.from({ length: 1700 }, (_, at) => `line ${at}\n`);
      const middle = lines.slice(100, -100).toSorted(() => roll(3) - 1);
      const before = `${lines.join("")}${["", "last"][i % 2]}`;
      const after = [...lines.slice(0, 100), ...middle.toReversed(), ...lines.slice(-100), ["", "end"][roll(2)]].join(
        "",
      );
      const diff = createPatch("f", before, after);
      expect(diff.match(/^@@/gm)).toHaveLength(1);
      expect(patchTree(diff, { f: before })).toEqual({ f: after });
      expect(patchTree(reversePatch(diff), { f: after })).toEqual({ f: before });
    }
  });

  test("and the counts are those of the diff", () => {
    const result = applyPatch(createPatch("f", "a\nb\nc\n", "a\nB\nC\nc\n"), {
      read: () => "a\nb\nc\n",
      policy: OPEN_POLICY,
    });
    expect(result).toEqual({
      ok: true,
      files: [{ path: "f", action: "modify", before: "a\nb\nc\n", after: "a\nB\nC\nc\n", added: 2, removed: 1 }],
    });
  });
});

test("a diff has git's headers, three lines of context and its marker", () => {
  const before = "1\n2\n3\n4\n5\n6\n7\n8\n9";
  expect(createPatch("a/b.txt", before, before.replace("5", "five"))).toBe(
    "diff --git a/a/b.txt b/a/b.txt\n--- a/a/b.txt\n+++ b/a/b.txt\n" +
      "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n",
  );
  expect(createPatch("x", before, `${before}\n`)).toContain("-9\n\\ No newline at end of file\n+9\n");
});

describe("git agrees", () => {
  let repository = "";
  beforeAll(() => {
    repository = mkdtempSync(join(tmpdir(), "axon-git-apply-"));
    git("init", "--quiet");
    git("config", "core.autocrlf", "false");
  });
  afterAll(() => rmSync(repository, { recursive: true, force: true }));

  function git(...args: string[]): string {
    const environment = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
    return execFileSync("git", args, {
      cwd: repository,
      env: environment,
      encoding: "utf8",
      stdio: ["pipe", "pipe", "pipe"],
    });
  }

  function place(path: string, text: Text): void {
    rmSync(join(repository, path), { force: true });
    if (text === undefined) return;
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), text);
  }

  const content = (path: string): Text =>
    existsSync(join(repository, path)) ? readFileSync(join(repository, path), "utf8") : undefined;

  test("one patch with many random files means the same to `git apply`", () => {
    const roll = dice(4);
    const names = ["plain.txt", "my file.txt", "größe/ñ.txt", 'quo"te.txt', "dir/sub/x", "-dash"];
    const many = Array.from({ length: 1700 }, (_, i) => `${i}\n`);
    const shuffled = { path: "shuffled", before: many.join(""), after: `${many.toSorted().toReversed().join("")}end` };
    const cases = names
      .concat(Array.from({ length: 60 }, (_, i) => `f${i}`))
      .map((path): { path: string; before: Text; after: Text } => {
        const before = roll(6) === 0 ? undefined : randomText(roll, true);
        if (before === undefined) return { path, before, after: randomText(roll, true) };
        return { path, before, after: roll(6) === 0 ? undefined : `${mutated(roll, before)}end` };
      })
      .concat(shuffled);
    for (const { path, before } of cases) place(path, before);
    const diff = cases.map(({ path, before, after }) => createPatch(path, before, after)).join("");
    writeFileSync(join(repository, ".git", "patch"), diff);
    git("apply", "--whitespace=nowarn", ".git/patch");
    for (const { path, after } of cases) expect({ path, text: content(path) }).toEqual({ path, text: after });
    const tree = Object.fromEntries(
      cases.flatMap(({ path, before }) => (before === undefined ? [] : [[path, before] as const])),
    );
    const expected = Object.fromEntries(
      cases.flatMap(({ path, after }) => (after === undefined ? [] : [[path, after] as const])),
    );
    expect(patchTree(diff, tree)).toEqual(expected);
  });

  test("the diffs of git itself, with renames, apply here", () => {
    const roll = dice(5);
    git("rm", "-r", "--cached", "--quiet", "--ignore-unmatch", ".");
    for (const name of git("ls-files", "--others", "-z").split("\0")) if (name) place(name, undefined);
    for (let round = 0; round < 8; round++) {
      const base = Array.from({ length: 40 }, (_, i) => `line ${i} of ${round}\n`).join("");
      const before: Record<string, string> = {
        "ä b.txt": base,
        "mixed.txt": randomText(roll, true),
        "gone.txt": "x\ny",
      };
      const after: Record<string, string> = {
        "to/c.txt": mutated(roll, base),
        "mixed.txt": randomText(roll, true),
        "new.txt": "\n",
      };
      for (const [path, text] of Object.entries(before)) place(path, text);
      git("add", "--all");
      const from = git("write-tree").trim();
      for (const path of Object.keys(before)) place(path, undefined);
      for (const [path, text] of Object.entries(after)) place(path, text);
      git("add", "--all");
      const to = git("write-tree").trim();
      const diff = git("diff", "--find-renames", from, to);
      expect({ diff, tree: patchTree(diff, before) }).toEqual({ diff, tree: after });
      for (const path of Object.keys(after)) place(path, undefined);
    }
  });
});
