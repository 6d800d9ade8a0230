// Headers that a lenient reader would step over: kinds of files, and folders that some systems take for one.

import { describe, expect, test } from "@jest/globals";
import { NOTHING, UNCHANGED, changedFurther, createPatch, overlaid } from "../../src/patch/index.js";
import { refusal } from "./tree.js";

const EDIT = "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n";
const NEW = "--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc/passwd\n";
const TREE = { f: "one\ntwo\nthree\n" };

describe("a kind of file is refused wherever it is announced", () => {
  test.each([
    ["a link without `diff --git`", `new file mode 120000\n${NEW}`],
    ["a link between names and hunk", NEW.replace("@@", "new file mode 120000\n@@")],
    ["a change of mode", `old mode 100644\nnew mode 100755\n${EDIT}`],
    ["a change of mode behind another file", `${EDIT}old mode 100644\nnew mode 100755\n${NEW}`],
    ["a change of mode behind wrong counts", `${EDIT.replace("-1,3 +1,3", "-1,9 +1,9")}new mode 100755\n${NEW}`],
    ["a change of mode at the end", `${EDIT}old mode 100644\nnew mode 100755\n`],
  ])("%s", (_, diff) => {
    expect(refusal(diff, TREE)).toBe("unsafe-mode");
  });

  test("binary content behind another file", () => {
    expect(refusal(`${EDIT}Binary files a/x and b/x differ\n`, TREE)).toBe("binary");
  });

  test("but a usual mode is none", () => {
    expect(refusal(`new file mode 100644\nindex 0000000..1234567\n${NEW}`, TREE)).toBe("applied");
  });
});

describe("folders that differ in case alone", () => {
  const create = (path: string) => createPatch(path, undefined, "x\n");

  test("are refused within one patch", () => {
    expect(refusal(create("New/x") + create("new/y"), {})).toBe("name-clash");
    expect(refusal(create("a/b/x") + create("a/B/c/y"), {})).toBe("name-clash");
    expect(refusal(create("new/x") + createPatch("New/y", "x\n", "y\n"), { "New/y": "x\n" })).toBe("name-clash");
    expect(refusal(create("new/x") + create("new/y") + create("newer/z"), {})).toBe("applied");
  });

  test("are refused on top of earlier changes", async () => {
    const lookUp = async () => NOTHING;
    const file = { path: "new/y", action: "create", after: "y\n", added: 1, removed: 0 } as const;
    const changes = await changedFurther(UNCHANGED, [file], lookUp);
    const standing = await overlaid(lookUp, changes)("New/x");
    expect(standing).toMatchObject({ kind: "other", code: "name-clash" });
    expect(await overlaid(lookUp, changes)("new/x")).toEqual(NOTHING);
  });
});
