// What this machine lets a process use: cores and memory, as bounded by the system and by control groups (containers).

import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, totalmem } from "node:os";
import { dirname, join } from "node:path";

/** Cores this process may keep busy: a CPU quota counts, in whole cores, but one there always is. */
export function availableCores(): number {
  const quota = cpuQuota("/sys/fs/cgroup", read("/proc/self/cgroup") ?? "");
  return Math.max(1, Math.min(availableParallelism(), Math.floor(quota)));
}

/** Bytes this process may use at the most. */
export function availableMemory(): number {
  const bound = process.constrainedMemory(); // 0 or beyond all memory where there is no bound
  return bound > 0 ? Math.min(bound, totalmem()) : totalmem();
}

/** The kind of processor, as far as it decides digits: kernels are chosen by the widest vectors it has, "AMD EPYC, x64 avx2". */
export function cpuKind(): string {
  const flags = new Set((read("/proc/cpuinfo") ?? "").match(/^(?:flags|Features)\s*:.*$/m)?.[0].split(/\s+/));
  const widest = VECTORS.find((name) => flags.has(name));
  return `${cpus()[0]?.model.trim() ?? "unknown"}, ${arch()}${widest === undefined ? "" : ` ${widest}`}`;
}

const VECTORS = ["avx512f", "avx2", "avx", "sve", "asimd"];

/**
 * Cores' worth of time that the control groups grant, Infinity where none is bounded.
 * @param root where control groups are mounted
 * @param membership text of /proc/self/cgroup: "0::/path" in version 2, "4:cpu,cpuacct:/path" in version 1
 */
export function cpuQuota(root: string, membership: string): number {
  const lines = membership.split("\n").map((line) => line.split(":"));
  const unified = lines.find(([id]) => id === "0")?.[2] ?? "/";
  const own = lines.find(([, controllers]) => controllers?.split(",").includes("cpu"))?.[2] ?? "/";
  const granted = [
    ...withParents(unified).map((path) => read(join(root, path, "cpu.max"))),
    ...withParents(own).map((path) => {
      const [quota, period] = ["quota", "period"].map((name) => read(join(root, "cpu", path, `cpu.cfs_${name}_us`)));
      return `${quota} ${period}`;
    }),
  ].map((text) => {
    const [quota, period] = (text ?? "").split(" ").map(Number);
    return quota / period;
  });
  return Math.min(Infinity, ...granted.filter((cores) => cores > 0)); // "max" and -1 say that there is no bound
}

/** A group is also bound by those around it. In a container its path may lead nowhere, and the root stands for it. */
function withParents(path: string): string[] {
  return path.length > 1 && path.startsWith("/") ? [path, ...withParents(dirname(path))] : ["/"];
}

/** Undefined where there is no such file: another system, or none of these control groups. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
}
