// Added lines where white space was mangled: translated where the hunk shows how, refused where it does not.

import { describe, expect, test } from "@jest/globals";
import { patchTree, refusal } from "./tree.js";

const FILE =
  "export interface Box {\n  lid: Lid;\n  content: Thing;\n}\n\nfunction open(box: Box) {\n  box.lid.lift();\n}\n";
const head = "--- a/f\n+++ b/f\n";

describe("tabs for blanks", () => {
  const added = "+\n+function shut(box: Box) {\n+\tbox.lid.drop();\n+}\n";
  const expected = `${FILE}\nfunction shut(box: Box) {\n  box.lid.drop();\n}\n`;

  test("are turned back in lines beside a removed line without indentation", () => {
    const diff = `${head}@@\n-export interface Box {\n+export interface Case {\n+\tlabel: string;\n \tlid: Lid;\n`;
    const after = FILE.replace("Box {\n", "Case {\n  label: string;\n");
    expect(patchTree(diff, { f: FILE })).toEqual({ f: after });
  });

  test("and in a hunk that shows no indentation, where another hunk does", () => {
    const first = "@@\n \tlid: Lid;\n-\tcontent: Thing;\n+\tcontent: Things;\n";
    const second = `@@\n function open(box: Box) {\n \tbox.lid.lift();\n }\n${added}`;
    expect(patchTree(head + first + second, { f: FILE })).toEqual({ f: expected.replace("Thing;", "Things;") });
  });
});

describe("lost indentation", () => {
  test("is refused where added lines lost theirs too", () => {
    const diff = `${head}@@\n function open(box: Box) {\n-box.lid.lift();\n+if (box.lid) {\n+box.lid.lift();\n+}\n }\n`;
    expect(refusal(diff, { f: FILE })).toBe("unclear-indent");
  });

  test("is given back to one line in the place of another that is like it", () => {
    const diff = `${head}@@\n function open(box: Box) {\n-box.lid.lift();\n+box.lid.lift(1);\n }\n`;
    expect(patchTree(diff, { f: FILE })).toEqual({ f: FILE.replace("lift()", "lift(1)") });
  });

  test("of the context alone says nothing where removed lines elsewhere kept theirs", () => {
    const diff = `${head}@@\n-  lid: Lid;\n+  lid?: Lid;\n content: Thing;\n@@\n function open(box: Box) {\n+  if (!box.lid) return;\n box.lid.lift();\n }\n`;
    const after = FILE.replace("lid:", "lid?:").replace("  box.lid", "  if (!box.lid) return;\n  box.lid");
    expect(patchTree(diff, { f: FILE })).toEqual({ f: after });
  });
});
