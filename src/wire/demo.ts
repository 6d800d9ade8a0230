// The demonstration's repository, made from examples/demo: the same files are always found in the same place.

import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRepository } from "../repository/repository.js";

const SOURCE = fileURLToPath(new URL("../../examples/demo/", import.meta.url));

/** @returns the directory of the repository, made now or by an earlier call. */
export async function demoRepository(): Promise<string> {
  const entries = await readdir(SOURCE, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths
      .toSorted()
      .map(async (path) => ({ path: path.slice(SOURCE.length).replaceAll("\\", "/"), content: await readFile(path) })),
  );
  const hash = createHash("sha256");
  for (const { path, content } of files) hash.update(`${path}\0${content.length}\0`).update(content);
  const directory = join(tmpdir(), `axon-demo-${hash.digest("hex").slice(0, 8)}`);
  if (await exists(directory)) return directory;
  const draft = await mkdtemp(join(tmpdir(), "axon-demo-draft-"));
  await createRepository(draft, files, "A small repository of essays");
  try {
    await rename(draft, directory);
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(directory))) throw cause; // else another process was faster with the same
  }
  return directory;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw cause;
  }
}
