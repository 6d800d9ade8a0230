// Which attempt stands on which: a tree from left to right, the way to the champion drawn strong.

import type { VNode } from "preact";
import { signed } from "../../report/numbers.js";
import type { AttemptView, CycleView } from "../views.js";
import { shapeAt, type Shape } from "./chart.js";
import { draw } from "./elements.js";
import { treeOf, wayOf, type Node } from "./tree.js";

const [COLUMN, ROW, MARGIN, LABEL] = [120, 30, 24, 100];
const LOOKS = { kept: ["disc", "kept"], deferred: ["diamond", "deferred"], rejected: ["cross", "plain"] } as const;

/** What an attempt looks like wherever it is drawn: shape, and class of its colour. */
export function looks({ decision, pruned }: AttemptView): readonly [Shape, string] {
  return pruned ? ["ring", "pruned"] : LOOKS[decision];
}

export function lineage({ attempts, finished, summary }: CycleView): VNode {
  const nodes = flat(treeOf(attempts));
  const chosen = new Set(wayOf(finished?.champion ?? null, attempts).map(({ id }) => id));
  const width = 2 * MARGIN + COLUMN * Math.max(...nodes.map(({ depth }) => depth)) + LABEL;
  const height = 2 * MARGIN + ROW * Math.max(...nodes.map(({ row }) => row));
  const label = "Lineage: every attempt beside what it was tried on; the table of attempts says the same in words";
  return draw`<figure>
    <div class="scroll" role="region" aria-label=${label} tabindex="0">
      <svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`}>
        ${nodes.flatMap((from) => from.children.map((to) => edge(from, to, chosen.has(to.id))))}
        ${nodes.map((node) => mark(node, summary.decimals))}
      </svg>
    </div>
  </figure>`;
}

function flat(node: Node): Node[] {
  return [node, ...node.children.flatMap(flat)];
}

function at({ depth, row }: Node): readonly [number, number] {
  return [MARGIN + COLUMN * depth, MARGIN + ROW * row];
}

function edge(from: Node, to: Node, chosen: boolean): VNode {
  const [[x1, y1], [x2, y2]] = [at(from), at(to)];
  const d = `M${x1} ${y1}C${x1 + 46} ${y1} ${x2 - 60} ${y2} ${x2} ${y2}`;
  return draw`<path key=${`to ${to.id}`} class=${chosen ? "edge chosen" : "edge"} d=${d} />`;
}

function mark(node: Node, decimals: number): VNode {
  const [x, y] = at(node);
  if (node.attempt === null)
    return draw`<g key="baseline" class="base"><title>baseline</title>${shapeAt("square", x, y)}</g>`;
  const { id, hypothesis, effect, decision } = node.attempt;
  const [shape, tone] = looks(node.attempt);
  const leaf = node.children.length === 0;
  const title = `${id}, ${decision}: ${hypothesis}`;
  return draw`<a key=${id} href=${`#attempt-${encodeURIComponent(id)}`} aria-label=${title}>
    <title>${title}</title>
    <g class=${tone}>${shapeAt(shape, x, y)}</g>
    <text x=${leaf ? x + 11 : x} y=${leaf ? y + 4 : y - 10} class=${leaf ? "" : "middle"}>
      ${id.split("-")[0]} ${effect === null ? "" : signed(effect, decimals)}
    </text>
  </a>`;
}
