// What must never be applied, and whether the refusal tells its author enough to mend the diff.

import { describe, expect, test } from "@jest/globals";
import { applyPatch, OPEN_POLICY } from "../../src/patch/index.js";
import { refusal, type Tree } from "./tree.js";

const TWINS = "begin\nvalue one\nend\nbegin\nvalue one\nend\n";
const TREE: Tree = {
  "a.txt": "alpha line\nbeta line\ngamma line\ndelta line\n",
  "twins.txt": TWINS,
  "crlf.txt": "x\r\ny\r\n",
  binary: "a\0b\n",
  empty: "",
  "code.ts": "function one() {\n  start();\n  work();\n}\n",
};

const modify = (path: string, body: string) => `--- a/${path}\n+++ b/${path}\n${body}`;
const create = (path: string) => `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+x\n`;

const REFUSED: readonly (readonly [kind: string, code: string, diff: string])[] = [
  ["nothing", "no-patch", ""],
  ["prose", "no-patch", "I could not find anything to improve."],
  ["a section without hunks", "no-hunks", "--- a/a.txt\n+++ b/a.txt\n"],
  ["a git section that does nothing", "no-hunks", "diff --git a/a.txt b/a.txt\nindex 1..2 100644\n"],
  ["a hunk without a file", "no-file-name", "@@ -1 +1 @@\n-alpha line\n+x\n"],
  ["a hunk that changes nothing", "malformed", modify("a.txt", "@@ -1,2 +1,2 @@\n alpha line\n beta line\n")],
  ["a line replaced by itself", "no-change", modify("a.txt", "@@ -1 +1 @@\n-alpha line\n+alpha line\n")],
  ["a fence never closed", "truncated", `\`\`\`diff\n${modify("a.txt", "@@ -1 +1 @@\n-alpha line\n+x\n")}`],
  ["an envelope never closed", "truncated", "*** Begin Patch\n*** Update File: a.txt\n@@\n-alpha line\n+x\n"],
  [
    "a text that ends within an added line",
    "truncated",
    modify("a.txt", "@@ -1,4 +1,6 @@\n alpha line\n+new line\n+anoth"),
  ],
  ["a new file that ends early", "truncated", "--- /dev/null\n+++ b/new\n@@ -0,0 +1,9 @@\n+one\n+tw"],
  ["a combined diff", "combined-diff", "diff --cc a.txt\n--- a/a.txt\n+++ b/a.txt\n@@@ -1,1 -1,1 +1,1 @@@\n--a\n++b\n"],
  ["combined hunks", "combined-diff", modify("a.txt", "@@@ -1,1 -1,1 +1,1 @@@\n--a\n++b\n")],
  ["two equal places, no numbers", "ambiguous", modify("twins.txt", "@@\n begin\n-value one\n+value two\n end\n")],
  [
    "two equal places, wrong counts",
    "ambiguous",
    modify("twins.txt", "@@ -1,9 +1,9 @@\n begin\n-value one\n+value two\n end\n"),
  ],
  [
    "two equal places, number between",
    "ambiguous",
    modify("twins.txt", "@@ -2,3 +2,3 @@\n begin\n-value one\n+value two\n end\n"),
  ],
  ["a brace alone", "weak-context", modify("code.ts", "@@ -1 +1,2 @@\n }\n+export {};\n")],
  ["an insertion without context", "weak-context", modify("a.txt", "@@ -2,0 +3 @@\n+new line\n")],
  ["an insertion past the end", "weak-context", modify("a.txt", "@@ -90,0 +91 @@\n+new line\n")],
  [
    "lines that are not there",
    "context-not-found",
    modify("a.txt", "@@ -1,2 +1,2 @@\n nothing of\n-the sort\n+here\n"),
  ],
  [
    "a changed line next to the change",
    "context-not-found",
    modify("a.txt", "@@ -1,3 +1,3 @@\n alpha LINE\n-beta line\n+x\n gamma LINE\n"),
  ],
  ["left-out context", "context-not-found", modify("a.txt", "@@ -1,4 +1,4 @@\n alpha line\n ...\n-delta line\n+x\n")],
  [
    "a forgotten + in what would be outer context",
    "context-not-found",
    modify("a.txt", "@@\n-alpha line\n+first line\n beta line\n new line\n gamma line\n delta line\n"),
  ],
  ["a forgotten +", "context-not-found", modify("a.txt", "@@ -1,2 +1,3 @@\n alpha line\n new line\n-beta line\n+x\n")],
  ["one of two hunks misplaced", "context-not-found", modify("a.txt", "@@\n-alpha line\n+x\n@@\n-no such line\n+y\n")],
  [
    "the change made already",
    "already-applied",
    modify("a.txt", "@@ -1,3 +1,3 @@\n alpha line\n-old line\n+beta line\n gamma line\n"),
  ],
  ["an insertion made already", "already-applied", modify("a.txt", "@@ -1,1 +1,2 @@\n alpha line\n+beta line\n")],
  [
    "a removal made already",
    "already-applied",
    modify("a.txt", "@@ -1,3 +1,2 @@\n alpha line\n-lost line\n beta line\n"),
  ],
  [
    "two hunks on one line",
    "overlap",
    modify("a.txt", "@@\n-beta line\n+x\n gamma line\n@@\n alpha line\n-beta line\n+y\n"),
  ],
  [
    "two insertions at one place",
    "overlap",
    modify("a.txt", "@@\n alpha line\n+x\n beta line\n@@\n alpha line\n+y\n beta line\n"),
  ],
  [
    "a placeholder in a comment",
    "placeholder",
    modify("code.ts", "@@\n   start();\n-  work();\n+  // ... rest of the code unchanged\n }\n"),
  ],
  ["a bare placeholder", "placeholder", modify("code.ts", "@@\n   start();\n-  work();\n+  ...\n }\n")],
  [
    "indentation that cannot be told",
    "unclear-indent",
    modify("code.ts", "@@\n function one() {\n start();\n-work();\n+ \twork(1);\n }\n"),
  ],
  ["a missing file", "file-missing", modify("none.txt", "@@ -1 +1 @@\n-x\n+y\n")],
  ["a rename of a missing file", "file-missing", "diff --git a/no b/yes\nrename from no\nrename to yes\n"],
  ["a new file over an old one", "file-exists", create("a.txt")],
  ["a new file over an empty one", "file-exists", create("empty")],
  ["a new file by its numbers over an old one", "file-exists", modify("a.txt", "@@ -0,0 +1 @@\n+x\n")],
  ["a new file below a file", "file-exists", create("a.txt/b")],
  ["two new files, one below the other", "file-exists", create("new") + create("new/er")],
  ["a rename onto a file", "file-exists", "diff --git a/a.txt b/empty\nrename from a.txt\nrename to empty\n"],
  ["new files that differ only in case", "duplicate-file", create("new") + create("NEW")],
  [
    "a change of a renamed file under its old name",
    "duplicate-file",
    `diff --git a/a.txt b/b.txt\nrename from a.txt\nrename to b.txt\ndiff --git a/a.txt b/a.txt\n${modify("a.txt", "@@\n-alpha line\n+x\n")}`,
  ],
  ["a file created twice", "duplicate-file", create("new") + create("new")],
  ["a rename without its lines", "path-mismatch", "--- a/a.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-alpha line\n+x\n"],
  [
    "names that disagree",
    "path-mismatch",
    `diff --git a/empty b/empty\n${modify("a.txt", "@@ -1 +1 @@\n-alpha line\n+x\n")}`,
  ],
  ["a deletion of part of a file", "delete-mismatch", "--- a/a.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-alpha line\n"],
  ["a deletion of other text", "delete-mismatch", "--- a/crlf.txt\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-x\n-z\n"],
  ["a deletion without text", "delete-mismatch", "diff --git a/a.txt b/a.txt\ndeleted file mode 100644\n"],
  ["a new file with context", "malformed", "--- /dev/null\n+++ b/new\n@@ -0,0 +1,2 @@\n+x\n y\n"],
  ["a binary patch", "binary", "diff --git a/x b/x\nindex 1..2 100644\nGIT binary patch\nliteral 4\nabcd\n"],
  ["binary files", "binary", "diff --git a/x b/x\nBinary files a/x and b/x differ\n"],
  ["a binary file", "binary", modify("binary", "@@ -1 +1 @@\n-a\n+b\n")],
  ["a NUL byte", "binary", modify("a.txt", "@@ -1 +1 @@\n-alpha line\n+\0\n")],
  ["a new symbolic link", "unsafe-mode", `diff --git a/l b/l\nnew file mode 120000\n${create("l")}`],
  [
    "a changed symbolic link",
    "unsafe-mode",
    `diff --git a/a.txt b/a.txt\nindex 1..2 120000\n${modify("a.txt", "@@ -1 +1 @@\n-alpha line\n+x\n")}`,
  ],
  ["a submodule", "unsafe-mode", `diff --git a/s b/s\nnew file mode 160000\n${create("s")}`],
  ["a change of mode", "unsafe-mode", "diff --git a/a.txt b/a.txt\nold mode 100644\nnew mode 100755\n"],
  ["a new executable", "unsafe-mode", `diff --git a/x.sh b/x.sh\nnew file mode 100755\n${create("x.sh")}`],
  ["a line beyond all measure", "too-large", modify("a.txt", `@@ -1 +1 @@\n-alpha line\n+${"x".repeat(30_000)}\n`)],
  ["too many files", "too-large", Array.from({ length: 101 }, (_, i) => create(`f${i}`)).join("")],
];

