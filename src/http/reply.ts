// An answer as a value, and how it goes out: not again to who has it, and small where that pays.

import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip, gzipSync } from "node:zlib";
import { HEADERS } from "./guard.js";

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body as gzip makes it, where it was made before. */
  readonly zipped?: Buffer;
}

/** Bytes below which packing costs more than it saves. */
const WORTH_ZIPPING = 1400;

const zip = promisify(gzip);

export function jsonReply(value: unknown, status = 200): Reply {
  return { status, type: "application/json; charset=utf-8", body: JSON.stringify(value) };
}

export function textReply(status: number, text: string): Reply {
  return { status, type: "text/plain; charset=utf-8", body: `${text}\n` };
}

/** A file that stays the same: packed once. */
export function fileReply(type: string, body: string | Buffer): Reply {
  return { status: 200, type, body, zipped: gzipSync(body) };
}

export async function send(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
  const { status, type, body, headers = {} } = reply;
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  const common = { ...HEADERS, "cache-control": "private, no-cache", vary: "accept-encoding, cookie", ...headers };
  if (status === 200 && request.headers["if-none-match"] === etag) {
    response.writeHead(304, { ...common, etag }).end();
    return;
  }
  const zips = /\bgzip\b(?!;q=0)/.test(request.headers["accept-encoding"]?.toString() ?? "");
  const packed = zips && Buffer.byteLength(body) >= WORTH_ZIPPING;
  const sent = packed ? (reply.zipped ?? (await zip(body))) : Buffer.from(body);
  response.writeHead(status, {
    ...common,
    "content-type": type,
    "content-length": sent.length,
    ...(status === 200 && { etag }),
    ...(packed && { "content-encoding": "gzip" }),
  });
  response.end(request.method === "HEAD" ? undefined : sent);
}
