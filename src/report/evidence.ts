// The evidence of a cycle as a document: what was changed, whether it helps and how surely, what it costs, how to get the numbers again.

import type { FinishedCycle, Origin, Receipt } from "../candidate.js";
import { bundleOf } from "./bundle.js";
import { attemptsSection, selectedAttempts } from "./attempts.js";
import { curvesChart, differencesChart } from "./charts.js";
import { columns, type Block, type Document, type Inline, type Section, type Text } from "./document.js";
import { oneLine } from "./escape.js";
import { frontSection } from "./front.js";
import { chance, decimalsOf, fixed, grown, MEASURES, mean, percent, signed, timeText } from "./numbers.js";
import { askingCost, changed, decided, headline, moved, proposedBy, worth } from "./sentences.js";

export interface Evidence {
  readonly cycle: FinishedCycle;
  /** Of an accepted change, where it is at hand. */
  readonly receipt: Receipt | null;
  /** The command that trains the receipt again. */
  readonly replay: string | null;
}

/** How much of a list or text is shown. Lists end with a sentence that says what was left out. */
export interface Limits {
  readonly rows: number;
  /** Characters of a hypothesis or a reason. */
  readonly words: number;
  /** Characters of a diff. */
  readonly diff: number;
}

/** The document is as large as the limits say, whatever the cycle holds. */
export function evidenceOf(evidence: Evidence, limits: Limits): Document {
  const cycle = bounded(evidence.cycle, limits);
  const sections = [
    changeSection(cycle, evidence.receipt, limits),
    proofSection(cycle, limits),
    noiseSection(cycle),
    tradesSection(cycle),
    frontSection(cycle, limits.rows),
    attemptsSection(cycle, evidence.cycle.attempts, limits.rows),
    costSection(cycle),
    replaySection(cycle, evidence),
    { title: "How this was decided", blocks: [{ kind: "paragraph", text: decided(cycle) }] } satisfies Section,
  ];
  return {
    title: `AXON cycle ${cycle.id}: ${worth(cycle)}`,
    verdict: cycle.decision.verdict,
    sentence: headline(cycle),
    opening: [{ kind: "facts", caption: "The result at a glance", facts: glance(cycle, evidence.replay) }],
    sections: sections.filter(({ blocks }) => blocks.length > 0),
  };
}

/** Every text from outside in one line of bounded length, and the attempts that matter most. */
function bounded(cycle: FinishedCycle, { rows, words }: Limits): FinishedCycle {
  const { objective, decision, attempts, pruned, branch, id } = cycle;
  const short = (text: string) => oneLine(text, words);
  return {
    ...cycle,
    id: oneLine(id, 64),
    branch: branch && oneLine(branch, 100),
    objective: { ...objective, name: oneLine(objective.name, 60) },
    decision: { ...decision, reason: short(decision.reason) },
    attempts: selectedAttempts(attempts, pruned, rows).map((attempt) => ({
      ...attempt,
      id: oneLine(attempt.id, 20),
      parent: oneLine(attempt.parent, 20),
      hypothesis: short(attempt.hypothesis),
      reason: short(attempt.reason),
      ...(attempt.origin ? { origin: named(attempt.origin) } : {}),
    })),
  };
}

function named(origin: Origin): Origin {
  return { ...origin, model: oneLine(origin.model, 80), prompt: oneLine(origin.prompt, 40) };
}

function glance(cycle: FinishedCycle, replay: string | null): (readonly [string, Text])[] {
  const { objective, decision, noise, baseline } = cycle;
  const decimals = decimalsOf(noise);
  const { effect, interval, pValue, pairs, power } = decision;
  const self = objective.selfReported ? [" (", { strong: "self-reported: AXON did not measure it" }, ")"] : [];
  const sure: Text[] = effect === null ? [] : [[sureness(pValue, pairs, power)]];
  const by = proposedBy(cycle);
  const gain: Text = [
    { strong: signed(effect ?? 0, decimals) },
    interval ? `, interval ${signed(interval[0], decimals)} to ${signed(interval[1], decimals)}` : "",
  ];
  return [
    ["Changed", [changed(cycle)]],
    ...(by === "" ? [] : [["Proposed by", [by]] as const]),
    ["Objective", [`${objective.name}, ${objective.direction} is better`, ...self]],
    ["Baseline", [`${fixed(baseline.score, decimals)} on average of ${baseline.trainings} trainings`]],
    ...(effect === null ? [] : [["Effect", gain] as const]),
    ...sure.map((text) => ["How sure", text] as const),
    ["Elsewhere", [moved(cycle.trades)]],
    ["Spent", [`${cycle.cost.trainings} trainings, ${timeText(cycle.cost.seconds)} of training added up`]],
    ...(replay === null ? [] : [["Replay", [{ code: oneLine(replay, 400) }]] as const]),
  ];
}

