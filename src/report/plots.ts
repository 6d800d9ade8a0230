// The plots of a report as SVG: loss curves, paired differences with their interval, attempts by effect. Colours come from the page.

import {
  ARMS,
  type AttemptsChart,
  type Chart,
  type CurvesChart,
  type DifferencesChart,
  type Series,
} from "./charts.js";
import { oneLine } from "./escape.js";
import { bottomAxis, element, label, leftAxis, line, picture, scaleOver } from "./svg.js";

/** Small enough that 12 px of it can be read on a phone. */
const WIDTH = 440;
const [LEFT, RIGHT, TOP] = [56, WIDTH - 24, 30];
/** Characters of the objective's name that fit beside a plot. */
const UNIT = 16;

/** @param id of its own on the page */
export function plotOf(chart: Chart, id: string): string {
  if (chart.kind === "curves") return curvesPlot(chart, id);
  return chart.kind === "differences" ? differencesPlot(chart, id) : attemptsPlot(chart, id);
}

function curvesPlot(chart: CurvesChart, id: string): string {
  const bottom = 240;
  const all = chart.series.flatMap(({ mean, seeds }) => [...mean, ...seeds.flat()]);
  const y = scaleOver(all, bottom, TOP, 6);
  const x = (share: number) => LEFT + share * (RIGHT - LEFT);
  const shares = [0, 0.25, 0.5, 0.75, 1].map((value) => ({ value, text: `${100 * value} %` }));
  const path = (values: readonly number[], classes: string) =>
    element("polyline", {
      class: classes,
      points: values.map((v, i) => point(x((i + 0.5) / values.length), y.at(v))).join(" "),
    });
  const curves = ({ arm, mean, seeds }: Series) => [
    ...seeds.map((values) => path(values, `curve seed ${arm}`)),
    path(mean, `curve ${arm}`),
  ];
  return picture(
    { ...chart, id, width: WIDTH, height: bottom + 40 },
    leftAxis(y, LEFT, RIGHT),
    bottomAxis({ at: x, ticks: shares }, TOP, bottom),
    ...chart.series.flatMap(curves),
    label(LEFT, 14, "loss, nats per byte"),
    label((LEFT + RIGHT) / 2, bottom + 34, "share of the training", "middle"),
    ...ARMS.flatMap((arm, i) => {
      const [from, to] = [RIGHT - 190 + i * 100, RIGHT - 168 + i * 100];
      return [line(from, 10, to, 10, `curve ${arm}`), label(to + 5, 14, arm)];
    }),
  );
}

function differencesPlot(chart: DifferencesChart, id: string): string {
  const { rows, mean, interval, better, unit } = chart;
  const left = 96;
  const height = 22;
  const bottom = TOP + (rows.length + 1) * height + 8;
  const x = scaleOver([0, mean, ...rows.map(({ value }) => value), ...(interval ?? [])], left, RIGHT, 5);
  const middle = (row: number) => TOP + (row + 0.5) * height + 4;
  const last = middle(rows.length);
  const whisker = interval?.map(x.at);
  const zero = x.at(0);
  const [from, to] = better === "lower" ? [left, zero] : [zero, RIGHT];
  return picture(
    { ...chart, id, width: WIDTH, height: bottom + 40 },
    element("rect", { x: from, y: TOP, width: Math.max(0, to - from), height: bottom - TOP, class: "better" }),
    bottomAxis(x, TOP, bottom),
    line(zero, TOP, zero, bottom, "zero"),
    better === "lower" ? label(left, TOP - 8, "◂ better", "good") : label(RIGHT, TOP - 8, "better ▸", "good end"),
    ...rows.flatMap(({ seed, value }, row) => [
      label(left - 8, middle(row) + 4, String(seed), "end"),
      element("circle", { cx: x.at(value), cy: middle(row), r: 4.5, class: "candidate mark" }),
    ]),
    label(left - 8, last + 4, "mean", "end strong"),
    ...(whisker
      ? [
          line(whisker[0], last, whisker[1], last, "whisker"),
          ...whisker.map((end) => line(end, last - 6, end, last + 6, "whisker")),
        ]
      : []),
    element("path", { d: diamond(x.at(mean), last, 7), class: "mean mark" }),
    label((left + RIGHT) / 2, bottom + 34, `candidate − baseline, ${oneLine(unit, UNIT)}`, "middle"),
  );
}

