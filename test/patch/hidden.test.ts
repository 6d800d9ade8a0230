// What a reviewer cannot see in a diff: it may stay where it stood, and may not come in.

import { describe, expect, test } from "@jest/globals";
import { createPatch } from "../../src/patch/index.js";
import { patchTree, refusal } from "./tree.js";

const BEFORE = "first line\nsecond line\nthird line\n";
const adding = (text: string) => createPatch("f", BEFORE, BEFORE.replace("second line", text));

describe("added lines are refused with", () => {
  test.each([
    ["an override of direction", "is\u202e nimda"],
    ["an isolate", "\u2066x\u2069"],
    ["a mark of direction", "a\u200fb"],
    ["a blank of no width", "a\u200bb"],
    ["a joiner between ASCII letters", "a\u200db"],
    ["a byte order mark inside", "a\ufeffb"],
    ["tags", "a\u{e0061}\u{e0062}"],
    ["a filler that is a letter to compilers", "const \u3164 = 1"],
  ])("%s", (_, text) => {
    expect(refusal(adding(text), { f: BEFORE })).toBe("hidden-characters");
    expect(refusal(createPatch("g", undefined, `${text}\n`), {})).toBe("hidden-characters");
  });
});

test("the refusal names the characters, and every hunk that has some", () => {
  const before = Array.from({ length: 40 }, (_, i) => `line number ${i}\n`).join("");
  const after = before.replace("number 3\n", "\u202e\n").replace("number 30\n", "\u2066\u2067\n");
  const error = patchTree(createPatch("f", before, after), { f: before });
  expect(error).toMatchObject({ code: "hidden-characters", hunk: 1, others: [{ code: "hidden-characters", hunk: 2 }] });
  expect(error).toMatchObject({ message: expect.stringContaining("(U+202E)") });
});

describe("added lines may have", () => {
  test.each([
    ["emoji that are joined", "\u{1f468}\u200d\u{1f4bb} \u2764\ufe0f"],
    ["joiners of a script", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"],
    ["letters of another direction", "\u05e9\u05dc\u05d5\u05dd"],
  ])("%s", (_, text) => {
    expect(refusal(adding(text), { f: BEFORE })).toBe("applied");
  });
});

test("what stood in the removed lines of a place may stay there, and go nowhere else", () => {
  const before = "alpha beta\nmark\u200fed text\ngamma delta\nepsilon zeta\n";
  const stays = before.replace("ed text", "ed words");
  const copied = before.replace("epsilon zeta", "epsilon\u200f zeta");
  expect(patchTree(createPatch("f", before, stays), { f: before })).toEqual({ f: stays });
  expect(refusal(createPatch("f", before, copied), { f: before })).toBe("hidden-characters");
});

test("a file with hidden characters may be moved as a deletion and a new file", () => {
  const text = "mark\u200fed\n";
  const moved = createPatch("old", text, undefined) + createPatch("new", undefined, text);
  expect(patchTree(moved, { old: text })).toEqual({ new: text });
});

test("a new file may begin with a byte order mark", () => {
  expect(patchTree(createPatch("f", undefined, "\ufeffx\n"), {})).toEqual({ f: "\ufeffx\n" });
});
