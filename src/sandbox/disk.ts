// How much a sandboxed program has written into the directories it may write into. It measures and forbids nothing.

import { lstatSync, readdirSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";

/** Entries below one sandbox's directories beyond those that were there: each costs the file system, however empty. */
const MAX_ENTRIES = 100_000;

interface Use {
  readonly bytes: number;
  readonly entries: number;
}

export interface DiskWatch {
  /** Why the program must end, in words; null while it may go on. */
  excess(): Promise<string | null>;
}

/**
 * Remembers what is there now; later calls see what came on top. A file counts with its length or its blocks, whichever is more.
 * What a program deletes but keeps open is not seen; therefore it also ends when half of the free space of the file system is
 * gone, whoever took it.
 * @param maxBytes by which the directories may grow, together
 */
export async function watchDisk(directories: readonly string[], maxBytes: number): Promise<DiskWatch> {
  const before = await useOf(directories, Infinity);
  const space = await Promise.all(directories.map(freeBytes));
  const maxEntries = before.entries + MAX_ENTRIES;
  return {
    excess: async () => {
      for (const [i, directory] of directories.entries()) {
        if ((await freeBytes(directory)) < space[i] / 2) return "half of the free space on the disk is gone";
      }
      try {
        const { bytes, entries } = await useOf(directories, maxEntries);
        if (entries > maxEntries) return `it made more than ${MAX_ENTRIES} files`;
        return bytes - before.bytes > maxBytes ? `it wrote more than ${maxBytes} bytes` : null;
      } catch (error) {
        return `what it wrote cannot be measured (${(error as NodeJS.ErrnoException).code})`;
      }
    },
  };
}

async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/**
 * Stops counting soon after `maxEntries`. Looking at an entry takes microseconds; between a thousand of them others get their turn.
 * @throws Error for a folder that cannot be read: things could hide there.
 */
async function useOf(directories: readonly string[], maxEntries: number): Promise<Use> {
  let [bytes, entries] = [0, 0];
  for (const path of walk(directories)) {
    const stats = present(() => lstatSync(path));
    bytes += Math.max(stats?.size ?? 0, (stats?.blocks ?? 0) * 512);
    if (++entries > maxEntries) break;
    if (entries % 1000 === 0) await nextTurn();
  }
  return { bytes, entries };
}

function* walk(directories: readonly string[]): Iterable<string> {
  const waiting = [...directories];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const path = folder;
    for (const entry of present(() => readdirSync(path, { withFileTypes: true })) ?? []) {
      if (entry.isDirectory()) waiting.push(join(path, entry.name));
      yield join(path, entry.name);
    }
  }
}

/** The program works while we look: what has just gone takes no space. */
function present<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}
