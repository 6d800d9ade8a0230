// One process at a time in a directory. A lock left by a killed process is taken over.
//
// The lock is a chain: `lock` names its first holder, and whoever finds a holder dead links `lock.<hash of that holder>`, its
// one successor. No two holders have the same name, and only the living holder at the end removes the chain, `lock` first. So a
// taker who still reaches its own link from `lock` is the only one who does.

import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../errors.js";

/**
 * @returns the function that gives the lock back.
 * @throws InputError `locked` naming the process that holds it.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true });
  const first = join(directory, "lock");
  const mine = `${process.pid} ${await startTime(process.pid)} ${randomUUID()}`;
  const draft = `${first}.${randomUUID()}.draft`;
  await writeFile(draft, mine);
  let chain: readonly string[] = [];
  const linked: string[] = [];
  try {
    for (;;) {
      const end = await walk(first);
      if (end.holder === mine) {
        chain = end.chain;
        return () => remove(end.chain);
      }
      if (end.holder !== null) {
        const [pid] = end.holder.split(" ");
        throw new InputError("locked", `process ${pid} works in ${directory}: wait for it, or end it`);
      }
      const free = end.chain.at(-1)!;
      if (await linkTo(draft, free)) linked.push(free);
    }
  } finally {
    await remove([draft, ...linked.filter((file) => !chain.includes(file))]);
  }
}

/** From dead holder to dead holder up to a living one, or, with `holder` null, to the file that nobody has linked yet. */
async function walk(first: string): Promise<{ readonly chain: readonly string[]; readonly holder: string | null }> {
  const chain = [first];
  for (;;) {
    const file = chain.at(-1)!;
    const holder = await readFile(file, "utf8").catch(missing);
    if (holder === undefined || (await isAlive(holder))) return { chain, holder: holder ?? null };
    chain.push(successor(first, holder));
  }
}

function successor(first: string, holder: string): string {
  return `${first}.${createHash("sha256").update(holder).digest("hex").slice(0, 32)}`;
}

/** A hard link is made whole or not at all, so of several takers one wins. */
async function linkTo(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw cause;
  }
}

async function remove(files: readonly string[]): Promise<void> {
  for (const file of files) await rm(file, { force: true });
}

async function isAlive(holder: string): Promise<boolean> {
  const [pid, since] = holder.split(" ");
  if (!/^[1-9]\d*$/.test(pid)) return false;
  const start = await startTime(Number(pid));
  return start === since || start === RUNNING;
}

/** When a process started, as the kernel counts it: process numbers come around again, pairs of both do not. */
async function startTime(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(missing);
  if (stat === undefined) return existence(pid);
  const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return state === "Z" ? undefined : fields[18]; // a zombie works no more
}

const RUNNING = "running";

/** Where /proc shows nothing: only whether it runs. */
function existence(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
    return RUNNING;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM" ? RUNNING : undefined;
  }
}

function missing(cause: NodeJS.ErrnoException): undefined {
  if (cause.code === "ENOENT" || cause.code === "ESRCH") return undefined;
  throw cause;
}
