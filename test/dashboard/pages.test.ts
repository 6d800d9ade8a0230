import { describe, expect, test } from "@jest/globals";
import { ticksOf } from "../../src/dashboard/pages/ticks.js";
import { changeOf, treeOf, wayOf, type Node } from "../../src/dashboard/pages/tree.js";
import { PALETTE, STYLE } from "../../src/dashboard/style.js";
import type { AttemptView } from "../../src/dashboard/views.js";
import { attempt } from "../support/evidence.js";

const view = (id: string, parent: string, effect: number | null = -0.1): AttemptView => {
  return { ...attempt({ id, parent, effect }), pruned: false, added: 1, removed: 1 };
};

const outline = (node: Node): unknown => [node.id, node.row, ...node.children.map(outline)];

describe("the tree of attempts", () => {
  test("has siblings below each other and parents in their middle", () => {
    const attempts = [view("1", "baseline"), view("2", "baseline"), view("3", "1"), view("4", "1"), view("5", "1")];
    expect(outline(treeOf(attempts))).toEqual(["baseline", 2, ["1", 1, ["3", 0], ["4", 1], ["5", 2]], ["2", 3]]);
  });

  test("adds up the effects on the way to the baseline", () => {
    const attempts = [view("1", "baseline", -0.5), view("2", "1", 0.25), view("3", "2", null)];
    expect(attempts.map((one) => changeOf(one, attempts))).toEqual([-0.5, -0.25, null]);
  });

  test("is drawn whole even where the archive is no tree: circles and orphans hang on the baseline", () => {
    const attempts = [view("1", "2"), view("2", "1"), view("3", "3"), view("4", "nobody"), view("5", "4")];
    expect(outline(treeOf(attempts))).toHaveLength(7);
    expect(wayOf("1", attempts).map(({ id }) => id)).toEqual(["1", "2"]);
  });
});

test.each([
  [
    [0.123, 0.456],
    [0.1, 0.2, 0.3, 0.4, 0.5],
  ],
  [
    [-0.05, 0.3],
    [-0.1, 0, 0.1, 0.2, 0.3],
  ],
  [[3], [3, 4]],
  [
    [1e-9, 2e-9],
    [1e-9, 1.2e-9, 1.4e-9, 1.6e-9, 1.8e-9, 2e-9],
  ],
])("the lines of a chart over %j are round and around all of it", (values, expected) => {
  const ticks = ticksOf(values);
  expect(ticks.length).toBe(expected.length);
  ticks.forEach((tick, i) => expect(tick).toBeCloseTo(expected[i], 12));
});

/** WCAG 2: relative luminance. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [high, low] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

describe.each(Object.entries(PALETTE))("the %s palette", (_, palette) => {
  const texts = ["text", "quiet", "link", "good", "bad", "open"] as const;
  test.each(texts)("has text that is readable: %s", (name) => {
    for (const ground of [palette.page, palette.card]) {
      expect(contrast(palette[name], ground)).toBeGreaterThanOrEqual(4.5);
    }
  });

  test("has diffs that are readable and curves that stand out", () => {
    for (const ground of [palette.added, palette.removed]) {
      expect(contrast(palette.text, ground)).toBeGreaterThanOrEqual(4.5);
    }
    const curves = Object.entries(palette).filter(([name]) => name.startsWith("curve-"));
    expect(curves).toHaveLength(6);
    for (const [, colour] of curves) expect(contrast(colour, palette.page)).toBeGreaterThanOrEqual(3);
  });
});

test("the style names no colour beside the palette, and asks for nothing", () => {
  const rules = STYLE.slice(STYLE.indexOf("* { box-sizing"));
  expect(rules).not.toMatch(/#[0-9a-f]{3,8}\b|url\(|@import/);
});
