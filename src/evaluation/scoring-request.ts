// A request for a score as bytes on the stdin of the scoring process: a line of JSON that says how long each part is, then the parts.

import type { ScoreRequest } from "./scorer.js";

interface Header {
  readonly threads: number;
  readonly maxBytes?: number;
  /** Bytes of the model, which comes first. */
  readonly model: number;
  /** In the order in which their bytes follow. */
  readonly heldOut: readonly { readonly path: string; readonly bytes: number }[];
}

const NEWLINE = 10;

export function encodeRequest({ model, heldOut, threads, maxBytes }: ScoreRequest): Uint8Array[] {
  const header: Header = {
    threads,
    ...(maxBytes !== undefined && { maxBytes }),
    model: model.length,
    heldOut: heldOut.map(({ path, bytes }) => ({ path, bytes: bytes.length })),
  };
  return [Buffer.from(`${JSON.stringify(header)}\n`), model, ...heldOut.map(({ bytes }) => bytes)];
}

/**
 * Reads what `encodeRequest` wrote, and no further: the stream stays open, for its end says that the parent is gone.
 * @throws Error when it ends too early.
 */
export async function decodeRequest(stream: NodeJS.ReadableStream): Promise<ScoreRequest> {
  const bytes = await received(stream);
  const end = bytes.indexOf(NEWLINE);
  const { threads, maxBytes, model, heldOut } = JSON.parse(String(bytes.subarray(0, end))) as Header;
  let at = end + 1;
  const next = (length: number) => bytes.subarray(at, (at += length));
  return {
    model: next(model),
    heldOut: heldOut.map(({ path, bytes: length }) => ({ path, bytes: next(length) })),
    threads,
    ...(maxBytes !== undefined && { maxBytes }),
  };
}

function received(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const parts: Buffer[] = [];
  let [size, wanted] = [0, Infinity];
  return new Promise((resolve, reject) => {
    stream.on("end", () => reject(new Error("the request ended too early")));
    stream.on("data", (part: Buffer) => {
      parts.push(part);
      size += part.length;
      if (wanted === Infinity && part.includes(NEWLINE)) wanted = sizeOf(Buffer.concat(parts));
      if (size >= wanted) resolve(Buffer.concat(parts));
    });
  });
}

function sizeOf(start: Buffer): number {
  const end = start.indexOf(NEWLINE);
  const { model, heldOut } = JSON.parse(String(start.subarray(0, end))) as Header;
  return end + 1 + model + heldOut.reduce((sum, { bytes }) => sum + bytes, 0);
}
