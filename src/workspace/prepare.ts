// Runs a repository's `prepare` command once and keeps what it made: dependencies, which every version then finds, read-only. The command
// sees the base commit only, without its prose, so that nothing it keeps can hold text that judges.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readlink, rename, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../errors.js";
import { isAboutDependencies } from "../patch/index.js";
import type { Limits, Mount } from "../sandbox/request.js";
import { runSandboxed } from "../sandbox/run.js";
import type { BaseTree } from "./base-tree.js";
import { lastWords } from "./last-words.js";
import { materialise, removeForeign, type Link } from "./materialise.js";
import { isProse } from "./withheld.js";

/** Where commands find the repository. */
export const WORKSPACE = "/workspace";

export interface Prepared {
  readonly mounts: readonly Mount[];
  readonly links: readonly Link[];
}

export const NOTHING_PREPARED: Prepared = { mounts: [], links: [] };

interface PrepareRequest {
  readonly tree: BaseTree;
  readonly command: string;
  /** What was prepared before lies here. */
  readonly cache: string;
  readonly network: boolean;
  readonly memoryBytes: number;
  readonly signal: AbortSignal;
}

/** How many results are kept: dependencies change rarely, and are large. */
const KEPT = 3;

/** What a command made is mounted piece by piece; a `node_modules` per package is one. */
const MOST_PIECES = 200;

const HALF_AN_HOUR = 1800;

/**
 * What the command makes beside the files of the repository. It is run again when it, Node.js, a lockfile or a manifest has changed.
 * @throws InputError `prepare-failed`, `prepare-scattered`; AxonError `interrupted`
 */
export async function prepare(request: PrepareRequest): Promise<Prepared> {
  const { tree, cache } = request;
  const kept = join(cache, keyOf(request));
  if (!existsSync(kept)) await run(request, kept);
  const now = new Date();
  await utimes(kept, now, now);
  await prune(cache);
  return piecesOf(kept, tree);
}

function keyOf({ tree, command }: PrepareRequest): string {
  const files = tree.files.filter(({ path }) => isAboutDependencies(path)).map(({ path, oid }) => [path, oid]);
  const parts = [command, process.version, process.arch, files];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}

async function run({ tree, command, network, memoryBytes, signal }: PrepareRequest, kept: string): Promise<void> {
  const directory = `${kept}.unfinished`;
  await removeForeign(directory);
  await mkdir(directory, { recursive: true });
  const heads = new Map(tree.files.filter(({ path }) => isProse(path)).map(({ path }) => [path, 0]));
  await materialise(tree, { changes: new Map(), heads, links: [] }, directory);
  const outcome = await runSandboxed({
    command: ["/bin/sh", "-c", command],
    mounts: [{ host: directory, inside: WORKSPACE, writable: true }],
    environment: {},
    directory: WORKSPACE,
    network,
    limits: limitsFor(memoryBytes),
    signal,
  });
  if (outcome.ok) return rename(directory, kept);
  await removeForeign(directory);
  signal.throwIfAborted();
  const advice = network ? "" : "; it has no network unless you say --prepare-network";
  throw new InputError("prepare-failed", `the prepare command failed: ${outcome.reason}${lastWords(outcome)}${advice}`);
}

function limitsFor(memoryBytes: number): Limits {
  const [wallSeconds, cpuSeconds] = [HALF_AN_HOUR, 2 * HALF_AN_HOUR];
  return {
    wallSeconds,
    cpuSeconds,
    memoryBytes,
    processes: 512,
    fileBytes: 2 ** 31,
    diskBytes: 2 ** 33,
    outputBytes: 2 ** 26,
  };
}

async function prune(cache: string): Promise<void> {
  const names = await readdir(cache);
  const ages = await Promise.all(names.map(async (name) => [name, (await stat(join(cache, name))).mtimeMs] as const));
  const old = ages.toSorted(([, a], [, b]) => b - a).slice(KEPT);
  for (const [name] of old) await removeForeign(join(cache, name));
}

/** Everything below `kept` that the repository does not track. Links are made again rather than followed. */
async function piecesOf(kept: string, tree: BaseTree): Promise<Prepared> {
  const [mounts, links]: [Mount[], Link[]] = [[], []];
  const waiting = [""];
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    for (const entry of await readdir(join(kept, below), { withFileTypes: true })) {
      const path = `${below}${entry.name}`;
      const host = join(kept, path);
      if (tree.hasFolder(path) && entry.isDirectory()) waiting.push(`${path}/`);
      if (tree.has(path) || tree.hasFolder(path)) continue;
      if (entry.isSymbolicLink()) links.push({ path, target: await readlink(host) });
      else if (entry.isDirectory() || entry.isFile())
        mounts.push({ host, inside: `${WORKSPACE}/${path}`, writable: false });
    }
  }
  if (mounts.length + links.length <= MOST_PIECES) return { mounts, links };
  const message = `the prepare command made ${mounts.length + links.length} files and folders among those of the repository`;
  throw new InputError(
    "prepare-scattered",
    `${message}, and at most ${MOST_PIECES} can be mounted: let it write into one folder`,
  );
}
