// Reads what a sandboxed program left in a directory. Names, links and kinds of files there are foreign: nothing is followed, nothing waits.

import { constants, type BigIntStats } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";

export type HandedOver =
  | { readonly ok: true; readonly bytes: Buffer }
  | {
      readonly ok: false;
      readonly code: "bad-name" | "missing" | "not-a-file" | "too-large";
      readonly reason: string;
    };

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;

/**
 * The bytes of a regular file. Every part of `name` is opened below the directory opened before it, so that no link is followed,
 * even one that appears meanwhile; a FIFO does not block. Linux only.
 * @param directory that the program could write into; its own path is trusted
 * @param name relative path with "/" between its parts
 * @param maxBytes what the file may weigh
 */
export async function readHandedOver(directory: string, name: string, maxBytes: number): Promise<HandedOver> {
  const parts = name.split("/");
  if (parts.some((part) => ["", ".", ".."].includes(part) || part.includes("\0"))) {
    return refused("bad-name", `${JSON.stringify(name)} is no path below the directory`);
  }
  const opened: FileHandle[] = [];
  try {
    opened.push(await open(directory, O_RDONLY | O_DIRECTORY));
    for (const [i, part] of parts.entries()) {
      const kind = i < parts.length - 1 ? O_DIRECTORY : O_NONBLOCK;
      opened.push(await open(`/proc/self/fd/${opened[i].fd}/${part}`, O_RDONLY | O_NOFOLLOW | kind));
    }
    return await readRegular(opened[parts.length], name, maxBytes);
  } catch (error) {
    return explained(error as NodeJS.ErrnoException, name);
  } finally {
    for (const handle of opened) await handle.close();
  }
}

/** Never more than was allowed, even if the file grows while it is read. */
async function readRegular(file: FileHandle, name: string, maxBytes: number): Promise<HandedOver> {
  const stats: BigIntStats = await file.stat({ bigint: true });
  if (!stats.isFile()) return refused("not-a-file", `${JSON.stringify(name)} is not a regular file`);
  if (stats.size > maxBytes) {
    return refused("too-large", `${JSON.stringify(name)} has ${stats.size} bytes; ${maxBytes} are allowed`);
  }
  const bytes = Buffer.alloc(Number(stats.size));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return { ok: true, bytes: bytes.subarray(0, filled) };
}

/** What the system says about names and kinds is about what was left there; anything else is a fault of this machine. */
function explained(error: NodeJS.ErrnoException, name: string): HandedOver {
  const quoted = JSON.stringify(name);
  if (error.code === "ENOENT") return refused("missing", `there is no ${quoted}`);
  if (["ELOOP", "ENOTDIR", "ENXIO", "EACCES", "ENAMETOOLONG"].includes(error.code ?? "")) {
    return refused("not-a-file", `${quoted} is a link, leads through one, or cannot be opened (${error.code})`);
  }
  throw error;
}

function refused(code: Extract<HandedOver, { ok: false }>["code"], reason: string): HandedOver {
  return { ok: false, code, reason };
}
