// One cycle, at an address that can be passed on: its verdict, its search step by step, its cost. The proof in full is the evidence page.

import type { VNode } from "preact";
import { fixed, signed, timeText } from "../../report/numbers.js";
import type { AttemptView, CycleView } from "../views.js";
import { attemptsTable } from "./attempts.js";
import { IntervalChart, legend, type Mark } from "./chart.js";
import { badge, draw, tiles, type Badge } from "./elements.js";
import { lineage, looks } from "./lineage.js";
import { changeOf } from "./tree.js";

const CLAIMS = {
  holds: "the promise holds",
  smaller: "less than was promised",
  gone: "nothing of it is left",
} as const;

/** Attempts up to which chart and lineage have room beside each other. */
const SIDE_BY_SIDE = 12;

export function cyclePage(view: CycleView, standing: Badge): VNode {
  const { summary, finished, attempts, left, claim, repository } = view;
  return draw`<div>
    <div class="row"><h1>Cycle ${summary.id}</h1>${badge(standing)}</div>
    <p class="quiet">of ${repository.name}${finished && `, from commit ${finished.baseCommit.slice(0, 10)}`}</p>
    ${finished ? verdict(view) : draw`<p>It has not ended, so there is no verdict; attempts appear as they are judged.</p>`}
    ${claim && draw`<p><strong>After the merge ${CLAIMS[claim.outcome]}:</strong> ${claim.reason}</p>`}
    ${cost(view)}
    ${attempts.length === 0 ? draw`<div class="empty">No attempt was judged yet.</div>` : search(view)}
    ${left > 0 && draw`<p class="quiet">${left} more attempts are in the archive.</p>`}
  </div>`;
}

function verdict({ finished, summary, repository }: CycleView): VNode {
  const { decision, objective, branch } = finished!;
  const { effect, interval, reason } = decision;
  const show = (value: number) => signed(value, summary.decimals);
  const numbers = [
    effect === null ? "" : `${objective.name} ${show(effect)}`,
    interval ? `interval ${show(interval[0])} to ${show(interval[1])}` : "",
  ].filter(Boolean);
  const evidence = `/cycle/${encodeURIComponent(summary.id)}/evidence?repository=${encodeURIComponent(repository.id)}`;
  return draw`<div class=${`verdict ${decision.verdict}`}>
    ${numbers.length > 0 && draw`<strong>${numbers.join(", ")}. </strong>`}${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}.
    ${objective.selfReported && " The repository reports this number itself: AXON did not measure it."}
    ${branch !== null && draw`<div class="small">On branch <code>${branch}</code></div>`}
    <p><a href=${evidence}>The evidence as one file</a>: every pair, the costs elsewhere, how to replay it. Save it, send it.</p>
  </div>`;
}

function cost({ summary, finished }: CycleView): VNode {
  const baseline = summary.baseline?.[0];
  return tiles("Cost and start", [
    ...(baseline === undefined ? [] : [["Baseline", fixed(baseline, summary.decimals)] as const]),
    ...(finished ? [["Noise between seeds", `σ ${fixed(finished.noise.deviation, summary.decimals)}`] as const] : []),
    ["Attempts kept", `${summary.kept} of ${summary.attempts}`],
    ["Trainings", String(summary.cost.trainings)],
    ["Training time", timeText(summary.cost.seconds)],
    ...(summary.dollars === null ? [] : [["Language model", `$${fixed(summary.dollars, 2)}`] as const]),
  ]);
}

function search(view: CycleView): VNode {
  const { attempts, finished, summary } = view;
  const spread = finished ? 2 * finished.noise.deviation : 0;
  const proof = finished && proofMark(finished.decision, attempts.length);
  const marks = attempts.flatMap((attempt, column) => attemptMark(attempt, column, spread, view) ?? []);
  const names = attempts.map(({ id }) => id.split("-")[0]);
  const label = `Change of ${finished?.objective.name ?? "the objective"} against the baseline, attempt by attempt`;
  const chart = {
    label,
    columns: proof ? [...names, "proof"] : names,
    marks: proof ? [...marks, proof] : marks,
    best: bestSoFar(attempts),
    decimals: summary.decimals,
  };
  return draw`<div>
    <div class=${attempts.length > SIDE_BY_SIDE ? "" : "halves"}>
      <section>
        <h2>${label}</h2>
        <${IntervalChart} ...${chart} />
        ${legend([
          ["disc", "kept", "kept; the line is the best so far"],
          ["ring", "pruned", "kept, then pruned"],
          ["diamond", "deferred", "deferred: a sibling was better"],
          ["cross", "plain", "rejected"],
          ["square", "base", "proof: the bundle on fresh seeds, with its interval"],
        ])}
        <p class="quiet small">One seed per attempt${spread > 0 ? "; bars are two standard deviations between seeds" : ""}.</p>
      </section>
      <section><h2>Lineage: what was tried on what</h2>${lineage(view)}</section>
    </div>
    <h2>Attempts</h2>
    ${attemptsTable(view)}
  </div>`;
}

function attemptMark(
  attempt: AttemptView,
  column: number,
  spread: number,
  { attempts, summary }: CycleView,
): Mark | null {
  const value = changeOf(attempt, attempts);
  if (value === null) return null;
  const [shape, tone] = looks(attempt);
  const title = `${attempt.id}, ${attempt.decision}, ${signed(value, summary.decimals)} against the baseline: ${attempt.hypothesis}`;
  const link = `#attempt-${encodeURIComponent(attempt.id)}`;
  return { column, value, low: value - spread, high: value + spread, shape, tone, title, link };
}

/** After each attempt, the change that the kept ones add up to. */
function bestSoFar(attempts: readonly AttemptView[]): number[] {
  let best = 0;
  return attempts.map((attempt) => {
    if (attempt.decision === "kept") best = changeOf(attempt, attempts) ?? best;
    return best;
  });
}

function proofMark({ effect, interval }: NonNullable<CycleView["finished"]>["decision"], column: number): Mark | null {
  if (effect === null) return null;
  const [low, high] = interval ?? [effect, effect];
  return { column, value: effect, low, high, shape: "square", tone: "base", title: "proof on fresh seeds", link: null };
}
