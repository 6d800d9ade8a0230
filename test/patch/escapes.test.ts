// Diffs that went through something that escapes HTML, and files that are full of entities themselves.

import { expect, test } from "@jest/globals";
import { patchTree, refusal } from "./tree.js";

const head = "--- a/f\n+++ b/f\n";
const FILE = 'const a = "one";\nconst b = two;\nlast();\nif (a < b) stop();\n';
const ADDED = "@@\n const b = two;\n+if (b &gt; 2) go();\n last();\n";

test("a hunk without evidence follows the hunk that was plainly escaped", () => {
  const shown = "@@\n last();\n-if (a &lt; b) stop();\n+if (a &lt; b) halt();\n";
  const after = FILE.replace("last();\n", "if (b > 2) go();\nlast();\n").replace("stop()", "halt()");
  expect(patchTree(head + ADDED + shown, { f: FILE })).toEqual({ f: after });
});

test("entities stand for themselves where the diff has characters that would have been escaped", () => {
  const shown = "@@\n last();\n-if (a < b) stop();\n+if (a < b) halt();\n";
  const after = FILE.replace("last();\n", "if (b &gt; 2) go();\nlast();\n").replace("stop()", "halt()");
  expect(patchTree(head + ADDED + shown, { f: FILE })).toEqual({ f: after });
});

test("and where the file holds entities that the diff repeats", () => {
  const diff = `${head}@@\n a &amp; b\n-old\n+x &lt; y\n`;
  expect(patchTree(diff, { f: "a &amp; b\nold\n" })).toEqual({ f: "a &amp; b\nx &lt; y\n" });
});

test("without any evidence nobody can say, so it is refused", () => {
  expect(refusal(head + ADDED, { f: FILE })).toBe("unclear-escapes");
  expect(refusal("--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+f(a =&gt; a);\n", {})).toBe("unclear-escapes");
});
