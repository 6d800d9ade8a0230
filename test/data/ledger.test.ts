import { describe, expect, test } from "@jest/globals";
import { heldOutFiles, looksAt } from "../../src/data/ledger.js";

const file = (text: string) => ({ path: "any", bytes: new TextEncoder().encode(text) });
const line = (split: string, looks: number, ...texts: string[]) => ({
  split,
  looks,
  heldOut: heldOutFiles(texts.map(file)),
});

describe("the ledger of looks", () => {
  const side = heldOutFiles(["one ".repeat(50), "two ".repeat(50), "three ".repeat(50)].map(file));
  const text = (word: string) => word.repeat(50);

  test("adds up what earlier sides with the same text have cost", () => {
    const ledger = [
      line("a", 40, text("one "), text("two "), text("three ")),
      line("b", 7, text("one "), text("two "), text("edited ")), // 400 of 700 bytes are the same
      line("c", 100, text("one "), text("other "), text("edited ")), // 200 of 700
    ];
    expect(looksAt(side, ledger)).toBe(47);
  });

  test("finds nothing where there is nothing", () => {
    expect(looksAt(side, [])).toBe(0);
    expect(looksAt(side, [line("d", 9, "quite another text")])).toBe(0);
  });

  test("knows text by its content, whatever its name", () => {
    expect(heldOutFiles([{ ...file("x"), path: "a" }])).toEqual(heldOutFiles([{ ...file("x"), path: "b" }]));
  });
});
