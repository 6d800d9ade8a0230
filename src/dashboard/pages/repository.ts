// A repository: what runs now, how its number went from cycle to cycle, what that took.

import type { VNode } from "preact";
import { fixed, signed, timeText } from "../../report/numbers.js";
import type { CycleSummary, RepositoryView } from "../views.js";
import { IntervalChart, legend, type Mark } from "./chart.js";
import { badge, command, draw, number, table, tiles, type Badge } from "./elements.js";
import { Live } from "./live.js";

export function repositoryPage(view: RepositoryView): VNode {
  const { name, cycles, total, live, trouble } = view;
  return draw`<div>
    <h1>${name}</h1>
    ${trouble !== null && draw`<p class="trouble" role="alert">${trouble}</p>`}
    ${total === 0 && !live.alive ? firstSteps() : totals(view)}
    <${Live} live=${live} />
    ${progression(cycles)}
    ${cycles.length > 0 && cyclesTable(view)}
    ${cycles.some(({ verdict }) => verdict === "accepted") && samples()}
  </div>`;
}

export function linkTo({ id }: Pick<CycleSummary, "id">, repository: string): string {
  return `/cycle/${encodeURIComponent(id)}?repository=${encodeURIComponent(repository)}`;
}

/** What there is to say of a cycle that has no verdict depends on whether somebody works on it. */
export function standing({ id, verdict }: CycleSummary, { live }: Pick<RepositoryView, "live">): Badge {
  return verdict ?? (live.alive && live.cycle?.cycle === id ? "running" : "interrupted");
}

function firstSteps(): VNode {
  return draw`<div class="empty">
    <strong>No cycle has run here yet.</strong>
    <p>Start the first in another terminal and leave this page open; it shows the trainings as they go:</p>
    ${command("axon evolve --repo DIR")}
  </div>`;
}

export function totals({ cycles, total, spend }: RepositoryView): VNode {
  const accepted = cycles.filter(({ verdict }) => verdict === "accepted").length;
  return tiles("In all", [
    ["Cycles", String(total)],
    ["Accepted", String(accepted)],
    ["Trainings", spend.trainings.toLocaleString("en")],
    ["Training time", timeText(spend.seconds)],
    ...(spend.dollars === null ? [] : [["Language model", `$${fixed(spend.dollars, 2)}`] as const]),
  ]);
}

/** Cycles that have the same objective as the last one: others have no place on its axis. */
function progression(cycles: readonly CycleSummary[]): VNode | null {
  const objective = cycles.findLast((one) => one.objective !== null)?.objective;
  const shown = cycles.filter((one) => one.baseline !== null && one.objective?.name === objective?.name);
  if (!objective || shown.length === 0) return null;
  const label = `${objective.name} by cycle, ${objective.direction} is better`;
  const columns = shown.map(({ id }) => id.slice(0, 7));
  return draw`<section aria-labelledby="progression">
    <h2 id="progression">${label}</h2>
    <${IntervalChart} ...${{ label, columns, marks: shown.flatMap(marksOf), best: [], decimals: shown.at(-1)!.decimals }} />
    ${legend([
      ["square", "base", "baseline, two standard errors to both sides"],
      ["disc", "kept", "accepted bundle on fresh seeds, with its interval"],
      ["cross", "plain", "bundle that was not accepted"],
    ])}
  </section>`;
}

function marksOf({ id, baseline, candidate, verdict, decimals }: CycleSummary, column: number): Mark[] {
  const about = { link: `/cycle/${encodeURIComponent(id)}` };
  const show = (value: number) => fixed(value, decimals);
  const [value, low, high] = baseline!;
  const before = candidate === null ? column : column - 0.1;
  const title = `cycle ${id}, baseline ${show(value)}`;
  const base: Mark = { ...about, column: before, value, low, high, shape: "square", tone: "base", title };
  if (candidate === null) return [base];
  const [mean, from, to] = candidate;
  const [shape, tone] = verdict === "accepted" ? (["disc", "kept"] as const) : (["cross", "plain"] as const);
  const words = `cycle ${id}, ${verdict ?? ""} bundle ${show(mean)}, ${show(from)} to ${show(to)}`;
  return [base, { ...about, column: column + 0.1, value: mean, low: from, high: to, shape, tone, title: words }];
}

function cyclesTable(view: RepositoryView): VNode {
  const { cycles, total, id: repository } = view;
  const rows = cycles.toReversed().map((one) => {
    const { id, effect, decimals, kept, attempts, cost, reason } = one;
    return draw`<tr key=${id}>
      <th scope="row"><a href=${linkTo(one, repository)}><code>${id}</code></a></th>
      <td>${badge(standing(one, view))}</td>
      ${number(effect === null ? "" : signed(effect, decimals))}
      ${number(`${kept} of ${attempts}`)}
      ${number(String(cost.trainings))}
      ${number(timeText(cost.seconds))}
      <td class="wide quiet">${reason}</td>
    </tr>`;
  });
  const caption = total > cycles.length ? `The last ${cycles.length} of ${total} cycles` : "All cycles, newest first";
  const headings = ["Cycle", "Verdict", "Effect#", "Kept#", "Trainings#", "Time#", "Reason"];
  return draw`<section><h2>Cycles</h2>${table(caption, headings, rows)}</section>`;
}

const WRITE =
  "axon train --spec model/spec.yml --corpus . --out champion --tokens 2000000\naxon sample champion --prompt 'The ' --tokens 400";

function samples(): VNode {
  return draw`<section aria-labelledby="samples">
    <h2 id="samples">Samples of the champion</h2>
    <p class="quiet">There are none: a cycle keeps the numbers of its trainings, not their models.
      ${" "}On the branch of an accepted cycle, these make one and let it write:</p>
    ${command(WRITE)}
  </section>`;
}
