// One process at a time in a directory. A lock left by a killed process is taken over.

import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../errors.js";

/**
 * @returns the function that gives the lock back.
 * @throws InputError `locked` naming the process that holds it.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, "lock");
  const mine = `${process.pid} ${await startTime(process.pid)}`;
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, mine);
  try {
    for (;;) {
      if (await linked(draft, file)) return () => rm(file, { force: true });
      const holder = await readFile(file, "utf8").catch(absent);
      const [pid, since] = holder.split(" ");
      if (pid && since === (await startTime(Number(pid)))) {
        throw new InputError("locked", `process ${pid} works in ${directory}: wait for it, or end it`);
      }
      await removeStale(file, holder);
    }
  } finally {
    await rm(draft, { force: true });
  }
}

/** A hard link is made whole or not at all, so two takers never both win. */
async function linked(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw cause;
  }
}

/** Takes a dead holder's lock away; puts it back if a live taker was faster than this look at it. */
async function removeStale(file: string, holder: string): Promise<void> {
  const aside = `${file}.stale.${process.pid}`;
  try {
    await rename(file, aside);
  } catch (cause) {
    absent(cause as NodeJS.ErrnoException);
    return;
  }
  if ((await readFile(aside, "utf8")) !== holder) await linked(aside, file);
  await rm(aside);
}

/** When a process started, as the kernel counts it: process numbers come around again, pairs of both do not. */
async function startTime(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(absent);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? alive(pid);
}

/** Where there is no /proc: only whether it runs. */
function alive(pid: number): string {
  try {
    process.kill(pid, 0);
    return "running";
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM" ? "running" : "gone";
  }
}

function absent(cause: NodeJS.ErrnoException): string {
  if (cause.code === "ENOENT" || cause.code === "ESRCH") return "";
  throw cause;
}
