// The losses of trainings as they run, drawn on a canvas that grows with its room.

import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { LiveTraining } from "../../live/live-state.js";
import { draw } from "./elements.js";

/** Colours there are; beyond them lines are dashed. */
export const COLOURS = 6;
const [HEIGHT, SMOOTH] = [280, 0.8];

export function dashOf(index: number): number[] {
  return index < COLOURS ? [] : [6, 4];
}

/** Exponential mean, without the pull of its start, in bits. */
export function smoothed({ points }: Pick<LiveTraining, "points">): [number[], number[]] {
  let [sum, weight] = [0, 0];
  const values = points.map(([, loss]) => {
    sum = SMOOTH * sum + loss;
    weight = SMOOTH * weight + 1;
    return sum / weight / Math.LN2;
  });
  return [points.map(([share]) => 100 * share), values];
}

/** @param colours of the trainings, by their order: numbers of the palette */
export function Curves({
  trainings,
  slots,
}: {
  readonly trainings: readonly LiveTraining[];
  readonly slots: readonly number[];
}): VNode {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const scheme = useScheme();
  const shape = JSON.stringify([scheme, trainings.map(({ training, outcome }) => [training, outcome === null])]);
  useEffect(() => {
    const room = place.current!;
    const made = new uPlot(options(room, trainings, slots), dataOf(trainings), room);
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: room.clientWidth, height: HEIGHT }));
    watch.observe(room);
    return () => {
      watch.disconnect();
      made.destroy();
    };
  }, [shape]);
  useEffect(() => plot.current?.setData(dataOf(trainings)), [trainings]);
  return draw`<div class="plot" ref=${place} role="img" aria-label="Training losses; the table below says them in numbers" />`;
}

function useScheme(): boolean {
  const query = matchMedia("(prefers-color-scheme: dark)");
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const turn = () => setDark(query.matches);
    query.addEventListener("change", turn);
    return () => query.removeEventListener("change", turn);
  }, []);
  return dark;
}

function dataOf(trainings: readonly LiveTraining[]): uPlot.AlignedData {
  return trainings.length === 0 ? [[]] : uPlot.join(trainings.map((one) => smoothed(one)));
}

function options(room: HTMLElement, trainings: readonly LiveTraining[], slots: readonly number[]): uPlot.Options {
  const style = getComputedStyle(room);
  const colour = (name: string) => style.getPropertyValue(`--${name}`);
  const axis = { stroke: colour("quiet"), grid: { stroke: colour("line"), width: 1 }, ticks: { show: false } };
  return {
    width: room.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: true, y: false }, points: { size: 7 } },
    scales: { x: { time: false, range: (_, low, high) => (high > low ? [low, high] : [0, 100]) } },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((tick) => `${tick} %`) },
      { ...axis, size: 52 },
    ],
    series: [
      {},
      ...trainings.map(({ training, outcome }, i) => ({
        label: String(training),
        stroke: colour(`curve-${slots[i] % COLOURS}`),
        width: outcome === null ? 2.4 : 1.2,
        alpha: outcome === null ? 1 : 0.55,
        dash: dashOf(slots[i]),
        spanGaps: true,
        points: { show: false },
      })),
    ],
  };
}
