import { describe, expect, test } from "@jest/globals";
import { historyOf } from "../../src/prompt/history.js";
import { filled } from "../../src/prompt/texts.js";
import { listOf } from "../support/fuzzing.js";
import { attemptOf, contextOf } from "./contexts.js";

const { noise, objective } = contextOf();
const length = (text: string) => text.length;
const within = (room: number) => ({
  room,
  count: length,
  kept: { paths: new Set<string>(), lines: new Set<string>() },
});

describe("the history", () => {
  const attempts = [
    attemptOf({ id: "never", decision: "rejected", effect: null, diff: "" }),
    attemptOf({ id: "nothing", decision: "rejected", effect: 0.001, diff: "" }),
    attemptOf({ id: "harm", decision: "rejected", effect: 0.08, diff: "" }),
    attemptOf({ id: "kept", decision: "kept", effect: -0.02, diff: "" }),
    attemptOf({ id: "later", decision: "deferred", effect: -0.01, diff: "" }),
  ];
  const idsIn = (text: string) => [...text.matchAll(/^- (\w+)/gm)].map(([, id]) => id);

  test("begins with what teaches most", () => {
    const { text, shown } = historyOf(attempts, noise, objective, within(10_000));
    expect(idsIn(text)).toEqual(["kept", "later", "harm", "nothing", "never"]);
    expect(shown).toBe(5);
  });

  test("leaves out the rest where there is little room, and says how many it shows", () => {
    const { text, shown } = historyOf(attempts, noise, objective, within(400));
    expect(text.length).toBeLessThanOrEqual(400);
    expect(idsIn(text)).toEqual(["kept", "later"].slice(0, shown));
    expect(shown).toBeGreaterThan(0);
  });

  test("says better and worse in the objective's own direction", () => {
    const line = (direction: "lower" | "higher", effect: number) =>
      historyOf([attemptOf({ effect, diff: "" })], noise, { ...objective, direction }, within(1_000)).text;
    expect(line("lower", -0.1)).toContain("-0.1, better");
    expect(line("higher", -0.1)).toContain("-0.1, worse");
    expect(line("higher", 0)).toContain("0, no difference");
  });

  test("shows the diffs of the five that teach most, if there is room", () => {
    const many = listOf(9, (i) => attemptOf({ id: `a${i}`, effect: -0.01 * i }));
    const { text } = historyOf(many, noise, objective, within(100_000));
    expect([...text.matchAll(/^diff of (\w+)/gm)].map(([, id]) => id)).toEqual(["a8", "a7", "a6", "a5", "a4"]);
  });
});

test("a blank of a prompt text that nothing fills is a bug, and what fills it is not filled again", () => {
  expect(() => filled("repair")).toThrow(/nothing is known for \{\{tag\}\}/);
  expect(filled("repair", { tag: "{{explanation}}", explanation: "x" })).toContain("=== {{explanation}}");
});
