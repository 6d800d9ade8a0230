// The text that goes back to the author of a refused diff.

import { describe, expect, test } from "@jest/globals";
import { applyPatch, explainRefusal, OPEN_POLICY } from "../../src/patch/index.js";
import type { Tree } from "./tree.js";

function explained(diff: string, tree: Tree): string {
  const result = applyPatch(diff, { read: (path) => tree[path], policy: OPEN_POLICY });
  if (result.ok) throw new Error("applied");
  return explainRefusal(result.error);
}

const TWINS = "// first\nbegin\nvalue one\nend\n// second\nbegin\nvalue one\nend\n";
const head = (path: string) => `--- a/${path}\n+++ b/${path}\n`;

test("an ambiguous hunk is shown what tells its places apart", () => {
  const text = explained(`${head("twins.txt")}@@\n begin\n-value one\n+value two\n end\n`, { "twins.txt": TWINS });
  expect(text).toBe(
    `The patch was not applied, and no file was changed: one thing has to be mended.

1. ambiguous: hunk 1 of twins.txt fits in more than one place (lines 2, 6): add unchanged lines around it until only one place fits
   file "twins.txt", hunk 1, line 3 of the patch
   possible first lines in the file: 2, 6
   the file has, from line 1:
1| // first
2| begin
3| value one
4| end
5| // second
6| begin
7| value one
   the file has, from line 3:
3| value one
4| end
5| // second
6| begin
7| value one
8| end
`,
  );
});

test("every failing hunk of every file is in it, in the order of the patch, whatever the reason", () => {
  const diff =
    `${head("a.txt")}@@\n-no line\n+x\n@@\n-beta line\n+y\n@@\n alpha line\n+// ... rest of the code unchanged\n` +
    `@@\n-  gamma line\n-      delta line\n+\t   epsilon\n@@\n-beta line\n+z\n${head("none.txt")}@@\n-x\n+y\n`;
  const text = explained(diff, { "a.txt": "alpha line\nbeta line\n   gamma line\n   delta line\n" });
  expect(text.match(/^\d+\. [a-z-]+/gm)).toEqual([
    "1. context-not-found",
    "2. placeholder",
    "3. unclear-indent",
    "4. overlap",
    "5. file-missing",
  ]);
  expect(text).toContain("5 things have to be mended");
});

test("every path that may not be touched is in it", () => {
  const create = (path: string) => `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+x\n`;
  const text = explained(create(".npmrc") + create("ok") + create("../x") + create("yarn.lock"), {});
  expect(text.match(/^\d+\. [a-z-]+/gm)).toEqual(["1. protected-path", "2. unsafe-path", "3. protected-path"]);
});

describe("it stays within its size", () => {
  const long = "x".repeat(15_000);
  const file = Array.from({ length: 400 }, (_, i) => `line number ${i} ${long.slice(0, 2000)}`).join("\n");
  const hunks = (count: number) =>
    Array.from({ length: count }, (_, i) => `@@\n line number ${2 * i} ${long.slice(0, 2000)}\n-${long}\n+y\n`).join(
      "",
    );

  test("names every failure before it shows lines of the file", () => {
    const text = explained(head("long.txt") + hunks(10), { "long.txt": file });
    expect(text.length).toBeLessThanOrEqual(12_000);
    expect(text.match(/^\d+\. context-not-found/gm)).toHaveLength(10);
    expect(text).toContain("[cut: 2014 characters]");
  });

  test("and says how many it leaves out", () => {
    const text = explained(head("long.txt") + hunks(90), { "long.txt": file });
    expect(text.length).toBeLessThanOrEqual(12_000);
    const named = text.match(/^\d+\. context-not-found/gm)!.length;
    expect(named).toBeGreaterThan(5);
    expect(text).toContain(`\n${90 - named} more are left out here.\n`);
  });
});
