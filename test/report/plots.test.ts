import { describe, expect, test } from "@jest/globals";
import { attemptsChart, curvesChart, differencesChart } from "../../src/report/charts.js";
import { plotOf } from "../../src/report/plots.js";
import { scaleOver } from "../../src/report/svg.js";
import { attempt, pair } from "../support/evidence.js";
import { higher, proven } from "./cycles.js";

const numbers = (svg: string, pattern: RegExp) => [...svg.matchAll(pattern)].map(([, text]) => Number(text));
const differences = (cycle: typeof proven) => plotOf(differencesChart(cycle, cycle.objective, 60)!, "p");
const attempts = (effects: readonly number[], direction: "lower" | "higher" = "lower") =>
  plotOf(
    attemptsChart(
      effects.map((effect) => attempt({ effect, decision: "deferred" })),
      { name: "n", direction },
      500,
    )!,
    "p",
  );

describe("a scale", () => {
  test.each([
    [[0, 1], "0.0 0.5 1.0"],
    [[-0.05, 0], "−0.04 −0.02 0.00"],
    [[0, 1200], "0 500 1000"],
    [[5e6, 9e6], "5.0e+6 6.0e+6 7.0e+6 8.0e+6 9.0e+6"],
  ])("over %j has round ticks", (values, ticks) => {
    expect(
      scaleOver(values, 0, 100, 5)
        .ticks.map(({ text }) => text)
        .join(" "),
    ).toBe(ticks);
  });

  test.each([[[3]], [[0, 0]], [[-1e-12, 1e-12]], [[1e14, 2e14]]])("keeps %j between its ends, ticks too", (values) => {
    const { at, ticks } = scaleOver(values, 10, 90, 5);
    expect(ticks.length).toBeGreaterThan(0);
    for (const value of [...values, ...ticks.map((tick) => tick.value)]) {
      expect(at(value)).toBeGreaterThanOrEqual(10);
      expect(at(value)).toBeLessThanOrEqual(90);
    }
  });
});

describe("the plot of differences", () => {
  test("has the seeds left of zero where lower is better and found, and right of it where higher is", () => {
    for (const [cycle, side] of [
      [proven, -1],
      [higher, 1],
    ] as const) {
      const svg = differences(cycle);
      const [zero] = numbers(svg, /x1="([\d.]+)"[^>]*class="zero"/g);
      const dots = numbers(svg, /<circle cx="([\d.]+)"/g);
      expect(dots).toHaveLength(4);
      for (const dot of dots) expect(Math.sign(dot - zero)).toBe(side);
      const [shade] = numbers(svg, /<rect x="([\d.]+)"/g);
      const [width] = numbers(svg, /<rect [^>]*width="([\d.]+)"/g);
      for (const dot of dots) expect(dot > shade && dot < shade + width).toBe(true);
    }
  });

  test("shows the mean in the middle of its interval, and no interval where there is none", () => {
    const svg = differences(proven);
    const [low, high] = [...numbers(svg, /x1="([\d.]+)"[^>]*class="whisker"/g)].slice(1);
    const [mean] = numbers(svg, /d="M([\d.]+),[\d.]+[^"]*" class="mean mark"/g);
    expect(mean + 7).toBeCloseTo((low + high) / 2, 1);
    expect(differences({ ...proven, decision: { ...proven.decision, interval: null } })).not.toContain("whisker");
  });
});

test("the plot of curves falls as the loss does, one line per seed and one mean per arm", () => {
  const svg = plotOf(curvesChart(proven.pairs)!, "p");
  const lines = [...svg.matchAll(/<polyline class="([^"]+)" points="([^"]+)"/g)];
  expect(lines.filter(([, classes]) => classes === "curve baseline")).toHaveLength(1);
  expect(lines.filter(([, classes]) => classes === "curve seed candidate")).toHaveLength(4);
  for (const [, , points] of lines) {
    const ys = points.split(" ").map((point) => Number(point.split(",")[1]));
    expect(ys).toEqual(ys.toSorted((a, b) => a - b)); // downwards
    expect(ys).toHaveLength(32);
  }
  expect(curvesChart([{ ...pair(1, 2, 1), baseline: { ...pair(1, 2, 1).baseline, training: null } }])).toBeNull();
});

describe("the plot of attempts", () => {
  test("cuts off what failed wildly, and says so, but never what was better", () => {
    const svg = attempts([-0.1, 0.02, 0.03, 0.1, 50]);
    expect(svg.match(/class="mark beyond"/g)).toHaveLength(2); // and its legend
    expect(svg).toContain("off scale");
    expect(attempts([-50, 0.02, 0.03, 0.1, 0.1])).not.toContain("off scale");
    expect(attempts([-50, 0.02, 0.03, 0.1, 0.1], "higher")).toContain("off scale");
  });

  test("has the better ones in the shaded half, whichever that is", () => {
    for (const direction of ["lower", "higher"] as const) {
      const svg = attempts([-0.1, 0.1, 0.1], direction);
      const [low, high] = numbers(svg, /<circle cx="[\d.]+" cy="([\d.]+)"/g);
      const [top] = numbers(svg, /<rect [^>]*y="([\d.]+)"/g);
      const [height] = numbers(svg, /<rect [^>]*height="([\d.]+)"/g);
      const inside = (y: number) => y > top && y < top + height;
      expect([inside(low), inside(high)]).toEqual(direction === "lower" ? [true, false] : [false, true]);
    }
  });
});
