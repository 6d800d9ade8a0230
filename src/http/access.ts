// Who may see what: a token that whoever started the server holds. It comes once in a header and lives on in a cookie that no script reads.

import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** What a request may see; null: nothing. */
export type Authorise = (request: IncomingMessage) => { readonly repositories: "all" | ReadonlySet<string> } | null;

export interface Access {
  readonly authorise: Authorise;
  /** The cookie for whoever shows the token in the header `Authorization: Bearer …`; null for everybody else. */
  signIn(request: IncomingMessage): string | null;
}

/** Seconds that a cookie lasts. */
const LASTS = 30 * 24 * 3600;
const [KEY, SESSION] = ["axon dashboard", "axon session"];

/** @param port of the server: cookies of one host are shared by all of its ports, so the name tells them apart */
export function tokenAccess(token: string, port: number): Access {
  const [name, session] = [`axon-${port}`, digest(token, SESSION).toString("base64url")];
  const bears = (request: IncomingMessage) => {
    const shown = /^Bearer (\S{1,500})$/i.exec(request.headers.authorization ?? "")?.[1];
    return shown !== undefined && equal(shown, token);
  };
  const keeps = (request: IncomingMessage) => {
    const cookies = (request.headers.cookie ?? "").split(";").map((pair) => pair.trim());
    return cookies.some((pair) => pair.startsWith(`${name}=`) && equal(pair.slice(name.length + 1), session));
  };
  return {
    authorise: (request) => (bears(request) || keeps(request) ? { repositories: "all" } : null),
    signIn: (request) =>
      bears(request) ? `${name}=${session}; Path=/; Max-Age=${LASTS}; HttpOnly; SameSite=Strict` : null,
  };
}

/** In a time that says nothing about where they differ, nor how long they are. */
function equal(a: string, b: string): boolean {
  return timingSafeEqual(digest(a, KEY), digest(b, KEY));
}

function digest(text: string, key: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
