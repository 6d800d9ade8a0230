// A server that only reads: turns bad requests away, keeps time, says what it did, and goes down in order. What it serves is handed in.

import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { InputError } from "../errors.js";
import type { Log } from "../log.js";
import { refusal } from "./guard.js";
import type { RequestTimes } from "./metrics.js";
import { jsonReply, send, textReply, type Reply } from "./reply.js";

export interface Work {
  /** For the log and the figures: of few values, whatever is asked. */
  readonly route: string;
  /** An answer that says nothing to a log reader: files, signs of life. */
  readonly quiet?: boolean;
  /** Stays open as long as the reader likes, so its time means nothing. */
  readonly endless?: boolean;
  /** Null: it answers by itself. */
  readonly answer: () => Promise<Reply | null> | Reply | null;
}

export interface ServerOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly log: Log;
  readonly times: RequestTimes;
}

export interface Listening {
  readonly port: number;
  readonly url: string;
  /** From now on requests are answered. */
  begin(choose: (request: IncomingMessage, response: ServerResponse) => Work): void;
  /** Open requests have a few seconds. */
  close(): Promise<void>;
}

/** Milliseconds that open requests have when the server goes down. */
const GRACE = 5000;
const CONNECTIONS = 500;

/** @throws InputError `port-in-use`, `port`, `host` */
export async function openServer(options: ServerOptions): Promise<Listening> {
  const { host } = options;
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5000 });
  server.maxConnections = CONNECTIONS;
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    begin: (choose) => {
      server.on("request", (request, response) => void serve(options, choose, request, response));
    },
    close: () => close(server),
  };
}

function listen(server: Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(listenError(cause, host, port)));
    server.listen(port, host, resolve);
  });
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  if (cause.code === "EADDRINUSE") {
    const message = `port ${port} of ${host} is in use, perhaps by another dashboard: choose another with --port`;
    return new InputError("port-in-use", message, { cause });
  }
  if (cause.code === "EACCES" || cause.code === "ERR_SOCKET_BAD_PORT") {
    return new InputError("port", `port ${port} cannot be used by this user: choose one from 1024 to 65535`, { cause });
  }
  return new InputError("host", `cannot listen on ${host}: ${cause.message}`, { cause });
}

function close(server: Server): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), GRACE);
  return new Promise((resolve) => {
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

async function serve(
  { host, log, times }: ServerOptions,
  choose: (request: IncomingMessage, response: ServerResponse) => Work,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [id, start] = [randomUUID(), performance.now()];
  const refused = refusal(request, host);
  const { route, quiet, endless, answer } = refused ? refusing(refused) : choose(request, response);
  response.on("error", () => response.destroy()); // whoever asked has left
  response.on("close", () => {
    const seconds = (performance.now() - start) / 1000;
    const { statusCode: status } = response;
    if (!endless) times.add(route, status, seconds);
    if (quiet && status < 400) return;
    log("info", "answered", { request: id, route, status, milliseconds: Math.round(1000 * seconds) });
  });
  try {
    const reply = await answer();
    if (reply !== null) await send(request, response, reply);
  } catch (error) {
    log("error", "could not answer", { request: id, route, error: String((error as Error).stack ?? error) });
    if (response.headersSent) response.destroy();
    else await send(request, response, jsonReply({ error: `this failed; the log says why at request ${id}` }, 500));
  }
}

function refusing({ status, reason }: NonNullable<ReturnType<typeof refusal>>): Work {
  const headers = status === 405 ? { allow: "GET, HEAD" } : {};
  return { route: "refused", answer: () => ({ ...textReply(status, reason), headers }) };
}
