// The dashboard as a server: which address leads to which answer, who may see it, and its start and end.

import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tokenAccess } from "../http/access.js";
import { EventHub } from "../http/events.js";
import { RequestTimes } from "../http/metrics.js";
import { jsonReply, textReply, type Reply } from "../http/reply.js";
import { openServer, type Work } from "../http/server.js";
import type { Log } from "../log.js";
import { loadAssets } from "./assets.js";
import { routeOf, type Site } from "./routes.js";
import type { DashboardSource, News } from "./source.js";
import { readable } from "./views.js";

export interface DashboardOptions {
  readonly source: DashboardSource;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly token: string;
  readonly log: Log;
}

export interface Dashboard {
  /** Without the token. */
  readonly url: string;
  /** Ends every connection; open requests have a few seconds. */
  readonly stop: () => Promise<void>;
}

/** @throws InputError as `openServer` */
export async function startDashboard({ source, host, port, token, log }: DashboardOptions): Promise<Dashboard> {
  const times = new RequestTimes();
  const server = await openServer({ host, port, log, times });
  const hub = new EventHub<News>(randomUUID().slice(0, 8));
  let stopping = false;
  const access = tokenAccess(token, server.port);
  const site: Site = { source, hub, access, times, assets: loadAssets(), stopping: () => stopping };
  const unfollow = source.follow((news) => hub.tell(readable(news)));
  server.begin((request, response) => choose(site, request, response));
  return {
    url: server.url,
    stop: async () => {
      stopping = true;
      unfollow();
      hub.close();
      await server.close();
    },
  };
}

function choose(site: Site, request: IncomingMessage, response: ServerResponse): Work {
  const url = request.url ?? "/";
  const path = url.split("?", 1)[0];
  const asset = site.assets.get(path);
  if (asset) return { route: "/assets", quiet: path !== "/", answer: () => asset };
  const found = wellFormed(path);
  if (!found) return { route: "unknown", answer: () => textReply(404, "There is nothing here.") };
  const { route, parts } = found;
  const work = { route: route.path, quiet: route.path === "/healthz", endless: route.path === "/api/events" };
  const seen = site.access.authorise(request);
  if (!route.open && seen === null) return { ...work, answer: () => stranger(path) };
  const { repositories } = seen ?? { repositories: new Set<string>() };
  const sees = (repository: string) => repositories === "all" || repositories.has(repository);
  const query = new URLSearchParams(url.slice(path.length));
  return { ...work, answer: () => route.answer({ site, request, response, parts, query, sees }) };
}

/** A path with broken escapes leads nowhere. */
function wellFormed(path: string): ReturnType<typeof routeOf> {
  try {
    return routeOf(path);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

function stranger(path: string): Reply {
  const text = "Sign in first: open the address that axon serve printed when it started.";
  const reply = path.startsWith("/api/") ? jsonReply({ error: text }, 401) : textReply(401, text);
  return { ...reply, headers: { "www-authenticate": "Bearer" } };
}
