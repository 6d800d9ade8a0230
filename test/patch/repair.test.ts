// Diffs as language models write them: each has one right answer, given beside it.

import { describe, expect, test } from "@jest/globals";
import { patchTree } from "./tree.js";

const BEFORE = `export function area(width, height) {
  if (width < 0) {
    throw new RangeError("width");
  }
  return width * height;
}

export function perimeter(width, height) {
  if (width < 0) {
    throw new RangeError("width");
  }
  return 2 * (width + height);
}

export const UNIT = "m";
`;

const AFTER = BEFORE.replace("return 2 * (width + height)", "return 2 * Math.abs(width + height)");

const HEAD = "--- a/shape.js\n+++ b/shape.js\n";
const BODY = `     throw new RangeError("width");
   }
-  return 2 * (width + height);
+  return 2 * Math.abs(width + height);
 }
 
 export const UNIT = "m";
`;
const CLEAN = `diff --git a/shape.js b/shape.js\nindex 1234567..89abcde 100644\n${HEAD}@@ -10,6 +10,6 @@ function perimeter\n${BODY}`;

const SAME_ANSWER: readonly (readonly [kind: string, diff: string])[] = [
  ["well formed", CLEAN],
  ["line numbers far off", `${HEAD}@@ -910,6 +910,6 @@\n${BODY}`],
  ["all line numbers 1", `${HEAD}@@ -1,6 +1,6 @@\n${BODY}`],
  ["counts too small", `${HEAD}@@ -10,2 +10,3 @@\n${BODY}`],
  ["counts too large", `${HEAD}@@ -10,60 +10,61 @@\n${BODY}`],
  ["a bare @@", `${HEAD}@@\n${BODY}`],
  ["@@ ... @@", `${HEAD}@@ ... @@\n${BODY}`],
  ["@@ name @@", `${HEAD}@@ function perimeter(width, height) @@\n${BODY}`],
  ["trailing blanks added", `${HEAD}@@ -10,6 +10,6 @@\n${BODY.replace("   }\n", "   }  \n")}`],
  ["blank context without its prefix", `${HEAD}@@ -10,6 +10,6 @@\n${BODY.replace("\n \n", "\n\n")}`],
  ["converted to CRLF", CLEAN.replaceAll("\n", "\r\n")],
  [
    "a fence and prose",
    `Here is the change.\n\n\`\`\`diff\n${CLEAN}\`\`\`\n\nIt takes the absolute value:\n- simple\n- safe\n`,
  ],
  ["another block before the diff", `Run\n\`\`\`bash\nnpm test\n\`\`\`\nthen\n\`\`\`\n${CLEAN}\`\`\`\n`],
  ["prose after the hunk", `${CLEAN}\nThis change is safe.\n`],
  ["prose after the hunk and wrong counts", `${HEAD}@@ -10,9 +10,9 @@\n${BODY}\nThis change is safe.\n`],
  ["a mail signature", `${CLEAN}-- \n2.39.5\n\n`],
  ["no prefixes on the names", `--- shape.js\n+++ shape.js\n@@ -10,6 +10,6 @@\n${BODY}`],
  ["./ before the names", `--- ./shape.js\n+++ ./shape.js\n@@ -10,6 +10,6 @@\n${BODY}`],
  ["one prefix forgotten", `--- shape.js\n+++ b/shape.js\n@@ -10,6 +10,6 @@\n${BODY}`],
  [
    "time stamps after the names",
    `--- a/shape.js\t2026-01-01 10:00:00\n+++ b/shape.js\t2026-01-01 10:00:01\n@@ -10,6 +10,6 @@\n${BODY}`,
  ],
  ["no --- and +++", `diff --git a/shape.js b/shape.js\n@@ -10,6 +10,6 @@\n${BODY}`],
  [
    "no context and a wrong number",
    `${HEAD}@@ -3 +3 @@\n-  return 2 * (width + height);\n+  return 2 * Math.abs(width + height);\n`,
  ],
  [
    "one line of context",
    `${HEAD}@@\n   }\n-  return 2 * (width + height);\n+  return 2 * Math.abs(width + height);\n }\n`,
  ],
  ["the prefix of context lost", `${HEAD}@@ -10,6 +10,6 @@\n${BODY.replaceAll(/^ /gm, "")}`],
  [
    "indentation of context lost",
    `${HEAD}@@ -10,6 +10,6 @@\n${BODY.replace("     throw", " throw").replace("   }", " }")}`,
  ],
  ["typographic quotes in the context", `${HEAD}@@ -10,6 +10,6 @@\n${BODY.replace('"width"', "“width”")}`],
  ["outer context invented", `${HEAD}@@ -10,6 +10,6 @@\n${BODY.replace('UNIT = "m"', 'UNIT = "metre"')}`],
  ["HTML entities", `${HEAD}@@\n${BODY.replaceAll('"', "&quot;")}`],
  [
    "a gutter of line numbers",
    `${HEAD}@@\n  11 |   }\n- 12 |   return 2 * (width + height);\n+ 12 |   return 2 * Math.abs(width + height);\n  13 | }\n`,
  ],
  ["the hunk twice", `${CLEAN}${CLEAN}`],
  [
    "the envelope",
    `*** Begin Patch\n*** Update File: shape.js\n@@ function perimeter\n   }\n-  return 2 * (width + height);\n+  return 2 * Math.abs(width + height);\n*** End Patch\n`,
  ],
  [
    "five defects at once",
    `Sure!\n\`\`\`diff\n--- shape.js\n+++ shape.js\n@@ perimeter @@\n${BODY.replace("   }\n", "   }   \n").replace("\n \n", "\n\n")}\`\`\`\n`,
  ],
];

