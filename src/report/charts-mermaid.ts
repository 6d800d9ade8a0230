// Charts as Mermaid's xychart, which GitHub draws. It knows lines and no whiskers, so an interval is two level lines.

import type { Chart, CurvesChart, DifferencesChart } from "./charts.js";
import { markdownFence, markdownText, mermaidText } from "./escape.js";
import { mean } from "./numbers.js";

const MOST_POINTS = 32;
/** What Mermaid's grammar can say: it has no exponents. */
const LARGEST = 1e15;

/** Fit for light and dark pages; without them Mermaid draws its first line almost white. */
const COLOURS = { orange: "#d9730d", blue: "#2f81f7", grey: "#808890", pale: "#c9925e" } as const;
type Colour = keyof typeof COLOURS;

interface Line {
  readonly colour: Colour;
  readonly values: readonly number[];
}

interface Plot {
  readonly title: string;
  /** The x axis as the grammar wants it. */
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
}

/** A sentence that says what the colours mean, and the chart; the sentence alone where Mermaid cannot draw the numbers. */
export function mermaidChart(chart: Chart): string {
  if (chart.kind === "attempts") return caption(chart, "");
  const plot = chart.kind === "curves" ? curves(chart) : differences(chart);
  const colours =
    chart.kind === "curves"
      ? "Blue: candidate. Orange: baseline."
      : `Blue: each seed. Orange: their mean${chart.interval ? "; pale: its interval" : ""}. Grey: no difference.`;
  const values = plot.lines.flatMap((line) => line.values);
  if (values.some((value) => !(Math.abs(value) < LARGEST))) return caption(chart, "");
  return `${caption(chart, colours)}\n\n${markdownFence(source(plot, values), "mermaid")}`;
}

function caption({ title, description }: Chart, colours: string): string {
  return `**${markdownText(title)}.** ${markdownText(`${description} ${colours}`.trim())}`;
}

function curves({ title, series }: CurvesChart): Plot {
  const lines = series.map(({ arm, mean: values }): Line => {
    return { colour: arm === "baseline" ? "orange" : "blue", values: thinned(values) };
  });
  return { title, x: `"share of the training in percent" 0 --> 100`, y: "nats per byte", lines };
}

function differences({ title, rows, mean: middle, interval, unit }: DifferencesChart): Plot {
  const shown = rows.slice(0, MOST_POINTS);
  const level = (colour: Colour, value: number): Line => ({ colour, values: shown.map(() => value) });
  const x = `"fresh seed" [${shown.map((_, i) => `"${i + 1}"`).join(", ")}]`;
  const lines: Line[] = [
    level("grey", 0),
    ...(interval ?? []).map((end) => level("pale", end)),
    level("orange", middle),
    { colour: "blue", values: shown.map(({ value }) => value) },
  ];
  return { title, x, y: unit, lines };
}

/** As many means of neighbours as may be drawn. */
function thinned(values: readonly number[]): number[] {
  const count = Math.min(MOST_POINTS, values.length);
  const start = (i: number) => Math.round((i * values.length) / count);
  return Array.from({ length: count }, (_, i) => mean(values.slice(start(i), start(i + 1))));
}

function source({ title, x, y, lines }: Plot, values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low) * 0.05 || Math.max(Math.abs(high) * 0.05, 1e-6);
  const decimals = Math.min(12, Math.max(0, 3 - Math.floor(Math.log10(high - low || margin))));
  const number = (value: number) => value.toFixed(decimals);
  const palette = lines.map(({ colour }) => COLOURS[colour]).join(", ");
  return [
    `%%{init: {"themeVariables": {"xyChart": {"plotColorPalette": "${palette}"}}}}%%`,
    "xychart-beta",
    `    title "${mermaidText(title)}"`,
    `    x-axis ${x}`,
    `    y-axis "${mermaidText(y)}" ${number(low - margin)} --> ${number(high + margin)}`,
    ...lines.map((line) => `    line [${line.values.map(number).join(", ")}]`),
  ].join("\n");
}
