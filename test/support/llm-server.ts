// An OpenAI-compatible endpoint on this machine for tests. A script decides how it behaves; it never learns what a diff is, nor which would pass.

import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";

const chatBody = z.looseObject({
  model: z.string().default(""),
  stream: z.boolean().default(false),
  messages: z.array(z.looseObject({ role: z.string(), content: z.string() })).default([]),
  response_format: z.looseObject({ type: z.string() }).optional(),
  max_tokens: z.number().optional(),
  max_completion_tokens: z.number().optional(),
  temperature: z.number().optional(),
});

export interface LlmRequest {
  /** Its place among all requests, from 1. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: z.infer<typeof chatBody>;
}

/** How one request is answered. */
export type Behaviour = (response: ServerResponse, request: LlmRequest) => void | Promise<void>;

export interface LlmServer {
  /** What OPENAI_BASE_URL would be: http://127.0.0.1:PORT/v1 */
  readonly url: string;
  /** All that came in, oldest first. */
  readonly requests: readonly LlmRequest[];
  /** Most requests that were open at one time. */
  readonly mostAtOnce: () => number;
  readonly close: () => Promise<void>;
}

/**
 * Starts it on a free port of 127.0.0.1. `script` sees each request and says how to behave; the helpers below are the usual ways.
 *
 *     const server = await startLlmServer(({ number }) => (number === 1 ? failing(500) : streaming("hello")));
 *     …
 *     await server.close();
 */
export async function startLlmServer(script: (request: LlmRequest) => Behaviour): Promise<LlmServer> {
  const requests: LlmRequest[] = [];
  const open = { now: 0, most: 0 };
  const server = createServer((incoming, response) => {
    open.most = Math.max(open.most, (open.now += 1));
    response.on("close", () => (open.now -= 1));
    void answer(incoming, response);
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await textOf(incoming);
    const { method = "", url: path = "", headers } = incoming;
    const body = chatBody.parse(text === "" ? {} : JSON.parse(text));
    const request = { number: requests.length + 1, method, path, headers, body };
    requests.push(request);
    await script(request)(response, request);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    requests,
    mostAtOnce: () => open.most,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

interface Answer {
  /** Default: what was asked for. */
  readonly model?: string;
  /** Null: none is sent. Default: 100 in, 20 out. */
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
  /** Null: the stream ends without one. */
  readonly finish?: "stop" | "length" | "content_filter" | null;
  /** Instead of an answer. */
  readonly refusal?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds before each piece. */
  readonly pauseMs?: number;
  /** Characters per piece. */
  readonly size?: number;
}

const USAGE = { prompt_tokens: 100, completion_tokens: 20 };

function choiceOf(delta: object, finish_reason: string | null = null): object {
  return { index: 0, delta, finish_reason };
}

function eventOf(model: string, chunk: object): string {
  const shell = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 0, model };
  return `data: ${JSON.stringify({ ...shell, ...chunk })}\n\n`;
}

/** The text in pieces as server-sent events, as most endpoints stream. No tool calls, ever. */
export function streaming(text: string, options: Answer = {}): Behaviour {
  const { model, usage = USAGE, finish = "stop", refusal, headers = {}, pauseMs = 0, size = 7 } = options;
  return async (response, { body }) => {
    const send = (choice: object): boolean => response.write(eventOf(model ?? body.model, { choices: [choice] }));
    response.writeHead(200, { "content-type": "text/event-stream", ...headers });
    send(choiceOf({ role: "assistant", content: "", ...(refusal === undefined ? {} : { refusal }) }));
    for (let from = 0; from < text.length && !response.destroyed; from += size) {
      if (pauseMs > 0) await pause(pauseMs);
      send(choiceOf({ content: text.slice(from, from + size) }));
    }
    if (finish !== null) send(choiceOf({}, finish));
    if (usage !== null) response.write(eventOf(model ?? body.model, { choices: [], usage: withTotal(usage) }));
    response.end(finish === null ? "" : "data: [DONE]\n\n");
  };
}

/** The whole answer as one JSON body, as servers do that do not stream. */
export function whole(text: string, options: Answer = {}): Behaviour {
  const { model, usage = USAGE, finish = "stop", refusal = null, headers = {} } = options;
  return (response, { body }) => {
    const message = { role: "assistant", content: text, refusal };
    const answer = {
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 0,
      model: model ?? body.model,
      choices: [{ index: 0, message, finish_reason: finish }],
      ...(usage === null ? {} : { usage: withTotal(usage) }),
    };
    response.writeHead(200, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(answer));
  };
}

function withTotal(usage: { readonly prompt_tokens: number; readonly completion_tokens: number }): object {
  return { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens };
}

/** JSON in a fence with prose round it, as models without a schema answer. */
export function fenced(value: unknown, options: Answer = {}): Behaviour {
  return streaming(
    `Sure! Here {it} is:\n\n\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\`\nDoes that help?`,
    options,
  );
}

/** A valid HTTP answer whose text is JSON no more. */
export function wrongJson(options: Answer = {}): Behaviour {
  return streaming('{"hypothesis": "unfinished', options);
}

/** Begins to answer, then drops the connection. */
export function half(text: string): Behaviour {
  return (response, { body }) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(eventOf(body.model, { choices: [choiceOf({ content: text })] }), () => response.destroy());
  };
}

/** Takes the request and says nothing until the client gives up. */
export function silent(): Behaviour {
  return () => {};
}

/** An error as OpenAI words it: 401, 404, 429, 500, … */
export function failing(
  status: number,
  {
    message = `status ${status}`,
    code = null,
    headers = {},
  }: {
    readonly message?: string;
    readonly code?: string | null;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Behaviour {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ error: { message, type: "test", param: null, code } }));
  };
}

/** 400 as long as the request asks for one of `types` of response_format, then as `otherwise` says. */
export function knowsNot(
  types: readonly ("json_schema" | "json_object")[],
  otherwise: Behaviour,
  status = 400,
): Behaviour {
  return (response, request) => {
    const type = request.body.response_format?.type ?? "text";
    const refused = types.some((known) => known === type);
    const behaviour = refused ? failing(status, { message: `response_format ${type} is not supported` }) : otherwise;
    return behaviour(response, request);
  };
}

/** Sends text without end. */
export function endless(): Behaviour {
  return async (response, { body }) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    while (!response.destroyed) {
      response.write(eventOf(body.model, { choices: [choiceOf({ content: "x".repeat(10_000) })] }));
      await pause(1);
    }
  };
}

/** Sends the client elsewhere. */
export function redirecting(location: string, status = 307): Behaviour {
  return (response) => {
    response.writeHead(status, { location });
    response.end();
  };
}

/** Bytes as they are. */
export function raw(text: string, contentType = "text/event-stream"): Behaviour {
  return (response) => {
    response.writeHead(200, { "content-type": contentType });
    response.end(text);
  };
}
