import { describe, expect, test } from "@jest/globals";
import { curvesChart, differencesChart, type Chart } from "../../src/report/charts.js";
import { mermaidChart } from "../../src/report/charts-mermaid.js";
import { evaluation, pair } from "../support/evidence.js";
import { higher, HOSTILE, proven } from "./cycles.js";

/** What the documented grammar of an xychart allows, as far as it is used here: one statement per line. */
const TEXT = '"[^"\\n]+"';
const NUMBER = "[+-]?\\d+(?:\\.\\d+)?";
const GRAMMAR: readonly RegExp[] = [
  /^%%\{init: \{"themeVariables": \{"xyChart": \{"plotColorPalette": "#[0-9a-f]{6}(?:, #[0-9a-f]{6})*"\}\}\}\}%%$/,
  /^xychart-beta$/,
  new RegExp(`^    title ${TEXT}$`),
  new RegExp(`^    x-axis ${TEXT} (?:${NUMBER} --> ${NUMBER}|\\[${TEXT}(?:, ${TEXT})*\\])$`),
  new RegExp(`^    y-axis ${TEXT} ${NUMBER} --> ${NUMBER}$`),
];
const LINE = new RegExp(`^    line \\[${NUMBER}(?:, ${NUMBER})*\\]$`);

interface Parsed {
  readonly low: number;
  readonly high: number;
  readonly lines: readonly (readonly number[])[];
}

function parsed(chart: Chart): Parsed {
  const [, source] = /^```mermaid\n([^]*)\n```$/m.exec(mermaidChart(chart))!;
  const statements = source.split("\n");
  GRAMMAR.forEach((rule, i) => expect(statements[i]).toMatch(rule));
  const lines = statements.slice(GRAMMAR.length);
  for (const line of lines) expect(line).toMatch(LINE);
  expect(statements[0].match(/#[0-9a-f]{6}/g)).toHaveLength(lines.length);
  const [low, high] = statements[4]
    .match(/\S+ --> \S+$/)![0]
    .split(" --> ")
    .map(Number);
  const values = lines.map((line) =>
    line
      .slice(line.indexOf("[") + 1, -1)
      .split(", ")
      .map(Number),
  );
  for (const value of values.flat()) expect(low <= value && value <= high).toBe(true);
  return { low, high, lines: values };
}

const differences = (cycle: typeof proven) => differencesChart(cycle, cycle.objective, 60)!;

describe("a chart in Mermaid", () => {
  test("of loss curves has a line per arm, drawn over the same axis", () => {
    const { lines } = parsed(curvesChart(proven.pairs)!);
    expect(lines.map((line) => [line.length, line[0], line.at(-1)])).toEqual([
      [32, 5, 2.094],
      [32, 4.9, 1.994],
    ]);
  });

  test("of differences has zero, the interval, the mean and each seed", () => {
    const { lines } = parsed(differences(proven));
    expect(lines.map(([first]) => first)).toEqual([0, -0.0512, -0.0454, -0.0483, -0.05]);
    expect(parsed(differences(higher)).lines.at(-1)).toEqual([0.0493, 0.0503, 0.0513, 0.0523]);
  });

  test("has at most 32 points, means of neighbours where there were more", () => {
    const curve = Array.from({ length: 64 }, (_, i) => i);
    const arm = evaluation({ training: { ...evaluation().training!, curve } });
    const { lines } = parsed(curvesChart([{ seed: 1, baseline: arm, candidate: arm }])!);
    expect(lines[0]).toEqual(Array.from({ length: 32 }, (_, i) => 2 * i + 0.5));
    const pairs = Array.from({ length: 100 }, (_, i) => pair(i, 2, 1 + i / 100));
    expect(parsed(differences({ ...proven, pairs })).lines[0]).toHaveLength(32);
  });

  test.each([1e-9, 1e-4, 1, 1e6, 1e14])("can say numbers as large as %d without exponents", (size) => {
    const pairs = [pair(1, 2 * size, size), pair(2, 2 * size, 1.1 * size)];
    const { low, high, lines } = parsed(
      differences({ ...proven, pairs, decision: { ...proven.decision, effect: -0.95 * size, interval: null } }),
    );
    expect(high).toBeGreaterThan(low);
    expect(lines.at(-1)![0]).not.toBe(lines.at(-1)![1]);
  });

  test("is left out where no such number can be said, or nothing differs in the numbers but the words stay", () => {
    const text = mermaidChart(differences({ ...proven, pairs: [pair(1, 1e300, 2)] }));
    expect(text).toMatch(/^\*\*Candidate minus baseline, seed by seed\.\*\* Difference in bits per byte/);
    expect(text).not.toContain("mermaid");
    const same = {
      ...proven,
      pairs: [pair(1, 2, 2), pair(2, 2, 2)],
      decision: { ...proven.decision, effect: 0, interval: null },
    };
    expect(parsed(differences(same)).lines).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  test.each(HOSTILE)("keeps to the grammar whatever the objective is called: %j", (name) => {
    parsed(differencesChart(proven, { ...proven.objective, name }, 60)!);
  });
});
