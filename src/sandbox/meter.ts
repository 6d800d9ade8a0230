// What all the processes of one sandbox have used. The kernel's accounts are in groups.ts; this file has what a meter is, and one from /proc.

import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";

export interface Usage {
  /** Of all processes together. */
  readonly cpuSeconds: number;
  /** Bytes. */
  readonly peakMemory: number;
  /** The kernel has killed something because the memory limit was reached. */
  readonly outOfMemory: boolean;
}

export interface Meter {
  /** Files into which a process writes its id, before anything of it counts. */
  readonly joins: readonly string[];
  /** Milliseconds may pass between two calls: what comes and goes in between may be missed. */
  read(): Usage;
  /** Kills everything that is measured. */
  kill(): void;
  /** Gives back what the measuring took. False while something still lives: then it is to be called again. */
  close(): boolean;
}

/** USER_HZ: Linux has shown 100 ticks a second to programs on every architecture for decades. */
const TICKS = 100;

/**
 * Without control groups: sums over the processes of a pid namespace, as often as somebody looks. Memory is resident size, so pages
 * that processes share count for each; CPU time includes children that were waited for, but not those whose parent ignores their end.
 * @param namespace its inode, as soon as it is known
 */
export function procMeter(namespace: () => number | null): Meter {
  let [cpuSeconds, peakMemory] = [0, 0];
  const read = () => {
    const found = membersOf(namespace()).map(usageOf);
    cpuSeconds = Math.max(cpuSeconds, sum(found.map(([seconds]) => seconds)));
    peakMemory = Math.max(peakMemory, sum(found.map(([, bytes]) => bytes)));
    return { cpuSeconds, peakMemory, outOfMemory: false };
  };
  return {
    joins: [],
    read,
    kill: () => membersOf(namespace()).forEach(kill), // the first process of a namespace takes all others along
    close: () => membersOf(namespace()).every(isDead),
  };
}

function membersOf(namespace: number | null): string[] {
  if (namespace === null) return [];
  return processIds().filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/ns/pid`) === `pid:[${namespace}]`;
    } catch {
      return false; // gone, or somebody else's
    }
  });
}

/** Dead already, but nobody has asked yet how it ended. */
function isDead(pid: string): boolean {
  try {
    return /\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}

function kill(pid: string): void {
  try {
    process.kill(Number(pid), "SIGKILL");
  } catch {
    // It has gone by itself.
  }
}

function usageOf(pid: string): readonly [cpuSeconds: number, bytes: number] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Behind the name, which may hold anything, in parentheses: the state is field 3; utime, stime, cutime and cstime are 14 to 17.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const kibibytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0;
    return [sum(fields.slice(11, 15).map(Number)) / TICKS, Number(kibibytes) * 1024];
  } catch {
    return [0, 0];
  }
}

/** Of a program whose use nobody bounds. */
export const UNMEASURED: Meter = {
  joins: [],
  read: () => ({ cpuSeconds: 0, peakMemory: 0, outOfMemory: false }),
  kill: () => {},
  close: () => true,
};

/** Processes and threads of this process's own user, which count against the same limit (RLIMIT_NPROC) as those of a sandbox. */
export function ownThreads(): number {
  const uid = process.getuid?.();
  const counts = processIds().map((pid) => {
    try {
      return statSync(`/proc/${pid}`).uid === uid ? readdirSync(`/proc/${pid}/task`).length : 0;
    } catch {
      return 0;
    }
  });
  return sum(counts);
}

function processIds(): string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
