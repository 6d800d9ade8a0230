// The few pieces of SVG that plots are made of: elements, scales with round ticks, axes. It draws nothing by itself.

import { htmlText } from "./escape.js";

type Attributes = Readonly<Record<string, string | number>>;

/** An element with its children, which are SVG already. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const list = Object.entries(attributes).map(([key, value]) => {
    const text = typeof value === "number" ? String(Math.round(value * 100) / 100) : htmlText(value);
    return ` ${key}="${text}"`;
  });
  const start = `<${name}${list.join("")}`;
  return children.length === 0 ? `${start}/>` : `${start}>${children.join("")}</${name}>`;
}

/** A line of text; classes say how it looks and which end stands at x. */
export function label(x: number, y: number, text: string, classes = ""): string {
  return element("text", classes === "" ? { x, y } : { x, y, class: classes }, htmlText(text));
}

export function line(x1: number, y1: number, x2: number, y2: number, classes: string): string {
  return element("line", { x1, y1, x2, y2, class: classes });
}

interface Picture {
  /** Of its own on the page: its title and description get names from it. */
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly description: string;
}

export function picture({ id, width, height, title, description }: Picture, ...body: readonly string[]): string {
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-labelledby": `${id}-title ${id}-text`,
  };
  return element(
    "svg",
    attributes,
    element("title", { id: `${id}-title` }, htmlText(title)),
    element("desc", { id: `${id}-text` }, htmlText(description)),
    ...body,
  );
}

/** From values to places on the picture. */
export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

/** A scale from `from` to `to` (places) over the values, with a little air and about `count` round ticks. */
export function scaleOver(values: readonly number[], from: number, to: number, count: number): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const air = 0.04 * (most - least) || 0.1 * Math.abs(most) || 1;
  const [low, high] = [least - air, most + air];
  const at = (value: number) => from + ((value - low) / (high - low)) * (to - from);
  const step = roundStep((high - low) / count);
  const first = Math.ceil(low / step);
  const ticks = Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, i) => (first + i) * step);
  return { at, ticks: ticks.map((value) => ({ value, text: tickText(value, step) })) };
}

/** 1, 2 or 5 times a power of ten, at least as large as asked. */
function roundStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  return power * ([1, 2, 5].find((factor) => factor * power >= size) ?? 10);
}

function tickText(value: number, step: number): string {
  if (step >= 1e5 || step < 1e-4)
    return (Math.abs(value) < step / 2 ? "0" : value.toExponential(1)).replaceAll("-", "−");
  return (Math.abs(value) < step / 2 ? 0 : value).toFixed(Math.max(0, -Math.floor(Math.log10(step)))).replace("-", "−");
}

/** Ticks below a picture's frame, with lines through it. */
export function bottomAxis({ at, ticks }: Scale, top: number, bottom: number): string {
  const drawn = ticks.map(({ value, text }) => [
    line(at(value), top, at(value), bottom, "grid"),
    label(at(value), bottom + 16, text, "middle"),
  ]);
  return drawn.flat().join("");
}

/** Ticks left of a picture's frame, with lines through it. */
export function leftAxis({ at, ticks }: Scale, left: number, right: number): string {
  const drawn = ticks.map(({ value, text }) => [
    line(left, at(value), right, at(value), "grid"),
    label(left - 6, at(value) + 4, text, "end"),
  ]);
  return drawn.flat().join("");
}
