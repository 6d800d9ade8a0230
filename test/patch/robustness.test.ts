// Broken and enormous input: an answer every time, and never a line that neither the file nor the patch has.

import { describe, expect, test } from "@jest/globals";
import { applyPatch, createPatch, OPEN_POLICY } from "../../src/patch/index.js";
import { generator } from "../../src/random.js";

const BEFORE = Array.from({ length: 60 }, (_, i) => `${"  ".repeat(i % 4)}statement number ${i % 17};`).join("\n");
const AFTER = BEFORE.replace("number 3;", "number three;")
  .replace(/number 9;\n/, "number 9;\n\nadded();\n")
  .replaceAll("number 16;\n", "");
const DIFF = createPatch("code.js", BEFORE, AFTER);

describe("2,000 random mutations of a diff", () => {
  const random = generator("mutations");
  const INSERTS = [
    "@@",
    "@@ -1 +1 @@\n",
    "--- a/x\n+++ b/x\n",
    "diff --git a/x b/y\n",
    "\\ No newline\n",
    "```",
    "+",
    "-",
    " ",
    "\r",
    "\n",
    "�",
    "*** Begin Patch\n",
    "*** End Patch\n",
    "*** Update File: code.js\n",
    "rename from x\n",
    "99999999999",
  ];

  function mutate(text: string, i: number): string {
    let result = text;
    for (let step = 0; step < 1 + (i % 4); step++) {
      const roll = (k: number, n: number) => Math.floor(random.uniform((i * 8 + step) * 4 + k) * n);
      const at = roll(0, result.length + 1);
      const length = roll(1, 40);
      const piece = [
        INSERTS[roll(2, INSERTS.length)],
        "",
        result.slice(roll(2, result.length), roll(2, result.length) + length),
      ][roll(3, 3)];
      result = result.slice(0, at) + piece + result.slice(at + (roll(3, 2) === 0 ? length : 0));
    }
    return result;
  }

  test("end in a value, and every line of a result comes from the file or the patch", () => {
    const counts = { applied: 0, refused: 0 };
    for (let i = 0; i < 2000; i++) {
      const diff = mutate(DIFF, i);
      const result = applyPatch(diff, {
        read: (path) => (path === "code.js" ? BEFORE : undefined),
        policy: OPEN_POLICY,
      });
      counts[result.ok ? "applied" : "refused"]++;
      if (!result.ok) expect(result.error.message.length).toBeGreaterThan(10);
      else for (const file of result.files) expect(invented(diff, file.after ?? "")).toEqual([]);
    }
    expect(counts.applied).toBeGreaterThan(100);
    expect(counts.refused).toBeGreaterThan(100);
  });

  /** Lines of a result whose text stands neither in the file nor in the patch. */
  function invented(diff: string, after: string): string[] {
    const known = new Set(
      BEFORE.split("\n")
        .concat(diff.split("\n").map((line) => line.slice(1)))
        .map((line) => line.trim()),
    );
    return after.split("\n").filter((line) => !known.has(line.trim()));
  }
});