function attemptsPlot(chart: AttemptsChart, id: string): string {
  const { points, better, unit } = chart;
  const bottom = 240;
  const reach = reachOf(chart);
  const shown = (value: number) => (better === "lower" ? Math.min(value, reach) : Math.max(value, -reach));
  const y = scaleOver([0, ...points.map(({ value }) => shown(value))], bottom, TOP, 6);
  const x = scaleOver(
    points.map(({ number }) => number),
    LEFT + 6,
    RIGHT - 6,
    8,
  );
  const zero = y.at(0);
  const [from, to] = better === "lower" ? [zero, bottom] : [TOP, zero];
  const whole = x.ticks.filter(({ value }) => Number.isInteger(value) && value > 0);
  const mark = ({ number, value, decision }: AttemptsChart["points"][number]) => {
    const place = [x.at(number), y.at(shown(value))] as const;
    return value === shown(value) ? markOf(decision, ...place) : beyond(...place, better);
  };
  return picture(
    { ...chart, id, width: WIDTH, height: bottom + 60 },
    element("rect", { x: LEFT, y: from, width: RIGHT - LEFT, height: Math.max(0, to - from), class: "better" }),
    leftAxis(y, LEFT, RIGHT),
    bottomAxis({ ...x, ticks: whole }, TOP, bottom),
    line(LEFT, zero, RIGHT, zero, "zero"),
    ...points.map(mark),
    label(LEFT, 14, `change in ${oneLine(unit, UNIT)}`),
    label((LEFT + RIGHT) / 2, bottom + 34, "attempt", "middle"),
    better === "lower"
      ? label(RIGHT - 4, bottom - 6, "better ▾", "good end")
      : label(RIGHT - 4, TOP + 14, "better ▴", "good end"),
    ...attemptsLegend(
      bottom + 54,
      points.some(({ value }) => value !== shown(value)),
      better,
    ),
  );
}

function attemptsLegend(y: number, someBeyond: boolean, better: AttemptsChart["better"]): string[] {
  const decisions = (["kept", "deferred", "rejected"] as const).flatMap((decision, i) => {
    const x = LEFT + 6 + i * 84;
    return [markOf(decision, x, y - 4), label(x + 9, y, decision)];
  });
  const x = LEFT + 6 + 3 * 84;
  return someBeyond ? [...decisions, beyond(x, y - 1, better), label(x + 9, y, "off scale")] : decisions;
}

/** How far the worse side goes: one attempt that failed wildly must not press all others together. */
function reachOf({ points, better }: AttemptsChart): number {
  const sizes = points.map(({ value }) => Math.abs(value)).toSorted((a, b) => a - b);
  const gains = points.map(({ value }) => (better === "lower" ? -value : value));
  return Math.max(4 * sizes[Math.floor(sizes.length / 2)], ...gains);
}

function markOf(decision: AttemptsChart["points"][number]["decision"], x: number, y: number): string {
  if (decision !== "rejected") return element("circle", { cx: x, cy: y, r: 4.5, class: `mark ${decision}` });
  return element("path", { d: `M${point(x - 3.5, y - 3.5)}l7 7m0 -7l-7 7`, class: "mark rejected" });
}

/** Worse than the plot reaches. */
function beyond(x: number, y: number, better: "lower" | "higher"): string {
  const tip = better === "lower" ? -7 : 7;
  return element("path", { d: `M${point(x - 4, y)}h8l-4 ${tip}z`, class: "mark beyond" });
}

function diamond(x: number, y: number, size: number): string {
  return `M${point(x - size, y)}l${size} ${-size}l${size} ${size}l${-size} ${size}z`;
}

function point(x: number, y: number): string {
  return `${x.toFixed(2)},${y.toFixed(2)}`;
}