function sureness(pValue: number | null, pairs: number, power: number | null): string {
  const found = pValue === null ? "no p-value: the seed changes nothing" : chance(pValue);
  const strength = power === null ? "" : `; power ${percent(power)} for an effect of one σ`;
  return `${found}, ${pairs} fresh pairs of trainings${strength}`;
}

function changeSection(cycle: FinishedCycle, receipt: Receipt | null, { diff: limit }: Limits): Section {
  const bundle = bundleOf(cycle);
  const items = bundle.map(({ id, hypothesis }): Text => [{ code: id }, ` ${hypothesis}`]);
  const whole = receipt?.diff ?? bundle.map(({ diff }) => diff).join("\n");
  const summary = receipt ? "The whole diff" : "The diffs, one on top of the other";
  return {
    title: "What was changed",
    blocks: [
      ...(items.length > 0 ? [{ kind: "list", items } as const] : [paragraph("The search kept nothing.")]),
      ...(cycle.pruned.length > 0
        ? [
            paragraph(
              `${cycle.pruned.length} kept ${steps(cycle.pruned.length)} left the bundle: it is no worse without.`,
            ),
          ]
        : []),
      ...(whole.trim() === "" ? [] : [{ kind: "details", summary, blocks: diffBlocks(whole, limit) } as const]),
    ],
  };
}

function steps(count: number): string {
  return count === 1 ? "step" : "steps";
}

/** Whole lines from the start of a diff. */
function diffBlocks(diff: string, limit: number): Block[] {
  const head = diff.slice(0, limit);
  const text = diff.length > limit ? head.slice(0, head.lastIndexOf("\n") + 1) : head;
  const rest = diff.length - text.length;
  const code = text === "" ? [] : [{ kind: "code", language: "diff", text } as const];
  return rest === 0 ? code : [...code, paragraph(`${rest} more characters of the diff are not shown here.`)];
}

function proofSection(cycle: FinishedCycle, { rows }: Limits): Section {
  const { pairs, objective } = cycle;
  if (pairs.length === 0) return { title: "Evidence", blocks: [] };
  const charts = [differencesChart(cycle, objective, rows), curvesChart(pairs)];
  const left = pairs.length - rows;
  return {
    title: "Evidence",
    blocks: [
      pairsTable(cycle, rows),
      ...(left > 0 ? [paragraph(`The first ${rows} of ${pairs.length} pairs are shown; the means are over all.`)] : []),
      ...charts.flatMap((chart) => (chart ? [{ kind: "chart", chart } as const] : [])),
    ],
  };
}

function pairsTable({ pairs, objective, noise }: FinishedCycle, rows: number): Block {
  const decimals = decimalsOf(noise);
  const row = (name: Inline, before: number, after: number): Text[] => [
    [name],
    [fixed(before, decimals)],
    [fixed(after, decimals)],
    [signed(after - before, decimals)],
    [grown(before, after)],
  ];
  const [before, after] = (["baseline", "candidate"] as const).map((arm) => mean(pairs.map((pair) => pair[arm].score)));
  return {
    kind: "table",
    caption: `${objective.name} of baseline and candidate, seed by seed`,
    columns: columns("seed#", "baseline#", "candidate#", "difference#", "change#"),
    rows: [
      ...pairs.slice(0, rows).map((pair) => row(String(pair.seed), pair.baseline.score, pair.candidate.score)),
      row({ strong: "mean" }, before, after),
    ],
  };
}

