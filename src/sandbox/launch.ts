// Starts one program in a sandbox: bubblewrap, seccomp filter, limits and watch put together. Whether this machine can is asked elsewhere.

import { spawn, type ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import { BEGIN, bubblewrapArguments, DESCRIPTORS, HOST_PATH, LAUNCHER } from "./bubblewrap.js";
import { watchDisk } from "./disk.js";
import { makeGroup, type GroupHome } from "./groups.js";
import { ownThreads, procMeter, type Meter } from "./meter.js";
import type { Outcome, SandboxRequest } from "./request.js";
import { seccompFilter, type Architecture } from "./seccomp.js";
import { supervise } from "./supervise.js";

/** Bubblewrap's own processes: the one outside, and the first one inside. */
const OWN_PROCESSES = 2;

/** @param home where control groups can be made; null: memory and CPU time are watched, and RLIMIT_NPROC bounds processes */
export async function launch(request: SandboxRequest, home: GroupHome | null): Promise<Outcome> {
  const { limits, mounts } = request;
  const writable = mounts.filter((mount) => mount.writable).map(({ host }) => host);
  const disk = await watchDisk(writable, limits.diskBytes);
  let namespace: number | null = null;
  let begun = false;
  const processes = limits.processes + OWN_PROCESSES;
  const meter = home ? makeGroup(home, { ...limits, processes }) : procMeter(() => namespace);
  const child = start(request, meter, home ? "unlimited" : String(ownThreads() + processes));
  let status = "";
  pipe(child, DESCRIPTORS.status).on("data", (part: Buffer) => (namespace ??= namespaceIn((status += String(part)))));
  pipe(child, DESCRIPTORS.begun).once("data", () => (begun = true));
  const kill = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    meter.kill();
  };
  return supervise(child, { limits, meter, disk, kill, begun: () => begun }, request);
}

function start(request: SandboxRequest, meter: Meter, processes: string): ChildProcess {
  const { fileBytes, cpuSeconds } = request.limits;
  // Per process, and a little late: the sum over all of them is watched, and says so in words.
  const perProcess = [Math.floor(fileBytes / 1024), Math.ceil(cpuSeconds) + 1].map(String);
  const command = ["--", ...BEGIN, ...request.command];
  const args = ["-c", LAUNCHER, "axon", ...perProcess, processes, ...meter.joins, ...command];
  const child = spawn("/bin/bash", ["--norc", "--noprofile", ...args], {
    env: { PATH: HOST_PATH },
    cwd: "/", // it would show in the environment of the first process inside
    // A group of its own: Ctrl-C in a terminal is not for it.
    detached: true,
    stdio: [request.input ? "pipe" : "ignore", "pipe", "pipe", "pipe", "pipe", "pipe", "pipe"],
  });
  const outerArguments = bubblewrapArguments(request).map((argument) => `${argument}\0`);
  pipe(child, DESCRIPTORS.filter).end(seccompFilter(process.arch as Architecture));
  pipe(child, DESCRIPTORS.arguments).end(outerArguments.join(""));
  return child;
}

/** An additional descriptor of the child. It may end before it has read everything, and says elsewhere why. */
function pipe(child: ChildProcess, descriptor: number): Duplex {
  const stream = child.stdio[descriptor] as Duplex;
  return stream.on("error", () => {}).resume();
}

/** The inode of its pid namespace, out of what bubblewrap says about itself in JSON, piece by piece; null while it is missing. */
function namespaceIn(status: string): number | null {
  const found = /"pid-namespace": *(\d+)\b[^\d]/.exec(status);
  return found ? Number(found[1]) : null;
}
