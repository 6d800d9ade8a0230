import { describe, expect, test } from "@jest/globals";
import { looksAt, sketchOf } from "../../src/data/ledger.js";
import { someText } from "../support/text.js";

const file = (text: string) => ({ path: "any", bytes: new TextEncoder().encode(text) });
const lines = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => someText(60, `${name} ${i}`)).join("\n");
const line = (split: string, looks: number, text: string) => ({ split, looks, sketch: sketchOf([file(text)]) });

describe("the ledger of looks", () => {
  const text = lines("own", 900);

  test("adds up what earlier sides with mostly the same text have cost", () => {
    const ledger = [
      line("the same", 40, text),
      line("a line more, in front", 7, `one more\n${text}`),
      line("two thirds of it, and other text", 100, `${text.slice(0, (2 * text.length) / 3)}\n${lines("x", 200)}`),
      line("a quarter of it, and other text", 1000, `${text.slice(0, text.length / 4)}\n${lines("y", 700)}`),
      line("another text", 5000, lines("z", 900)),
    ];
    expect(looksAt(sketchOf([file(text)]), ledger)).toBe(147);
  });

  test("finds nothing where there is nothing", () => {
    expect(looksAt(sketchOf([file(text)]), [])).toBe(0);
    expect(looksAt([], [line("any", 9, text)])).toBe(0);
  });

  test("knows text by its content, whatever its name, and stays small", () => {
    expect(sketchOf([{ ...file(text), path: "a" }])).toEqual(sketchOf([{ ...file(text), path: "b" }]));
    expect(sketchOf([file(text)])).toHaveLength(256);
  });
});
