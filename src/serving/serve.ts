// `axon serve`: the dashboard over the archives of local repositories, live while another process evolves them.

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { isLoopback } from "../http/guard.js";
import { startDashboard, type Dashboard } from "../dashboard/dashboard.js";
import type { DashboardSource, News, RepositoryName } from "../dashboard/source.js";
import { InputError } from "../errors.js";
import { LiveReader } from "../live/live-reader.js";
import type { Log } from "../log.js";
import { openRepository } from "../repository/repository.js";
import { HistoryReader } from "./history.js";
import { gatherEvidence } from "../wire/report.js";

export interface ServeOptions {
  readonly repositories: readonly string[];
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** A file that holds the token; null: one is drawn, which needs a host that only this machine reaches. */
  readonly tokenFile: string | null;
}

export interface Serving extends Dashboard {
  /** The address that signs in whoever opens it: the token stands behind "#", which no browser sends on. */
  readonly signIn: string;
}

/** Milliseconds between looks at what is written elsewhere. */
const LOOK = 500;
const SHORTEST_TOKEN = 20;

/** @throws InputError for a directory that is no repository, `token-missing`, `token`, `port-in-use` and others of `startDashboard` */
export async function serve({ repositories, host, port, tokenFile }: ServeOptions, log: Log): Promise<Serving> {
  const token = await tokenOf(tokenFile, host);
  const source = new ArchiveSource(await openAll(repositories), log);
  await source.look();
  const dashboard = await startDashboard({ source, host, port, token, log });
  const timer = setInterval(() => void source.look(), LOOK);
  return {
    url: dashboard.url,
    signIn: `${dashboard.url}/#token=${encodeURIComponent(token)}`,
    stop: async () => {
      clearInterval(timer);
      await dashboard.stop();
    },
  };
}

async function tokenOf(file: string | null, host: string): Promise<string> {
  if (file !== null) return readToken(file);
  if (isLoopback(host)) return randomBytes(24).toString("base64url");
  const message = `on ${host} others reach it too: write a long secret into a file, and name that with --token-file`;
  throw new InputError("token-missing", message);
}

async function readToken(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch((cause: Error) => {
    throw new InputError("token", `cannot read the token: ${cause.message}`, { cause });
  });
  const token = text.trim();
  if (token.length >= SHORTEST_TOKEN && /^[\x21-\x7e]+$/.test(token)) return token;
  const message = `${file}: a token has at least ${SHORTEST_TOKEN} visible ASCII characters and no spaces: openssl rand -hex 24`;
  throw new InputError("token", message);
}

interface Served extends RepositoryName {
  readonly directory: string;
  readonly archive: string;
  readonly history: HistoryReader;
  readonly reader: LiveReader;
}

/** One after the other, so that equal names are numbered in the order given. */
async function openAll(directories: readonly string[]): Promise<Served[]> {
  const served: Served[] = [];
  for (const directory of directories) {
    const { root, commonDirectory } = await openRepository(directory);
    const archive = join(commonDirectory, "axon");
    const name = basename(root);
    const slug = name.replace(/[^\w.-]+/g, "-");
    let [id, count] = [slug, 1];
    while (served.some((one) => one.id === id)) id = `${slug}-${++count}`;
    const readers = { history: new HistoryReader(archive), reader: new LiveReader(archive) };
    served.push({ id, name, directory, archive, ...readers });
  }
  return served;
}

class ArchiveSource implements DashboardSource {
  readonly repositories: readonly RepositoryName[];
  readonly #served: ReadonlyMap<string, Served>;
  readonly #log: Log;
  readonly #followers = new Set<(news: News) => void>();
  readonly #failing = new Set<string>();
  #looking = false;

  constructor(served: readonly Served[], log: Log) {
    this.repositories = served.map(({ id, name }) => ({ id, name }));
    this.#served = new Map(served.map((one) => [one.id, one]));
    this.#log = log;
  }

  history(repository: string): ReturnType<DashboardSource["history"]> {
    return this.#of(repository).history.read();
  }

  async evidence(repository: string, id: string): ReturnType<DashboardSource["evidence"]> {
    const { history, archive, directory } = this.#of(repository);
    const finished = (await history.read()).cycles.find((one) => one.id === id)?.finished;
    return finished ? gatherEvidence(finished, archive, directory) : null;
  }

  live(repository: string): ReturnType<DashboardSource["live"]> {
    return this.#of(repository).reader.view;
  }

  follow(follower: (news: News) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** Reads what was written since, and tells the followers. */
  async look(): Promise<void> {
    if (this.#looking) return; // a slow disk does not pile up looks
    this.#looking = true;
    for (const one of this.#served.values()) await this.#lookAt(one);
    this.#looking = false;
  }

  async #lookAt({ id: repository, reader }: Served): Promise<void> {
    try {
      const events = (await reader.poll(Date.now())) ?? [null];
      for (const event of events) this.#followers.forEach((follower) => follower({ repository, event }));
      this.#failing.delete(repository);
    } catch (error) {
      if (!this.#failing.has(repository)) this.#log("warn", "cannot follow", { repository, error: String(error) });
      this.#failing.add(repository); // once is enough: it is tried again all the time
    }
  }

  #of(repository: string): Served {
    const found = this.#served.get(repository);
    if (!found) throw new Error(`nobody serves ${repository}`);
    return found;
  }
}
