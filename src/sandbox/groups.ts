// Control groups: hard bounds on memory and processes, and exact accounts of both, where this process may make groups. Versions 1 and 2.

import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import type { Meter, Usage } from "./meter.js";

export type GroupVersion = "v1" | "v2";

export interface GroupLimits {
  readonly memoryBytes: number;
  /** Processes and threads. */
  readonly processes: number;
}

/** Where groups can be made. */
export interface GroupHome {
  readonly version: GroupVersion;
  /** Folders in which a folder becomes a group. Version 1: for memory, pids and cpuacct, in this order. Version 2: a single one. */
  readonly folders: readonly string[];
}

const CONTROLLERS = ["memory", "pids", "cpuacct"] as const;
/** Named by the process that made it, so that those of one that was killed can be found. */
const PREFIX = "axon-";

/**
 * The first place where a group can be made: below the own group, so that whatever bounds that still holds; in version 2 also
 * beside it, because a group with processes in it may not divide its memory. Null where there is none.
 * @param root where control groups are mounted
 * @param membership text of /proc/self/cgroup
 */
export function findGroupHome(root = "/sys/fs/cgroup", membership = read("/proc/self/cgroup")): GroupHome | null {
  const lines = membership.split("\n").map((line) => line.split(":"));
  const pathOf = (controller: string) => lines.find(([, names]) => names?.split(",").includes(controller))?.[2];
  const first = CONTROLLERS.map((controller) => {
    const mounted = join(root, controller);
    const own = join(mounted, pathOf(controller) ?? "/");
    return existsSync(own) ? own : mounted; // in a container the path may lead nowhere, and the root stands for it
  });
  const own = join(root, lines.find(([id]) => id === "0")?.[2] ?? "/");
  const homes: GroupHome[] = [
    { version: "v1", folders: first },
    { version: "v2", folders: [own] },
    ...(own.startsWith(`${root}/`) ? [{ version: "v2", folders: [dirname(own)] } as const] : []),
  ];
  return homes.find(works) ?? null;
}

function works(home: GroupHome): boolean {
  try {
    for (const folder of home.folders) accessSync(join(folder, "cgroup.procs"), constants.W_OK);
    removeLeftovers(home);
    const group = makeFolders(home);
    try {
      return (home.version === "v1" ? V1_FILES : V2_FILES).every((file) =>
        group.some((at) => existsSync(join(at, file))),
      );
    } finally {
      group.forEach((folder) => rmdirSync(folder));
    }
  } catch {
    return false; // read-only, not ours, or no control groups here
  }
}

const V1_FILES = ["memory.limit_in_bytes", "pids.max", "cpuacct.usage"] as const;
const V2_FILES = ["memory.max", "pids.max", "cpu.stat"] as const;

function makeFolders({ version, folders }: GroupHome): string[] {
  const name = `${PREFIX}${process.pid}-${randomBytes(6).toString("hex")}`;
  const made = folders.map((folder) => {
    if (version === "v2") tryWrite(join(folder, "cgroup.subtree_control"), "+memory +pids");
    return join(folder, name);
  });
  made.forEach((folder) => mkdirSync(folder));
  return made;
}

/** Groups of processes that are gone. One that still holds something cannot be removed, and stays. */
function removeLeftovers({ folders }: GroupHome): void {
  for (const folder of folders) {
    for (const name of readdirSync(folder).filter((one) => one.startsWith(PREFIX))) {
      const maker = name.split("-")[1];
      if (!existsSync(`/proc/${maker}`)) attempt(() => rmdirSync(join(folder, name)));
    }
  }
}

/** Makes a group with these limits. @throws Error where none can be made; `findGroupHome` has tried. */
export function makeGroup(home: GroupHome, { memoryBytes, processes }: GroupLimits): Meter {
  const folders = makeFolders(home);
  const [memory] = folders;
  const pids = folders[home.version === "v1" ? 1 : 0];
  if (home.version === "v1") {
    writeFileSync(join(memory, "memory.limit_in_bytes"), String(memoryBytes));
    tryWrite(join(memory, "memory.memsw.limit_in_bytes"), String(memoryBytes)); // memory and swap; absent where swap is not counted
  } else {
    writeFileSync(join(memory, "memory.max"), String(memoryBytes));
    tryWrite(join(memory, "memory.swap.max"), "0");
  }
  writeFileSync(join(pids, "pids.max"), String(processes));
  let peak = 0;
  return {
    joins: folders.map((folder) => join(folder, "cgroup.procs")),
    read: () => {
      const usage = home.version === "v1" ? readV1(folders) : readV2(memory);
      peak = Math.max(peak, usage.peakMemory);
      return { ...usage, peakMemory: peak };
    },
    kill: () => killAll(folders),
    close: () => closeGroup(folders),
  };
}

/** CPU time and peak memory (page cache included) are the kernel's own accounts: nothing that was in the group is missing. */
function readV1([memory, , cpu]: readonly string[]): Usage {
  return {
    cpuSeconds: Number(read(join(cpu, "cpuacct.usage"))) / 1e9,
    peakMemory: Number(read(join(memory, "memory.max_usage_in_bytes"))),
    outOfMemory: count(join(memory, "memory.oom_control"), "oom_kill") > 0,
  };
}

function readV2(folder: string): Usage {
  return {
    cpuSeconds: count(join(folder, "cpu.stat"), "usage_usec") / 1e6,
    peakMemory: Number(read(join(folder, "memory.peak")) || read(join(folder, "memory.current"))), // memory.peak: Linux 5.19
    outOfMemory: count(join(folder, "memory.events"), "oom_kill") > 0,
  };
}

function killAll(folders: readonly string[]): void {
  for (const folder of folders) {
    tryWrite(join(folder, "cgroup.kill"), "1"); // version 2 from Linux 5.14 on
    for (const pid of read(join(folder, "cgroup.procs")).split("\n").filter(Boolean)) {
      attempt(() => process.kill(Number(pid), "SIGKILL"));
    }
  }
}

/** Removing a group is also the proof that nothing lives in it: the kernel refuses while something does. */
function closeGroup(folders: readonly string[]): boolean {
  for (const folder of folders) attempt(() => rmdirSync(folder));
  return !folders.some((folder) => existsSync(folder));
}

/** The number behind a word in a file of lines "word number". */
function count(file: string, word: string): number {
  const line = read(file)
    .split("\n")
    .find((one) => one.startsWith(`${word} `));
  return Number(line?.split(" ")[1] ?? 0);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}

function tryWrite(file: string, text: string): void {
  if (existsSync(file)) attempt(() => writeFileSync(file, text));
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // It is tried again, or another net holds.
  }
}