describe("hostile input of megabytes is answered within the time of the test", () => {
  const hunk = "@@\n-x\n+z\n";
  const twice = (line: string) =>
    Array.from({ length: 20_000 }, (_, i) => (i % 2 ? ` ${line}${i}\n` : `-${line}${i}\n+  new${i}\n`));
  const blanks = " ".repeat(19_000);
  const CASES: readonly (readonly [string, string, string])[] = [
    ["40,000 beginnings of an envelope", `${"*** Begin Patch\n".repeat(40_000)}*** End Patch\n`, "no-patch"],
    ["20,000 sections of one file", `--- a/f\n+++ b/f\n${hunk}`.repeat(20_000), "too-large"],
    ["50,000 hunks", `--- a/f\n+++ b/f\n${hunk.repeat(50_000)}`, "too-large"],
    ["a fence of 19,000 tildes", `${"~".repeat(19_000)}\`\n--- a/f\n+++ b/f\n${hunk}`, "weak-context"],
    ["comments with wide gaps", `--- a/f\n+++ b/f\n@@\n-x\n${`+# a${blanks}b\n`.repeat(200)}`, "weak-context"],
    ["added lines of blanks", `--- a/f\n+++ b/f\n@@\n-x\n${`+${blanks}b\n`.repeat(200)}`, "weak-context"],
    ["context of blanks", `--- a/f\n+++ b/f\n@@\n-x\n${` ${blanks}b\n`.repeat(200)}+z\n`, "context-not-found"],
    ["names with wide gaps", `--- a/x${blanks}b\n+++ b/x${blanks}b\n${hunk}`.repeat(90), "unsafe-path"],
  ];
  test.each(CASES)("%s", (_, text, code) => {
    const result = applyPatch(text, { read: () => "x\ny\n", policy: { ...OPEN_POLICY, limits: { files: 5 } } });
    expect(result).toMatchObject({ ok: false, error: { code } });
  });

  test("10,000 changes in one hunk", () => {
    const before = Array.from({ length: 20_000 }, (_, i) => `line${i}\n`).join("");
    const result = applyPatch(`--- a/f\n+++ b/f\n@@\n${twice("line").join("")}`, {
      read: () => before,
      policy: OPEN_POLICY,
    });
    expect(result).toMatchObject({ ok: true, files: [{ added: 10_000, removed: 10_000 }] });
  });

  test("a text of two lines in turns, in which a hunk almost fits everywhere", () => {
    const long = `@@\n${" aaaaaa\n bbbbbb\n".repeat(20_000)}-aaaaaa\n-aaaaaa\n+z\n`;
    const read = () => "aaaaaa\nbbbbbb\n".repeat(60_000);
    const result = applyPatch(`--- a/f\n+++ b/f\n${long}`, { read, policy: OPEN_POLICY });
    expect(result).toMatchObject({ ok: false, error: { code: "too-large" } });
  });
});

describe("large input", () => {
  const lines = Array.from({ length: 40_000 }, (_, i) => (i % 3 === 0 ? `unique line ${i}` : ["}", ""][i % 2]));
  const before = `${lines.join("\n")}\n`;
  const edited = lines.map((line, i) => (i % 132 === 66 ? `${line} changed` : line));

  test("300 hunks on 40,000 lines apply, without numbers too", () => {
    const diff = createPatch("big", before, `${edited.join("\n")}\n`);
    expect(diff.match(/^@@/gm)).toHaveLength(303);
    for (const text of [diff, diff.replaceAll(/^@@ .*$/gm, "@@")]) {
      const result = applyPatch(text, { read: () => before, policy: OPEN_POLICY });
      expect(result.ok && result.files[0].after).toBe(`${edited.join("\n")}\n`);
    }
  });

  test("40,000 equal lines are ambiguous, not a catastrophe", () => {
    const same = "same\n".repeat(40_000);
    const hunk = `@@\n${" same\n".repeat(500)}-same\n+other\n${" same\n".repeat(500)}`;
    const result = applyPatch(`--- a/f\n+++ b/f\n${hunk.repeat(20)}`, { read: () => same, policy: OPEN_POLICY });
    expect(result).toMatchObject({ ok: false, error: { code: "ambiguous" } });
  });

  test("a whole file rewritten line by line applies", () => {
    const old = Array.from({ length: 5000 }, (_, i) => `old ${i}\n`).join("");
    const fresh = old.replaceAll("old", "new");
    const hunk = old.replaceAll(/^/gm, "-").slice(0, -1) + fresh.replaceAll(/^/gm, "+").slice(0, -1);
    const result = applyPatch(`--- a/f\n+++ b/f\n@@ -1,5000 +1,5000 @@\n${hunk}`, {
      read: () => old,
      policy: OPEN_POLICY,
    });
    expect(result).toMatchObject({ ok: true, files: [{ added: 5000, removed: 5000 }] });
    expect(result.ok && result.files[0].after).toBe(fresh);
  });
});
