// The attempts of a cycle in a table, each with its diff behind a button.

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { chance, signed, timeText } from "../../report/numbers.js";
import type { AttemptView, CycleView, DiffView } from "../views.js";
import { ask, type Answer } from "./api.js";
import { badge, draw, number, table } from "./elements.js";

const HEADINGS = ["Attempt", "Hypothesis", "Effect#", "Chance#", "Diff", "Cost#"];

export function attemptsTable(view: CycleView): VNode {
  return table(
    "Attempts: change against the parent on one seed, and how often chance alone does as well",
    HEADINGS,
    view.attempts.map((attempt) => draw`<${AttemptRows} key=${attempt.id} attempt=${attempt} view=${view} />`),
  );
}

function AttemptRows({ attempt, view }: { readonly attempt: AttemptView; readonly view: CycleView }): VNode[] {
  const [shown, setShown] = useState(false);
  const { id, decision, pruned, effect, pValue, hypothesis, reason, parent, added, removed, cost } = attempt;
  const kind = pruned ? "pruned" : decision === "rejected" ? "dropped" : decision;
  const row = draw`<tr id=${`attempt-${id}`}>
    <th scope="row"><code>${id}</code><br />${badge(kind)}</th>
    <td class="wide">${hypothesis}<br /><span class="quiet small">on ${parent} · ${reason}</span></td>
    ${number(effect === null ? "" : signed(effect, view.summary.decimals))}
    ${number(pValue === null ? "" : chance(pValue))}
    <td>
      <button type="button" aria-expanded=${shown} aria-label=${`Diff of ${id}`} onClick=${() => setShown(!shown)}>
        ${shown ? "▾" : "▸"} +${added} −${removed}
      </button>
    </td>
    ${number(cost.trainings === 0 ? "" : timeText(cost.seconds))}
  </tr>`;
  if (!shown) return [row];
  return [row, draw`<tr><td class="diff" colspan=${HEADINGS.length}><${Diff} id=${id} view=${view} /></td></tr>`];
}

function Diff({ id, view }: { readonly id: string; readonly view: CycleView }): VNode {
  const [answer, setAnswer] = useState<Answer<DiffView>>(null);
  const path = `/api/cycles/${encodeURIComponent(view.summary.id)}/attempts/${encodeURIComponent(id)}`;
  const query = `?repository=${encodeURIComponent(view.repository.id)}`;
  useEffect(() => void ask<DiffView>(path + query).then(setAnswer), [path, query]);
  if (answer === null) return draw`<p class="quiet">Loading …</p>`;
  if ("problem" in answer) return draw`<p class="trouble" role="alert">${answer.problem}</p>`;
  const { lines, cut } = answer.value;
  return draw`<div>
    <pre class="diff" tabindex="0" aria-label=${`Diff of ${id}`}><code>${lines.map(diffLine)}</code></pre>
    ${cut && draw`<p class="quiet">It is longer than what is shown here.</p>`}
  </div>`;
}

function diffLine(text: string, i: number): VNode {
  const tone = /^\+(?!\+\+ )/.test(text) ? "added" : /^-(?!-- )/.test(text) ? "removed" : "";
  return draw`<span key=${i} class=${tone}>${text || " "}</span>`;
}
