// The table of what can be asked for. Everything reads, and nothing is told to who may not see it.

import type { IncomingMessage, ServerResponse } from "node:http";
import { evidencePage } from "../report/html.js";
import type { Access } from "../http/access.js";
import type { EventHub } from "../http/events.js";
import type { RequestTimes } from "../http/metrics.js";
import { jsonReply, textReply, type Reply } from "../http/reply.js";
import { figures } from "./figures.js";
import type { CycleRecord, DashboardSource, News, RepositoryName } from "./source.js";
import { cycleView, diffView, repositoryView } from "./views.js";

export interface Site {
  readonly source: DashboardSource;
  readonly access: Access;
  readonly hub: EventHub<News>;
  readonly times: RequestTimes;
  readonly assets: ReadonlyMap<string, Reply>;
  /** The server goes down. */
  readonly stopping: () => boolean;
}

interface Ask {
  readonly site: Site;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What stands at the wild cards of the path. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly sees: (repository: string) => boolean;
}

interface Route {
  /** Segments; "*" stands for any one. */
  readonly path: string;
  /** Anybody may ask, signed in or not. */
  readonly open?: true;
  /** Null: it has answered by itself. */
  readonly answer: (ask: Ask) => Promise<Reply> | Reply | null;
}

const page = ({ site }: Ask): Reply => site.assets.get("/")!;

const ROUTES: readonly Route[] = [
  { path: "/repository/*", open: true, answer: page },
  { path: "/cycle/*", open: true, answer: page },
  { path: "/cycle/*/evidence", answer: evidence },
  { path: "/session", open: true, answer: session },
  { path: "/healthz", open: true, answer: () => textReply(200, "ok") },
  { path: "/readyz", open: true, answer: ({ site }) => (site.stopping() ? textReply(503, "stopping") : ready(site)) },
  { path: "/metrics", answer: metrics },
  { path: "/api/overview", answer: overview },
  { path: "/api/cycles/*", answer: cycle },
  { path: "/api/cycles/*/attempts/*", answer: diff },
  { path: "/api/events", answer: events },
];

/** @returns the route and what stands at its wild cards; null where there is none */
export function routeOf(path: string): { readonly route: Route; readonly parts: readonly string[] } | null {
  const asked = path.split("/");
  for (const route of ROUTES) {
    const segments = route.path.split("/");
    if (segments.length !== asked.length) continue;
    if (segments.some((segment, i) => segment !== asked[i] && (segment !== "*" || asked[i] === ""))) continue;
    return { route, parts: asked.filter((_, i) => segments[i] === "*").map(decodeURIComponent) };
  }
  return null;
}

function session({ site, request }: Ask): Reply {
  const cookie = site.access.signIn(request);
  const headers = { "cache-control": "no-store" };
  if (cookie !== null) return { ...jsonReply({ ok: true }), headers: { ...headers, "set-cookie": cookie } };
  const ok = site.access.authorise(request) !== null;
  return { ...jsonReply({ ok }, ok ? 200 : 401), headers };
}

/** The archive of every repository can be read, or says why not. */
async function ready({ source }: Site): Promise<Reply> {
  const histories = await Promise.all(source.repositories.map(({ id }) => source.history(id)));
  const troubles = histories.filter(({ trouble }) => trouble !== null).length;
  return textReply(200, troubles === 0 ? "ready" : `ready; ${troubles} archives are not wholly readable`);
}

function visibleTo({ site, sees }: Ask): readonly RepositoryName[] {
  return site.source.repositories.filter(({ id }) => sees(id));
}

async function overview(ask: Ask): Promise<Reply> {
  const { source, hub } = ask.site;
  const last = hub.last; // before looking: an event that comes meanwhile is told again rather than never
  const repositories = await Promise.all(
    visibleTo(ask).map(async (name) => repositoryView(name, await source.history(name.id), source.live(name.id))),
  );
  return jsonReply({ repositories, last });
}

interface Found {
  readonly repository: RepositoryName;
  readonly record: CycleRecord;
}

/** By its id, in the repository that the query names, or in the first that has it. */
async function find(ask: Ask): Promise<Found | null> {
  const wanted = ask.query.get("repository");
  for (const repository of visibleTo(ask)) {
    if (wanted !== null && wanted !== repository.id) continue;
    const { cycles } = await ask.site.source.history(repository.id);
    const record = cycles.find(({ id }) => id === ask.parts[0]);
    if (record) return { repository, record };
  }
  return null;
}

const NO_CYCLE = jsonReply({ error: "there is no such cycle here" }, 404);

async function cycle(ask: Ask): Promise<Reply> {
  const found = await find(ask);
  return found ? jsonReply(cycleView(found.repository, found.record)) : NO_CYCLE;
}

async function diff(ask: Ask): Promise<Reply> {
  const found = await find(ask);
  const attempt = found?.record.attempts.find(({ id }) => id === ask.parts[1]);
  return attempt ? jsonReply(diffView(attempt)) : NO_CYCLE;
}

/** A page that needs no server: it may be saved and sent. It has no script, so its policy allows its own style alone. */
async function evidence(ask: Ask): Promise<Reply> {
  const found = await find(ask);
  const shown = found && (await ask.site.source.evidence(found.repository.id, found.record.id));
  if (!shown) return textReply(404, "There is no such cycle here, or it has not ended yet.");
  const body = evidencePage(shown);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(body)![1];
  const headers = { "content-security-policy": `${policy}; frame-ancestors 'none'` };
  return { status: 200, type: "text/html; charset=utf-8", body, headers };
}

async function metrics(ask: Ask): Promise<Reply> {
  const { source, hub, times } = ask.site;
  const counted = visibleTo(ask).map(async ({ id }) => {
    return [id, { history: await source.history(id), running: runningIn(source.live(id)) }] as const;
  });
  const body = figures(new Map(await Promise.all(counted)), hub.readers, times);
  return { status: 200, type: "text/plain; version=0.0.4; charset=utf-8", body };
}

function runningIn({ cycle: now, alive }: ReturnType<DashboardSource["live"]>): number {
  return alive && now ? now.trainings.filter(({ outcome }) => outcome === null).length : 0;
}

function events({ site, request, response, query, sees }: Ask): Reply | null {
  if (request.method === "HEAD") return { status: 200, type: "text/event-stream", body: "" };
  if (site.stopping() || site.hub.full) {
    return { ...textReply(503, "too many follow the events already"), headers: { "retry-after": "30" } };
  }
  const since = request.headers["last-event-id"]?.toString() ?? query.get("since") ?? "";
  site.hub.add(response, since, ({ repository }) => sees(repository));
  return null;
}
