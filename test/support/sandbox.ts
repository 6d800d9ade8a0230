// The ways in which a sandbox can bound a program here, for tests that run hostile ones; and whether bubblewrap works at all.

import { afterAll, test } from "@jest/globals";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findGroupHome } from "../../src/sandbox/groups.js";
import { launch } from "../../src/sandbox/launch.js";
import { runSandboxed } from "../../src/sandbox/run.js";
import type { Limits, Outcome, SandboxRequest } from "../../src/sandbox/request.js";

const root = process.getuid?.() === 0;
const home = process.platform === "linux" ? findGroupHome() : null;
/** Root's processes are bounded by a control group only: without one there is no sandbox for root. */
const bwrap =
  spawnSync("bwrap", ["--unshare-all", "--ro-bind", "/", "/", "true"]).status === 0 && (!root || home !== null);
/** For titles that end with "[needs bwrap]". */
export const sandboxed: typeof test.skip = bwrap ? test : test.skip;

export interface Way {
  readonly name: string;
  readonly launch: (request: SandboxRequest) => Promise<Outcome>;
}

const NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", process.execPath];

/** With control groups where they can be made; without them as a normal user, who for root is nobody in a process of its own. */
export function ways(): readonly Way[] {
  const grouped: Way[] = home ? [{ name: "with control groups", launch: (request) => launch(request, home) }] : [];
  if (!root) return [...grouped, { name: "without control groups", launch: (request) => launch(request, null) }];
  const [setpriv, ...rest] = NOBODY;
  const able = spawnSync(setpriv, [...rest, "--version"]).status === 0;
  afterAll(() => {
    if (copy !== undefined) rmSync(copy, { recursive: true });
  });
  if (!able && grouped.length > 0) return grouped; // this node is out of nobody's reach
  return [...grouped, { name: "without control groups", launch: launchAsNobody }];
}

/** A copy that nobody can read, wherever the work tree lies. */
let copy: string | undefined;

function launchAsNobody(request: SandboxRequest): Promise<Outcome> {
  copy ??= copyOfRoom();
  const script = `
    const { launch } = await import("${copy}/sandbox/launch.js");
    console.log(JSON.stringify(await launch(${JSON.stringify(request)}, null)));`;
  const [setpriv, ...rest] = NOBODY;
  const child = spawn(setpriv, [...rest, "--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  return new Promise((resolve) => child.on("close", () => resolve(JSON.parse(said) as Outcome)));
}

function copyOfRoom(): string {
  const made = mkdtempSync(join(tmpdir(), "axon-test-room-"));
  chmodSync(made, 0o755);
  cpSync("dist/sandbox", join(made, "sandbox"), { recursive: true });
  writeFileSync(join(made, "package.json"), '{"type":"module"}');
  return made;
}

export const LIMITS: Limits = {
  wallSeconds: 10,
  cpuSeconds: 20,
  memoryBytes: 256 * 2 ** 20,
  processes: 64,
  fileBytes: 16 * 2 ** 20,
  diskBytes: 32 * 2 ** 20,
  outputBytes: 2 ** 20,
};

/**
 * Command lines of processes that hold a text, if this process started them or nobody knows any more who did: what is left of a
 * program that was told it. Other tests that run beside this one do not count.
 */
export function processesWith(text: string): string[] {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const ours = ids.filter((pid) => commandLine(pid).includes(text) && !belongsToAnother(pid));
  return ours.map(commandLine);
}

function belongsToAnother(pid: string): boolean {
  for (let at = pid; at !== "1" && at !== ""; at = parentOf(at)) {
    if (at === String(process.pid)) return false;
    if (at !== pid && /jest/.test(commandLine(at))) return true;
  }
  return false;
}

function parentOf(pid: string): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
  } catch {
    return "";
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

/** Runs this package's own code inside a sandbox: a machine on which no further sandbox can be built. */
export function runWithoutSandbox(args: readonly string[], files: readonly string[] = []): Promise<Outcome> {
  const paths = [...["package.json", "dist", "node_modules"].map((name) => join(process.cwd(), name)), ...files];
  return runSandboxed({
    command: ["node", ...args],
    mounts: paths.map((path) => ({ host: path, inside: path, writable: false })),
    environment: {},
    limits: { ...LIMITS, wallSeconds: 30, memoryBytes: 2 ** 30 },
    directory: process.cwd(),
  });
}