function noiseSection({ noise, decision }: FinishedCycle): Section {
  const decimals = decimalsOf(noise);
  const { effect, power, morePairs } = decision;
  const share = effect === null || !(noise.deviation > 0) ? null : Math.abs(effect) / noise.deviation;
  const text = [
    `Between seeds the baseline alone moves by σ = ${fixed(noise.deviation, decimals)} (${noise.runs} trainings).`,
    `The confirmation finds an effect of ${fixed(noise.detectable, decimals)} four times out of five.`,
    ...(power === null ? [] : [`Its power for an effect of one σ is ${percent(power)}.`]),
    ...(share === null ? [] : [`The effect measured is ${fixed(share, 1)} σ.`]),
    ...(morePairs === null ? [] : [`${morePairs} more pairs would find it four times out of five.`]),
  ];
  return { title: "Noise", blocks: [paragraph(text.join(" "))] };
}

function tradesSection({ trades }: FinishedCycle): Section {
  if (trades.length === 0) return { title: "What it costs elsewhere", blocks: [] };
  const rows = trades.map(({ measure, baseline, candidate, bound, within }): Text[] => [
    [MEASURES[measure].name],
    [MEASURES[measure].text(baseline)],
    [MEASURES[measure].text(candidate)],
    [grown(baseline, candidate)],
    [bound === null ? "no bound" : `at most +${fixed(100 * bound, 1)} %`],
    [within ? "yes" : { strong: "no" }],
  ]);
  const heads = columns("measure", "baseline#", "candidate#", "change#", "allowed#", "within");
  const caption = "Secondary measures of both arms, medians over the pairs";
  return { title: "What it costs elsewhere", blocks: [{ kind: "table", caption, columns: heads, rows }] };
}

function costSection(cycle: FinishedCycle): Section {
  const { cost, attempts, pairs } = cycle;
  const search = attempts.reduce((sum, attempt) => sum + attempt.cost.trainings, 0);
  const text = `${cost.trainings} trainings took ${timeText(cost.seconds)}, added up over those that ran side by side: ${search} for the attempts listed, ${2 * pairs.length} for the confirmation, the rest for the baseline, its noise and the pruning.`;
  const asking = askingCost(cycle);
  return { title: "Cost of the cycle", blocks: [paragraph(asking === "" ? text : `${text} Beside them: ${asking}.`)] };
}

const UNPROVEN = "There is no receipt to replay: only an accepted change gets one.";
const LOST = "The receipt is not where it was written, so there is nothing to replay; the branch holds a copy.";

function replaySection(cycle: FinishedCycle, { receipt, replay }: Evidence): Section {
  const { baseCommit, branch } = cycle;
  const facts: [string, Text][] = [["Base commit", [{ code: oneLine(baseCommit, 64) }]]];
  if (branch !== null) facts.push(["Branch", [{ code: branch }]]);
  if (receipt !== null) facts.push(...settings(receipt));
  const caption = "What the numbers depend on";
  return {
    title: "Receipt and replay",
    blocks: [
      ...(replay === null
        ? [paragraph(cycle.receipt === null ? UNPROVEN : LOST)]
        : [
            paragraph("This trains both arms again; it ends with exit code 0 only if every digit agrees:"),
            { kind: "code", language: "sh", text: oneLine(replay, 400) } as const,
          ]),
      { kind: "facts", caption, facts },
    ],
  };
}

function settings({ diffSha256, corpus, split, evaluator, flops, runtime }: Receipt): [string, Text][] {
  const { onnxruntime, node, cpu, threads } = runtime;
  const machine = `onnxruntime ${onnxruntime}, Node ${node}, ${cpu}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
  return [
    ["SHA-256 of the diff", [{ code: diffSha256 }]],
    ["SHA-256 of the corpus", [{ code: corpus.sha256 }]],
    ["Held out", [`${fixed(split.heldOutBytes, 0)} bytes, epoch ${split.epoch}`]],
    ["Evaluator", [oneLine(evaluator, 100)]],
    ["Budget of a training", [`${flops.toExponential(2)} FLOPs`]],
    ["Runtime", [oneLine(machine, 200)]],
  ];
}

function paragraph(text: string): Block {
  return { kind: "paragraph", text: [text] };
}
