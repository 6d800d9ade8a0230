// A source that a test fills, a server over it, and requests to that.

import { request, type IncomingHttpHeaders } from "node:http";
import { afterAll } from "@jest/globals";
import { startDashboard, type Dashboard } from "../../src/dashboard/dashboard.js";
import type { CycleRecord, DashboardSource, History, News } from "../../src/dashboard/source.js";
import type { LiveView } from "../../src/live/live-state.js";
import type { Evidence } from "../../src/report/evidence.js";

export const TOKEN = ["a", "word", "for", "the", "tests", "0123"].join("-");

export interface Filled {
  readonly cycles?: readonly CycleRecord[];
  readonly live?: LiveView;
  readonly evidence?: Evidence;
  readonly history?: () => Promise<History>;
}

export interface Served extends Dashboard {
  readonly tell: (news: News) => void;
  readonly log: string[];
}

/** Servers on any free port, stopped after the test file. */
export function dashboards(): (repositories: Readonly<Record<string, Filled>>) => Promise<Served> {
  const started: Dashboard[] = [];
  afterAll(() => Promise.all(started.map(({ stop }) => stop())));
  return async (repositories) => {
    const followers = new Set<(news: News) => void>();
    const source: DashboardSource = {
      repositories: Object.keys(repositories).map((id) => ({ id, name: id })),
      history: async (id) => repositories[id].history?.() ?? historyOf(repositories[id].cycles ?? []),
      evidence: async (id) => repositories[id].evidence ?? null,
      live: (id) => repositories[id].live ?? { cycle: null, alive: false },
      follow: (follower) => {
        followers.add(follower);
        return () => followers.delete(follower);
      },
    };
    const log: string[] = [];
    const options = { source, host: "127.0.0.1", port: 0, token: TOKEN };
    const dashboard = await startDashboard({
      ...options,
      log: (level, message, fields) => void log.push(JSON.stringify({ level, message, ...fields })),
    });
    started.push(dashboard);
    return { ...dashboard, log, tell: (news) => followers.forEach((follower) => follower(news)) };
  };
}

function historyOf(cycles: readonly CycleRecord[]): History {
  return { cycles, spend: { trainings: 12, seconds: 34.5, dollars: 0.25 }, trouble: null };
}

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A request as it is written, with the token unless another header says who asks. */
export function get(url: string, path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Got> {
  const authorization = `Bearer ${TOKEN}`;
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const options = { hostname, port, path, method, headers: { authorization, ...headers }, agent: false };
    request(options, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts) }),
      );
    })
      .on("error", reject)
      .end();
  });
}
