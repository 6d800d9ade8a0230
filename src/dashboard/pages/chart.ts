// Marks with intervals along an axis of numbers: what the charts of scores have in common. Each kind of mark has a shape of its own.

import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { fixed } from "../../report/numbers.js";
import { draw } from "./elements.js";
import { ticksOf } from "./ticks.js";

/** Each is about ten pixels large. */
const SHAPES = {
  square: (x: number, y: number) => draw`<rect class="mark full" x=${x - 4.5} y=${y - 4.5} width="9" height="9" />`,
  disc: (x: number, y: number) => draw`<circle class="mark full" cx=${x} cy=${y} r="5" />`,
  ring: (x: number, y: number) => draw`<circle class="mark" cx=${x} cy=${y} r="5" />`,
  cross: (x: number, y: number) => draw`<path class="mark" d=${`M${x - 4} ${y - 4}l8 8m0 -8l-8 8`} />`,
  diamond: (x: number, y: number) => draw`<path class="mark" d=${`M${x} ${y - 6}l6 6l-6 6l-6 -6z`} />`,
} as const;

export type Shape = keyof typeof SHAPES;

export interface Mark {
  /** May lie between two. */
  readonly column: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly shape: Shape;
  /** Class that gives the colour. */
  readonly tone: string;
  /** Said when it is pointed at. */
  readonly title: string;
  readonly link: string | null;
}

interface Chart {
  readonly label: string;
  readonly columns: readonly string[];
  readonly marks: readonly Mark[];
  /** Values that a stepped line leads through, by column. */
  readonly best: readonly number[];
  readonly decimals: number;
}

const [HEIGHT, LEFT, RIGHT, TOP, BOTTOM, LEAST, SPACE, WIDEST, NAME] = [250, 66, 16, 12, 28, 300, 18, 110, 70];

/** As wide as its room, and wider where the columns need it. */
export function IntervalChart({ label, columns, marks, best, decimals }: Chart): VNode {
  const [room, setRoom] = useState(LEAST);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setRoom(Math.floor(entry.contentRect.width)));
    watch.observe(place.current!);
    return () => watch.disconnect();
  }, []);
  const width = Math.max(LEAST, room, LEFT + SPACE * columns.length + RIGHT);
  const ticks = ticksOf([...marks.flatMap(({ value, low, high }) => [value, low, high]), ...best]);
  const [low, high] = [ticks[0], ticks.at(-1)!];
  const step = Math.min(WIDEST, (width - LEFT - RIGHT) / columns.length);
  const x = (column: number) => LEFT + step * (column + 0.5);
  const y = (value: number) => TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const every = Math.ceil(columns.length / Math.floor((width - LEFT) / NAME));
  const line = best.map((value, i) => `${i === 0 ? "M" : "L"}${x(i - 0.5)} ${y(value)}H${x(i + 0.5)}`).join("");
  return draw`<div class="scroll" role="region" aria-label=${label} tabindex="0" ref=${place}>
    <svg width=${width} height=${HEIGHT} viewBox=${`0 0 ${width} ${HEIGHT}`}>
      ${ticks.map((tick) => rule(tick, y(tick), width, decimals))}
      ${columns.map((name, i) => i % every === 0 && draw`<text key=${i} class="middle quiet" x=${x(i)} y=${HEIGHT - 8}>${name}</text>`)}
      <path class="best" d=${line} />
      ${marks.map((mark, i) => placed(mark, i, x(mark.column), y))}
    </svg>
  </div>`;
}

function rule(value: number, y: number, width: number, decimals: number): VNode {
  return draw`<g key=${value}>
    <line class="grid" x1=${LEFT} x2=${width} y1=${y} y2=${y} />
    <text class="end quiet" x=${LEFT - 8} y=${y + 4}>${fixed(value, decimals)}</text>
  </g>`;
}

function placed(
  { value, low, high, shape, tone, title, link }: Mark,
  key: number,
  x: number,
  y: (value: number) => number,
): VNode {
  const whisker = low === high ? null : draw`<line class="whisker" x1=${x} x2=${x} y1=${y(low)} y2=${y(high)} />`;
  const group = draw`<g key=${key} class=${tone}><title>${title}</title>${whisker}${SHAPES[shape](x, y(value))}</g>`;
  return link === null ? group : draw`<a key=${key} href=${link} aria-label=${title}>${group}</a>`;
}

export function shapeAt(shape: Shape, x: number, y: number): VNode {
  return SHAPES[shape](x, y);
}

export function legend(rows: readonly (readonly [Shape, string, string])[]): VNode {
  const item = ([shape, tone, text]: (typeof rows)[number]) => draw`<li key=${text}>
    <svg class="key" width="16" height="16" aria-hidden="true"><g class=${tone}>${SHAPES[shape](8, 8)}</g></svg> ${text}
  </li>`;
  return draw`<ul class="legend">${rows.map(item)}</ul>`;
}
