// Reads blobs through one `git cat-file --batch`. It does not decide which: memory is the sum of what was asked for.

import { AxonError } from "../errors.js";
import { failure, type Git } from "./git.js";

const COMMAND = ["cat-file", "--batch"];

/** The contents of `oids`, in their order. @throws AxonError `git-object` for one that is missing or no blob. */
export async function readBlobs(git: Git, oids: readonly string[]): Promise<Buffer[]> {
  if (oids.length === 0) return [];
  const wrong = oids.find((oid) => !/^[0-9a-f]{40,64}$/.test(oid));
  if (wrong !== undefined) throw new AxonError("git-object", `"${wrong}" is not the full name of an object`);
  const { child, ended } = git.start(COMMAND);
  child.stdin.end(oids.map((oid) => `${oid}\n`).join(""));
  const parser = new BatchParser();
  try {
    const [, ending] = await Promise.all([parser.read(child.stdout), ended]);
    if (ending.status !== 0 || parser.blobs.length !== oids.length) throw failure(COMMAND, ending);
  } finally {
    child.kill();
  }
  return parser.blobs;
}

/** Takes apart `<oid> blob <size>\n<contents>\n`, again and again, however the bytes are cut into chunks. */
class BatchParser {
  readonly blobs: Buffer[] = [];
  #header = "";
  /** The blob being filled, with one byte more for the newline behind it. */
  #body: Buffer | undefined;
  #filled = 0;

  async read(chunks: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length;) at = this.#body ? this.#fill(this.#body, chunk, at) : this.#head(chunk, at);
    }
  }

  #head(chunk: Buffer, at: number): number {
    const newline = chunk.indexOf(10, at);
    if (newline < 0) {
      this.#header += chunk.toString("latin1", at);
      return chunk.length;
    }
    const header = this.#header + chunk.toString("latin1", at, newline);
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(header)?.[1];
    if (size === undefined) throw new AxonError("git-object", `git has no such blob: ${header}`);
    this.#header = "";
    this.#filled = 0;
    this.#body = Buffer.allocUnsafe(Number(size) + 1);
    return newline + 1;
  }

  #fill(body: Buffer, chunk: Buffer, at: number): number {
    const copied = chunk.copy(body, this.#filled, at);
    this.#filled += copied;
    if (this.#filled === body.length) {
      this.blobs.push(body.subarray(0, -1));
      this.#body = undefined;
    }
    return at + copied;
  }
}