describe("a diff that has no right answer is refused", () => {
  test.each(REFUSED)("%s: %s", (_, code, diff) => {
    expect(refusal(diff, TREE)).toBe(code);
  });
});

test("a text without a final end of line is whole where its counts are right, or the file ends there", () => {
  expect(refusal(modify("a.txt", "@@ -1 +1,2 @@\n alpha line\n+x"), TREE)).toBe("applied");
  expect(refusal(modify("a.txt", "@@ -4,3 +4,5 @@\n delta line\n+x"), TREE)).toBe("applied");
});

test.each([
  "// f(...args) takes the other ones",
  "/** [parts, ...rest] of what remains */",
  " * {…} and previous ones",
])("dots within a comment leave nothing out: %s", (comment) => {
  expect(refusal(modify("a.txt", `@@\n alpha line\n+${comment}\n beta line\n`), TREE)).toBe("applied");
});

test("a dot-dot-dot is code in Python", () => {
  const diff = modify("stub.py", "@@\n def area() -> float:\n-    pass\n+    ...\n");
  expect(refusal(diff, { "stub.py": "def area() -> float:\n    pass\n" })).toBe("applied");
});

describe("a refusal says what to mend", () => {
  function refuse(diff: string) {
    const result = applyPatch(diff, { read: (path) => TREE[path], policy: OPEN_POLICY });
    if (result.ok) throw new Error("applied");
    return result.error;
  }

  test("an ambiguous hunk gets the lines at which it could begin", () => {
    const error = refuse(modify("twins.txt", "@@\n begin\n-value one\n+value two\n end\n"));
    expect(error).toMatchObject({ file: "twins.txt", hunk: 1, line: 3, candidates: [1, 4] });
  });

  test("a hunk without a place gets the file's lines at the nearest one", () => {
    const error = refuse(modify("a.txt", "@@\n alpha line\n-beta lime\n+x\n gamma line\n"));
    expect(error).toMatchObject({ code: "context-not-found", hunk: 1, line: 5, candidates: [1] });
    expect(error.excerpts).toEqual([{ startLine: 1, lines: ["alpha line", "beta line", "gamma line", "delta line"] }]);
    expect(error.message).toContain('"beta lime" where the file has "beta line"');
  });

  test("line numbers count from the first line of the answer, fences and prose included", () => {
    const error = refuse(`Look:\n\`\`\`diff\n${modify("a.txt", "@@\n-nothing\n+x\n")}\`\`\`\n`);
    expect(error.line).toBe(6);
  });

  test("all failing hunks of all files are named at once", () => {
    const error = refuse(
      modify("a.txt", "@@\n-no line\n+x\n@@\n-beta line\n+y\n@@\n-nor this\n+z\n") + modify("none.txt", "@@\n-x\n+y\n"),
    );
    expect(error).toMatchObject({ code: "context-not-found", hunk: 1 });
    expect(error.others).toMatchObject([
      { hunk: 3, file: "a.txt" },
      { code: "file-missing", file: "none.txt" },
    ]);
  });
});