describe("a diff with a usual defect means what its author meant", () => {
  test.each(SAME_ANSWER)("%s", (_, diff) => {
    expect(patchTree(diff, { "shape.js": BEFORE, other: "x\n" })).toEqual({ "shape.js": AFTER, other: "x\n" });
  });
});

const CASES: readonly {
  readonly name: string;
  readonly before: string;
  readonly body: string;
  readonly after: string;
}[] = [
  {
    name: "hunks out of order",
    before: "a1\nb2\nc3\nd4\ne5\nf6\ng7\n",
    body: "@@ -5,1 +5,1 @@\n d4\n-e5\n+E5\n@@ -1,2 +1,2 @@\n a1\n-b2\n+B2\n",
    after: "a1\nB2\nc3\nd4\nE5\nf6\ng7\n",
  },
  {
    name: "prose between the hunks",
    before: "one\ntwo\nthree\nfour\nfive\nsix\n",
    body: "@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n\nAnd below:\n\n@@ -5,2 +5,2 @@\n-five\n+FIVE\n six\n",
    after: "one\nTWO\nthree\nfour\nFIVE\nsix\n",
  },
  {
    name: "hunks that share context",
    before: "one\ntwo\nthree\nfour\nfive\n",
    body: "@@\n one\n-two\n+TWO\n three\n@@\n three\n-four\n+FOUR\n five\n",
    after: "one\nTWO\nthree\nFOUR\nfive\n",
  },
  {
    name: "equal places told apart by right arithmetic",
    before: "begin\nvalue\nend\nbegin\nvalue\nend\n",
    body: "@@ -4,3 +4,3 @@\n begin\n-value\n+other\n end\n",
    after: "begin\nvalue\nend\nbegin\nother\nend\n",
  },
  {
    name: "equal places and a common offset that a unique hunk proves",
    before: "new\nnew\nunique line\nnext\nx\nbegin\nvalue\nend\nbegin\nvalue\nend\n",
    body: "@@ -1,2 +1,2 @@\n-unique line\n+changed line\n next\n@@ -7,3 +7,3 @@\n begin\n-value\n+other\n end\n",
    after: "new\nnew\nchanged line\nnext\nx\nbegin\nvalue\nend\nbegin\nother\nend\n",
  },
  {
    name: "CRLF kept where the diff has LF",
    before: "alpha\r\nbeta\r\ngamma\r\n",
    body: "@@ -1,3 +1,4 @@\n alpha\n-beta\n+BETA\n+delta\n gamma\n",
    after: "alpha\r\nBETA\r\ndelta\r\ngamma\r\n",
  },
  {
    name: "mixed line ends kept where the diff has LF",
    before: "alpha\r\nbeta\ngamma\r\n",
    body: "@@ -1,3 +1,4 @@\n alpha\n-beta\n+BETA\n gamma\n+delta\n",
    after: "alpha\r\nBETA\ngamma\r\ndelta\r\n",
  },
  {
    name: "a missing final newline stays missing without a marker",
    before: "alpha\nbeta",
    body: "@@ -1,2 +1,3 @@\n alpha\n-beta\n+BETA\n+gamma\n",
    after: "alpha\nBETA\ngamma",
  },
  {
    name: "a line after an unterminated last line of a CRLF file",
    before: "alpha\r\nbeta",
    body: "@@ -1,2 +1,3 @@\n alpha\n beta\n+gamma\n",
    after: "alpha\r\nbeta\r\ngamma",
  },
  {
    name: "markers decide about the final newline",
    before: "alpha\nbeta",
    body: "@@ -1,2 +1,2 @@\n alpha\n-beta\n\\ No newline at end of file\n+beta\n",
    after: "alpha\nbeta\n",
  },
  {
    name: "blanks for tabs in context and added lines",
    before: "function run() {\n\tconst first = 1;\n\tif (first) {\n\t\treturn first;\n\t}\n}\n",
    body: "@@\n   const first = 1;\n   if (first) {\n-    return first;\n+    const second = 2;\n+    return second;\n   }\n",
    after: "function run() {\n\tconst first = 1;\n\tif (first) {\n\t\tconst second = 2;\n\t\treturn second;\n\t}\n}\n",
  },
  {
    name: "a constant shift of the indentation",
    before: "class Box:\n    def open(self):\n        check(self.lid)\n        return self.content\n",
    body: "@@\n def open(self):\n     check(self.lid)\n-    return self.content\n+    if self.lid:\n+        return self.content\n",
    after:
      "class Box:\n    def open(self):\n        check(self.lid)\n        if self.lid:\n            return self.content\n",
  },
  {
    name: "lost indentation in the context, but not beside the change",
    before: "class Box:\n    def open(self):\n        check(self.lid)\n        return self.content\n",
    body: "@@\n class Box:\n def open(self):\n check(self.lid)\n-        return self.content\n+        if self.lid:\n+            return self.content\n",
    after:
      "class Box:\n    def open(self):\n        check(self.lid)\n        if self.lid:\n            return self.content\n",
  },
  {
    name: "list items of Markdown in the context",
    before: "# Title\n\n- first item\n- second item\n",
    body: "@@ -1,4 +1,5 @@\n # Title\n \n - first item\n+- between\n - second item\n",
    after: "# Title\n\n- first item\n- between\n- second item\n",
  },
  {
    name: "two runs of changes whose context between them was shortened",
    before:
      "first line here\nold value one\nthird line here\nfourth line here\nfifth line here\nold value two\nlast line here\n",
    body: "@@\n first line here\n-old value one\n+new value one\n third line here\n fifth line here\n-old value two\n+new value two\n last line here\n",
    after:
      "first line here\nnew value one\nthird line here\nfourth line here\nfifth line here\nnew value two\nlast line here\n",
  },
  {
    name: "a removed line that looks like a header",
    before: "select 1;\n-- a comment\n++ more\nselect 2;\n",
    body: "@@ -1,4 +1,3 @@\n select 1;\n--- a comment\n-++ more\n+++ other\n select 2;\n",
    after: "select 1;\n++ other\nselect 2;\n",
  },
];

