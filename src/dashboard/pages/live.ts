// A cycle that runs: how far it is, what trains, how the losses fall, what it said last.

import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import type { LiveCycle, LiveTraining, LiveView } from "../../live/live-state.js";
import { fixed } from "../../report/numbers.js";
import { COLOURS, Curves, dashOf, smoothed } from "./curves.js";
import { badge, clock, draw, duration, number, table } from "./elements.js";

const PHASES = {
  baseline: "Measuring the baseline and its noise",
  search: "Searching",
  pruning: "Pruning what was kept",
  confirmation: "Confirming on fresh seeds",
  decided: "Decided",
} as const;

/** Notes that are shown, the newest first. */
const NOTES = 8;

type Slots = (training: number) => number;

export function Live({ live: { cycle, alive } }: { readonly live: LiveView }): VNode | null {
  const slots = useSlots(cycle?.trainings ?? []);
  if (cycle === null) return null;
  if (!alive) return cycle.ended?.verdict ? null : stopped(cycle);
  const drawn = cycle.trainings.filter(({ points }) => points.length > 0);
  return draw`<section class="card" aria-labelledby="live">
    <div class="row">
      <h2 id="live">Now</h2>${badge("running")}<a href=${`/cycle/${encodeURIComponent(cycle.cycle)}`}>cycle ${cycle.cycle}</a>
    </div>
    <p role="status">${PHASES[cycle.phase]}: ${cycle.finished} of at most ${cycle.budget} trainings are done.</p>
    <progress max=${cycle.budget} value=${cycle.finished} aria-label="Trainings done" />
    ${drawn.length === 0 ? draw`<p class="quiet">No losses yet. Commands of a repository report none while they train.</p>` : figure(drawn, slots)}
    ${queue(cycle, slots)}
    <h3>What happened</h3>
    ${notes(cycle)}
  </section>`;
}

function stopped({ cycle, finished }: LiveCycle): VNode {
  return draw`<p class="trouble"><strong>Cycle ${cycle} stopped</strong> after ${finished} trainings: it was interrupted or failed.
    ${" "}Nothing that was finished is lost; the same axon evolve goes on from there.</p>`;
}

/** Every training keeps the colour that it began with. */
function useSlots(trainings: readonly LiveTraining[]): Slots {
  const slots = useRef(new Map<number, number>()).current;
  const shown = new Set(trainings.map(({ training }) => training));
  for (const training of slots.keys()) if (!shown.has(training)) slots.delete(training);
  for (const training of shown) {
    const taken = new Set(slots.values());
    let slot = 0;
    while (taken.has(slot)) slot++;
    if (!slots.has(training)) slots.set(training, slot);
  }
  return (training) => slots.get(training) ?? 0;
}

function figure(drawn: readonly LiveTraining[], slots: Slots): VNode {
  return draw`<figure>
    <${Curves} trainings=${drawn} slots=${drawn.map(({ training }) => slots(training))} />
    <figcaption>Training loss, smoothed, in bits per byte, by share of the steps done. Thin lines have ended.</figcaption>
  </figure>`;
}

function queue({ trainings, objective }: LiveCycle, slots: Slots): VNode {
  const ended = trainings.filter(({ outcome }) => outcome !== null);
  const order = [...trainings.filter(({ outcome }) => outcome === null), ...ended.toReversed()];
  return table(
    "Trainings that run or wait, and the last that ended",
    ["Training", "State", "Loss#", `${objective.name}#`, "Bytes/s#", "Left#"],
    order.map((one) => row(one, slots(one.training))),
  );
}

function row(one: LiveTraining, slot: number): VNode {
  const { training, version, title, seed, step, steps, speed, left, outcome, points } = one;
  const runs = outcome === null && step < steps;
  const key =
    points.length > 0 &&
    draw`<svg class=${`key curve-${slot % COLOURS}`} width="20" height="12" aria-hidden="true">
    <line x1="0" x2="20" y1="6" y2="6" stroke="var(--tone)" stroke-width="3" stroke-dasharray=${dashOf(slot).join(" ")} />
  </svg>`;
  return draw`<tr key=${training}>
    <td class="wide">
      ${key} ${version} <span class="quiet small">seed ${seed}</span>
      ${title && draw`<div class="quiet small clamp" title=${title}>${title}</div>`}
    </td>
    <td>${state(one)} ${runs && draw`<progress max=${steps} value=${step} aria-label=${`Steps of ${version}`} />`}</td>
    ${number(points.length === 0 ? "" : fixed(smoothed(one)[1].at(-1)!, 3))}
    ${number(typeof outcome?.score === "number" ? fixed(outcome.score, 4) : "")}
    ${number(runs ? Math.round(speed).toLocaleString("en") : "")}
    ${number(runs ? duration(left) : "")}
  </tr>`;
}

function state({ step, steps, outcome }: LiveTraining): string {
  if (outcome !== null) return outcome.score === null ? `no score: ${outcome.reason ?? ""}` : "done";
  if (steps === 0) return "waiting";
  return step === steps ? "scoring" : `${Math.floor((100 * step) / steps)} %`;
}

function notes({ notes: all }: LiveCycle): VNode {
  const shown = all.slice(-NOTES).toReversed();
  if (shown.length === 0) return draw`<p class="quiet">Nothing yet.</p>`;
  return draw`<ul class="notes">
    ${shown.map(({ at, text }, i) => draw`<li key=${all.length - i}><time>${clock(at)}</time>${text}</li>`)}
  </ul>`;
}
