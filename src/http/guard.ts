// What every request must be and every answer must say, before anybody asks what it is about.

import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** Nothing inline, nothing from elsewhere, no markup made of text. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

export const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": POLICY,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

const LONGEST_URL = 2048;

/**
 * Only reading, and only by names that a foreign site cannot point here: a site may let its own name lead to this address, and
 * its scripts would then read what is served. Addresses have no names to be turned.
 * @param bound the host that the server was told to listen on
 */
export function refusal({ method, url = "/", headers }: IncomingMessage, bound: string): Refusal | null {
  if (method !== "GET" && method !== "HEAD") return { status: 405, reason: "only GET and HEAD are answered" };
  if (url.length > LONGEST_URL) return { status: 414, reason: "the address is too long" };
  if (!url.startsWith("/")) return { status: 400, reason: "the address is no path" };
  const host = hostOf(headers.host ?? "");
  if (host === "localhost" || isIP(host) !== 0 || host === bound.toLowerCase()) return null;
  return { status: 421, reason: "this server is asked by its address, or by the name it was started with" };
}

/** Without port and brackets, in lower case. */
function hostOf(header: string): string {
  return (/^\[([\da-f:.]+)\](?::\d+)?$/i.exec(header)?.[1] ?? header.replace(/:\d+$/, "")).toLowerCase();
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