describe("the file's own bytes survive", () => {
  test.each(CASES)("$name", ({ before, body, after }) => {
    expect(patchTree(`--- a/file\n+++ b/file\n${body}`, { file: before })).toEqual({ file: after });
  });
});

describe("whole files", () => {
  const tree = { "old.txt": "one\ntwo\n", "keep.txt": "k\n" };

  test("are created, whatever the counts say", () => {
    const diff = "--- /dev/null\n+++ b/docs/new.md\n@@ -0,0 +1,9 @@\n+# New\n\n+text\n";
    expect(patchTree(diff, tree)).toEqual({ ...tree, "docs/new.md": "# New\n\ntext\n" });
  });

  test("are created under two equal names if the numbers say that nothing was there", () => {
    const diff = "diff --git a/new b/new\n--- a/new\n+++ b/new\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n";
    expect(patchTree(diff, tree)).toEqual({ ...tree, new: "x" });
    expect(patchTree(diff, { new: "" })).toEqual({ new: "x" });
  });

  test("are deleted if the whole text is given", () => {
    expect(patchTree("--- a/old.txt\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-one\n-two\n", tree)).toEqual({
      "keep.txt": "k\n",
    });
    expect(patchTree("*** Begin Patch\n*** Delete File: old.txt\n*** End Patch", tree)).toEqual({ "keep.txt": "k\n" });
  });

  test("are renamed, with and without a change, and swapped", () => {
    const rename =
      "diff --git a/old.txt b/sub/new.txt\nsimilarity index 90%\nrename from old.txt\nrename to sub/new.txt\n";
    expect(patchTree(rename, tree)).toEqual({ "sub/new.txt": "one\ntwo\n", "keep.txt": "k\n" });
    const edit = "--- a/old.txt\n+++ b/sub/new.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n";
    expect(patchTree(rename + edit, tree)).toEqual({ "sub/new.txt": "one\nTWO\n", "keep.txt": "k\n" });
    const swap =
      "diff --git a/old.txt b/keep.txt\nrename from old.txt\nrename to keep.txt\n" +
      "diff --git a/keep.txt b/old.txt\nrename from keep.txt\nrename to old.txt\n";
    expect(patchTree(swap, tree)).toEqual({ "old.txt": "k\n", "keep.txt": "one\ntwo\n" });
  });

  test("are copied", () => {
    const copy = "diff --git a/old.txt b/copy.txt\ncopy from old.txt\ncopy to copy.txt\n";
    expect(patchTree(copy, tree)).toEqual({ ...tree, "copy.txt": "one\ntwo\n" });
  });

  test("have names in quotes, with blanks, and beyond ASCII", () => {
    const names = { "my file.txt": "x\n", "größe.txt": "x\n" };
    const blanks =
      "diff --git a/my file.txt b/my file.txt\n--- a/my file.txt\t\n+++ b/my file.txt\t\n@@ -1 +1 @@\n-x\n+y\n";
    expect(patchTree(blanks, names)).toEqual({ ...names, "my file.txt": "y\n" });
    const quoted = '--- "a/gr\\303\\266\\303\\237e.txt"\n+++ "b/gr\\303\\266\\303\\237e.txt"\n@@ -1 +1 @@\n-x\n+y\n';
    expect(patchTree(quoted, names)).toEqual({ ...names, "größe.txt": "y\n" });
  });
});
