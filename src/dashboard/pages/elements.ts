// The small parts that all pages are made of.

import htm from "htm";
import { h, type ComponentChildren, type VNode } from "preact";

/** Markup as a template: texts in it are texts, whatever they contain. */
export const draw = htm.bind(h) as (strings: TemplateStringsArray, ...values: readonly unknown[]) => VNode;

/** A sign and a word for each, so that nobody depends on the colour. */
const BADGES = {
  accepted: ["✓", "accepted"],
  rejected: ["✕", "rejected"],
  indecisive: ["?", "indecisive"],
  running: ["●", "running"],
  interrupted: ["■", "not ended"],
  kept: ["✓", "kept"],
  deferred: ["◇", "deferred"],
  pruned: ["−", "pruned"],
  dropped: ["✕", "rejected"],
} as const;

export type Badge = keyof typeof BADGES;

export function badge(kind: Badge): VNode {
  const [sign, word] = BADGES[kind];
  return draw`<span class=${`badge ${kind}`}><span class="dot" aria-hidden="true">${sign}</span> ${word}</span>`;
}

export function tiles(label: string, rows: readonly (readonly [string, string])[]): VNode {
  return draw`<dl class="tiles" aria-label=${label}>
    ${rows.map(([name, value]) => draw`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

export function command(text: string): VNode {
  return draw`<pre tabindex="0"><code>${text}</code></pre>`;
}

/**
 * Scrolls on its own where it is wider than the screen, with the keyboard too.
 * @param headings one that ends in "#" is of numbers
 */
export function table(caption: string, headings: readonly string[], rows: ComponentChildren): VNode {
  const head = headings.map((text) => {
    return draw`<th key=${text} scope="col" class=${text.endsWith("#") ? "number" : ""}>${text.replace(/#$/, "")}</th>`;
  });
  return draw`<div class="scroll" role="region" aria-label=${caption} tabindex="0">
    <table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>
  </div>`;
}

export function number(text: string): VNode {
  return draw`<td class="number">${text}</td>`;
}

export function clock(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** "1:05", "2:03:04" */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
