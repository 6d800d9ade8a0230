// What goes on in a cycle right now, as a value, and how each event changes it. Whoever writes, follows or draws it uses this one
// function; it reads no disk and knows no browser.

import type { Objective, Verdict } from "../candidate.js";

/** A point of a curve: share of the steps done, 0 to 1, and the mean loss since the point before, in nats per byte. */
export type Point = readonly [number, number];

/** Times are milliseconds since 1970. */
export type LiveEvent =
  | {
      readonly kind: "began";
      readonly at: number;
      readonly cycle: string;
      readonly objective: Pick<Objective, "name" | "direction">;
      /** Trainings that the cycle may spend. */
      readonly budget: number;
    }
  | {
      readonly kind: "asked";
      readonly at: number;
      /** Its number within the cycle's run. */
      readonly training: number;
      readonly version: string;
      readonly seed: number;
      readonly title: string;
    }
  | {
      readonly kind: "loss";
      readonly at: number;
      readonly training: number;
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      /** Bytes per second. */
      readonly speed: number;
      /** Seconds. */
      readonly left: number;
    }
  | {
      readonly kind: "measured";
      readonly at: number;
      readonly training: number;
      /** The objective's value; null where there is none, and `reason` says why. */
      readonly score: number | null;
      readonly reason: string | null;
      readonly seconds: number;
    }
  | { readonly kind: "noted"; readonly at: number; readonly phase: Phase; readonly text: string }
  | { readonly kind: "ended"; readonly at: number; readonly verdict: Verdict | null }
  | { readonly kind: "state"; readonly state: LiveCycle };

export type Phase = "baseline" | "search" | "pruning" | "confirmation" | "decided";

export interface LiveTraining {
  readonly training: number;
  readonly version: string;
  readonly title: string;
  readonly seed: number;
  readonly asked: number;
  readonly step: number;
  /** 0 until it reports: it waits for its turn, or a command trains that tells no losses. */
  readonly steps: number;
  readonly points: readonly Point[];
  readonly speed: number;
  readonly left: number;
  /** Null while it runs. */
  readonly outcome: { readonly score: number | null; readonly reason: string | null } | null;
}

export interface LiveCycle {
  readonly cycle: string;
  readonly began: number;
  readonly objective: Pick<Objective, "name" | "direction">;
  readonly budget: number;
  readonly phase: Phase;
  /** Those that run or wait, and the last that ended. */
  readonly trainings: readonly LiveTraining[];
  /** Trainings that ended in this run, and the seconds they took, added up. */
  readonly finished: number;
  readonly seconds: number;
  readonly notes: readonly { readonly at: number; readonly text: string }[];
  readonly ended: { readonly at: number; readonly verdict: Verdict | null } | null;
}

export interface LiveView {
  readonly cycle: LiveCycle | null;
  /** A process works on it: it was heard of lately, and it did not say that it ended. */
  readonly alive: boolean;
}

/** Most of each that is kept; half the points of a full curve are dropped, evenly. */
const [POINTS, ENDED, NOTES] = [400, 4, 40];

/** The state after the event; null as long as no cycle has begun. */
export function advance(state: LiveCycle | null, event: LiveEvent): LiveCycle | null {
  if (event.kind === "state") return event.state;
  if (event.kind === "began") return begun(event);
  if (state === null) return null;
  switch (event.kind) {
    case "asked": {
      const { kind, at, ...about } = event;
      const fresh = { ...about, asked: at, step: 0, steps: 0, points: [], speed: 0, left: 0, outcome: null };
      return { ...state, trainings: [...state.trainings, fresh] };
    }
    case "loss":
      return changed(state, event.training, (one) => lengthened(one, event));
    case "measured":
      return measured(state, event);
    case "noted":
      return {
        ...state,
        phase: event.phase,
        notes: [...state.notes, { at: event.at, text: event.text }].slice(-NOTES),
      };
    default:
      return { ...state, ended: { at: event.at, verdict: event.verdict } };
  }
}

function begun({ at, cycle, objective, budget }: Extract<LiveEvent, { readonly kind: "began" }>): LiveCycle {
  const empty = { trainings: [], finished: 0, seconds: 0, notes: [], ended: null };
  return { cycle, began: at, objective, budget, phase: "baseline", ...empty };
}

function changed(state: LiveCycle, number: number, change: (one: LiveTraining) => LiveTraining): LiveCycle {
  return { ...state, trainings: state.trainings.map((one) => (one.training === number ? change(one) : one)) };
}

function lengthened(one: LiveTraining, event: Extract<LiveEvent, { readonly kind: "loss" }>): LiveTraining {
  const { step, steps, loss, speed, left } = event;
  const points: readonly Point[] = [...one.points, [step / steps, loss]];
  return { ...one, step, steps, speed, left, points: points.length > POINTS ? thinned(points) : points };
}

/** Every second point, the last one always. */
function thinned(points: readonly Point[]): readonly Point[] {
  return points.filter((_, i) => (points.length - 1 - i) % 2 === 0);
}

function measured(state: LiveCycle, event: Extract<LiveEvent, { readonly kind: "measured" }>): LiveCycle {
  const { training, score, reason, seconds } = event;
  const after = changed(state, training, (one) => ({ ...one, left: 0, outcome: { score, reason } }));
  // One without a curve came from the archive, or a command made it: there is nothing to draw.
  const shown = after.trainings.filter(({ outcome, points }) => outcome === null || points.length > 0);
  const ended = shown.filter(({ outcome }) => outcome !== null).slice(-ENDED);
  const trainings = shown.filter((one) => one.outcome === null || ended.includes(one));
  return { ...after, trainings, finished: state.finished + 1, seconds: state.seconds + seconds };
}
