// What a report says in words about a cycle: the verdict, the change, the costs elsewhere, the way it was decided. Pure.

import type { Attempt, FinishedCycle, Objective, Trade } from "../candidate.js";
import { bundleOf, changeOf } from "./bundle.js";
import type { Text } from "./document.js";
import { chance, counted, decimalsOf, fixed, grown, MEASURES, mean, signed } from "./numbers.js";

const LEADS = {
  accepted: "It helps.",
  rejected: "It is not shown to help, and nothing changes.",
  indecisive: "It may help, but the evidence does not suffice: nothing changes.",
} as const;

/** For a title: the verdict and the effect. */
export function worth({ decision, objective, noise }: FinishedCycle): string {
  const { verdict, effect } = decision;
  return effect === null ? verdict : `${verdict}, ${objective.name} ${signed(effect, decimalsOf(noise))}`;
}

/** The verdict in a sentence, with the numbers where there are any and the reason where it is needed. */
export function headline(cycle: FinishedCycle): Text {
  const { decision, objective } = cycle;
  const numbers = decision.effect === null ? "" : ` ${effectSentence(cycle, decision.effect)}`;
  const reason = decision.verdict === "accepted" ? "" : ` Reason: ${decision.reason}.`;
  const self = objective.selfReported ? " The numbers are self-reported: AXON did not measure it." : "";
  return [{ strong: LEADS[decision.verdict] }, `${numbers}${reason}${self}`];
}

function effectSentence({ pairs, decision, objective, noise }: FinishedCycle, effect: number): string {
  const decimals = decimalsOf(noise);
  const [before, after] = (["baseline", "candidate"] as const).map((arm) => mean(pairs.map((pair) => pair[arm].score)));
  const { interval, pValue } = decision;
  const change = grown(before, after);
  const of = change === "" ? "" : `, ${change}`;
  const sure = [
    interval ? `interval ${signed(interval[0], decimals)} to ${signed(interval[1], decimals)}` : "",
    pValue === null ? "" : chance(pValue),
    `${pairs.length} fresh pairs`,
  ].filter(Boolean);
  const way = `${verb(effect)} by ${fixed(Math.abs(effect), decimals)}, which is ${judged(effect, objective)}`;
  return `On average ${objective.name} ${way} (${fixed(before, decimals)} to ${fixed(after, decimals)}${of}; ${sure.join(", ")}).`;
}

function verb(effect: number): string {
  if (effect === 0) return "moves";
  return effect < 0 ? "falls" : "rises";
}

function judged(effect: number, { direction }: Pick<Objective, "direction">): string {
  if (effect === 0) return "no change";
  return effect < 0 === (direction === "lower") ? "better" : "worse";
}

/** The hypotheses of the bundle, in a line. */
export function changed(cycle: FinishedCycle): string {
  return bundleOf(cycle).map(changeOf).join("; ") || "nothing";
}

/** Who proposed the bundle, in a line: models as their endpoint names them. */
export function proposedBy(cycle: FinishedCycle): string {
  const steps = new Map<string, number>();
  for (const { origin } of bundleOf(cycle)) {
    const who = origin ? `${origin.model} (prompt ${origin.prompt})` : "the search";
    steps.set(who, (steps.get(who) ?? 0) + 1);
  }
  return [...steps].map(([who, count]) => `${who}: ${count} ${count === 1 ? "step" : "steps"}`).join("; ");
}

/** The reason of an attempt, and whether a model was asked for it in vain. */
export function reasonOf({ reason, instead }: Attempt): string {
  return instead ? `${reason} (${instead.asked} was asked first, and gave nothing usable)` : reason;
}

/** What asking language models cost; empty where none was asked. */
export function askingCost({ cost: { models } }: FinishedCycle): string {
  if (models === undefined) return "";
  const { requests, inputTokens, outputTokens, dollars } = models;
  const price = dollars === null ? "of unknown price" : `$${fixed(dollars, 4)}`;
  return `${counted(requests, "request")} to language models, ${fixed(inputTokens, 0)} tokens in and ${fixed(outputTokens, 0)} out, ${price}`;
}

/** A measure that moves by less is told as unmoved. */
const NOTABLE = 0.01;

/** What moved beside the objective, the bounds that broke first. */
export function moved(trades: readonly Trade[]): string {
  if (trades.length === 0) return "nothing was compared";
  const notable = trades.filter(({ baseline, candidate }) => Math.abs(candidate - baseline) > NOTABLE * baseline);
  const broken = trades.filter(({ within }) => !within);
  const listed = [...broken, ...notable.filter(({ within }) => within)];
  if (listed.length === 0) return `nothing moved by more than ${100 * NOTABLE} %`;
  return listed
    .map((trade) => {
      const change = grown(trade.baseline, trade.candidate) || MEASURES[trade.measure].text(trade.candidate);
      return `${MEASURES[trade.measure].name} ${change}${trade.within ? "" : " (out of bounds)"}`;
    })
    .join(", ");
}

/** The two tiers, and what the rule said. */
export function decided({ pairs, decision, attempts }: FinishedCycle): Text {
  const search = `In the search each of ${attempts.length} attempts met its parent on one shared seed: cheap, and proof of nothing.`;
  const confirmation =
    pairs.length === 0
      ? "What would have counted, a confirmation on fresh seeds, never came to an end."
      : `What counts is the confirmation: the whole bundle and the baseline, both trained again on ${pairs.length} seeds that the search never used, compared pair by pair at looks that were planned before.`;
  return [`${search} ${confirmation} The rule's own words: ${decision.reason}.`];
}
