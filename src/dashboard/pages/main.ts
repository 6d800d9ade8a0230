// The page in the browser: signs in, finds out by the address what to show, and keeps it current.

import { render, type VNode } from "preact";
import { useEffect } from "preact/hooks";
import { advance } from "../../live/live-state.js";
import type { LiveEvent } from "../../live/live-state.js";
import type { News } from "../source.js";
import type { CycleView, Overview, RepositoryView } from "../views.js";
import { signIn, useAnswer, useNews, type Answer } from "./api.js";
import { cyclePage } from "./cycle.js";
import { badge, command, draw } from "./elements.js";
import { linkTo, repositoryPage, standing, totals } from "./repository.js";

const [, kind, name = ""] = location.pathname.split("/").map(decodeURIComponent);
const CYCLE = kind === "cycle" ? `/api/cycles/${encodeURIComponent(name)}${location.search}` : null;

function Page(): VNode {
  const [answer, lookAgain, change] = useAnswer<Overview>("/api/overview");
  const [cycle, lookAtCycle] = useAnswer<CycleView>(CYCLE);
  const anew = () => {
    lookAgain();
    lookAtCycle();
  };
  const heard = ({ repository, event }: News) => {
    if (event === null || event.kind === "noted" || event.kind === "ended") anew();
    if (event !== null) change((overview) => withEvent(overview, repository, event));
  };
  const overview = answer && "value" in answer ? answer.value : null;
  const open = useNews(overview?.last ?? null, heard, anew);
  const { trail, content } = shown(answer, cycle);
  useEffect(() => {
    document.title = ["AXON", ...trail.map(([text]) => text)].toReversed().join(" · ");
  });
  const ready = answer !== null && (CYCLE === null || cycle !== null);
  useEffect(() => document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView(), [ready]);
  return draw`<div>
    <a class="skip" href="#main">Skip to the content</a>
    <header>
      <nav aria-label="Where you are">
        <ol><li><a class="brand" href="/">AXON</a></li>${trail.map(crumb)}</ol>
        <span class="link quiet small">${overview && (open ? "● live" : "○ connecting …")}</span>
      </nav>
    </header>
    <main id="main" tabindex="-1">${content}</main>
  </div>`;
}

/** Names and addresses from the root to here. */
type Trail = readonly (readonly [string, string | null])[];

function crumb([text, link]: Trail[number]): VNode {
  return draw`<li key=${text}>${link === null ? draw`<span aria-current="page">${text}</span>` : draw`<a href=${link}>${text}</a>`}</li>`;
}

function shown(answer: Answer<Overview>, cycle: Answer<CycleView>): { readonly trail: Trail; readonly content: VNode } {
  if (answer === null || (CYCLE !== null && cycle === null))
    return { trail: [], content: draw`<p class="quiet">Loading …</p>` };
  if ("problem" in answer) return { trail: [], content: problem(answer.problem, answer.status) };
  const { repositories } = answer.value;
  if (cycle !== null && "problem" in cycle) return { trail: [], content: problem(cycle.problem, cycle.status) };
  if (cycle !== null) {
    const { repository, summary } = cycle.value;
    const home = repositories.find(({ id }) => id === repository.id);
    const trail: Trail = [
      [repository.name, `/repository/${encodeURIComponent(repository.id)}`],
      [summary.id, null],
    ];
    return { trail, content: cyclePage(cycle.value, home ? standing(summary, home) : "interrupted") };
  }
  const one =
    kind === "repository" ? repositories.find(({ id }) => id === name) : repositories.length === 1 && repositories[0];
  if (one) return { trail: [[one.name, null]], content: repositoryPage(one) };
  if (kind === "repository") return { trail: [], content: problem(`No repository is called ${name} here.`, 404) };
  return { trail: [], content: draw`<div><h1>Repositories</h1>${repositories.map(card)}</div>` };
}

function withEvent(overview: Overview, repository: string, event: LiveEvent): Overview {
  const repositories = overview.repositories.map((one) => {
    if (one.id !== repository) return one;
    const cycle = advance(one.live.cycle, event);
    return { ...one, live: { cycle, alive: event.kind !== "ended" && cycle !== null } };
  });
  return { ...overview, repositories };
}

function card(one: RepositoryView): VNode {
  const last = one.cycles.at(-1);
  return draw`<section key=${one.id} class="card" aria-label=${one.name}>
    <div class="row">
      <h2><a href=${`/repository/${encodeURIComponent(one.id)}`}>${one.name}</a></h2>${one.live.alive && badge("running")}
    </div>
    ${totals(one)}
    ${last ? draw`<p>Last cycle: <a href=${linkTo(last, one.id)}>${last.id}</a> ${badge(standing(last, one))}</p>` : draw`<p class="quiet">No cycle has run here yet: axon evolve starts one.</p>`}
  </section>`;
}

function problem(text: string, status: number): VNode {
  return draw`<div class="empty" role="alert">
    <h1>${status === 401 ? "Who are you?" : "This cannot be shown"}</h1>
    <p>${text}</p>
    ${status === 401 && draw`<p>It looks like this:</p>`}
    ${status === 401 && command(`${location.origin}/#token=…`)}
    ${status === 404 && draw`<p><a href="/">What there is</a></p>`}
  </div>`;
}

await signIn();
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#token=")) location.reload();
});
render(draw`<${Page} />`, document.getElementById("page")!);
