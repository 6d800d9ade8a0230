// What counts as an answer, and what does not, over real HTTP.

import { describe, expect, test } from "@jest/globals";
import { endless, failing, fenced, half, raw, silent, streaming, whole } from "../support/llm-server.js";
import { jsonObjects } from "../../src/prompt/json-objects.js";
import { KEY, REQUEST, SCHEMA, settingsFor, talkOf, talks } from "./support.js";

const talk = talks();

describe("an answer", () => {
  test("that streams in pieces is put together, counted and paid for", async () => {
    const { ask, server, expenses } = await talk(() => streaming("it is a test, ünd more", { model: "small-2026" }));
    expect(await ask()).toEqual({
      ok: true,
      text: "it is a test, ünd more",
      model: "small-2026",
      usage: { inputTokens: 100, outputTokens: 20 },
      dollars: (100 * 1 + 20 * 10) / 1e6,
      seconds: 0,
    });
    expect(expenses).toEqual([
      {
        id: expect.any(String),
        day: "2026-11-24",
        model: "small",
        usage: { inputTokens: 100, outputTokens: 20 },
        dollars: 0.0003,
        outcome: "answered",
      },
    ]);
    const [request] = server.requests;
    expect(request).toMatchObject({ method: "POST", path: "/v1/chat/completions" });
    expect(request?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(request?.body).toEqual({
      model: "small",
      messages: REQUEST.messages,
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 500,
      temperature: 0.7,
    });
  });

  test("of a server that does not stream is taken whole", async () => {
    const { ask } = await talk(() => whole("all at once"));
    expect(await ask()).toMatchObject({ ok: true, text: "all at once", usage: { inputTokens: 100, outputTokens: 20 } });
  });

  test("has no dollars where the price is not known, but tokens", async () => {
    const { ask, expenses } = await talk(() => streaming("hello"));
    expect(await ask({ model: "unpriced" })).toMatchObject({ ok: true, dollars: null });
    expect(expenses).toMatchObject([
      { model: "unpriced", usage: { inputTokens: 100, outputTokens: 20 }, dollars: null },
    ]);
  });

  test.each([
    ["none", null],
    ["zeros", { prompt_tokens: 0, completion_tokens: 0 }],
    ["nonsense", { prompt_tokens: -5, completion_tokens: 1e300 }],
  ])("whose usage is %s is reckoned from its bytes, and says so", async (_, usage) => {
    const { ask } = await talk(() => streaming("a".repeat(200), { usage }));
    const answer = await ask();
    const sent = 11 + 11; // bytes of both messages
    expect(answer).toMatchObject({ ok: true, usage: { outputTokens: 100, estimated: true } });
    expect(answer.usage.inputTokens).toBeGreaterThanOrEqual(sent / 2);
  });

  test("that takes longer than the longest silence is whole as long as something comes", async () => {
    const { ask } = await talk(() => streaming("12345678", { pauseMs: 50, size: 1 }), { limits: { idleMs: 300 } });
    expect(await ask()).toMatchObject({ ok: true, text: "12345678" });
  });

  test("that has ended counts, though the connection hangs afterwards", async () => {
    const { ask } = await talk(
      () => async (response, request) => {
        const end = response.end.bind(response);
        response.end = () => response;
        await streaming("done")(response, request);
        response.end = end;
      },
      { limits: { idleMs: 150 } },
    );
    expect(await ask()).toMatchObject({ ok: true, text: "done" });
  });
});

describe("no answer, but paid for,", () => {
  test.each([
    ["cut off by its token limit", "cut-off", streaming('{"diff": "half', { finish: "length" })],
    ["stopped by a content filter", "filtered", streaming("I", { finish: "content_filter" })],
    ["refused by the model", "refused", streaming("", { refusal: "I will not." })],
    ["of blanks", "empty", streaming(" \n")],
  ])("is one %s", async (_, code, behaviour) => {
    const { ask, server, expenses } = await talk(() => behaviour);
    expect(await ask()).toMatchObject({
      ok: false,
      code,
      usage: { inputTokens: 100, outputTokens: 20 },
      dollars: 0.0003,
    });
    expect(expenses).toMatchObject([{ outcome: code, dollars: 0.0003 }]);
    expect(server.requests).toHaveLength(1);
  });

  test("says why the model refused, on one line and without what is hidden", async () => {
    const { ask } = await talk(() => streaming("", { refusal: `I\n\u202ewill\u200b not take ${KEY}` }));
    expect(await ask()).toMatchObject({ ok: false, reason: "the model refuses: I will not take [key]" });
  });

  test.each([
    ["drops the connection", half("begun but")],
    ["ends without an end", streaming("begun but", { finish: null, usage: null })],
    [
      "sends an error in the midst",
      raw('data: {"choices":[{"delta":{"content":"x"}}]}\n\ndata: {"error":{"message":"boom"}}\n\n'),
    ],
  ])("is one of an endpoint that %s: it counts as if all allowed had been written", async (_, behaviour) => {
    const { ask, server } = await talk(() => behaviour);
    const failure = await ask();
    expect(failure).toMatchObject({ ok: false, code: "interrupted", usage: { outputTokens: 500, estimated: true } });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ["silence", silent(), { idleMs: 80 }, /silent/],
    ["a slow drip", streaming("drop by drop", { pauseMs: 30, size: 1 }), { idleMs: 1000, totalMs: 150 }, /longer/],
  ])("is %s: the try ends, and is not made again", async (_, behaviour, limits, words) => {
    const { ask, server } = await talk(() => behaviour, { limits });
    const failure = await ask();
    expect(failure).toMatchObject({ ok: false, code: "timeout", usage: { outputTokens: 500, estimated: true } });
    expect(failure).toMatchObject({ reason: expect.stringMatching(words) });
    expect(server.requests).toHaveLength(1);
  });

  test("is text without end, whether in the answer or around it", async () => {
    const { ask } = await talk(({ number }) => (number === 1 ? endless() : raw(`: ${"x".repeat(3e6)}\n\n`)), {
      limits: { answerBytes: 20_000 },
    });
    expect(await ask()).toMatchObject({ ok: false, code: "too-large" });
    expect(await ask()).toMatchObject({ ok: false, code: "too-large" });
  });

  test.each([
    ["a web page", "text/html; charset=utf-8"],
    ["a picture", "image/png"],
  ])("is %s at a wrong address, and no model has worked for it", async (_, type) => {
    const { ask, server, expenses } = await talk(() => raw(`<html>${"Welcome! ".repeat(1e5)}</html>`, type));
    expect(await ask()).toMatchObject({
      ok: false,
      code: "malformed",
      reason: expect.stringContaining("OPENAI_BASE_URL"),
      usage: { inputTokens: 0, outputTokens: 0 },
    });
    expect([server.requests.length, expenses]).toEqual([1, []]);
  });

  test.each([
    ["a web page", raw("<html>Welcome!</html>", "application/json")],
    ["events without JSON", raw("data: hello\n\n")],
    ["JSON of another form", raw('data: {"choices": "none"}\n\n')],
  ])("is %s", async (_, behaviour) => {
    const { ask } = await talk(() => behaviour);
    expect(await ask()).toMatchObject({
      ok: false,
      code: "malformed",
      reason: expect.stringContaining("OPENAI_BASE_URL"),
    });
  });
});

describe("JSON", () => {
  const value = { hypothesis: "wider", diff: "```\n{x}\n" };

  test("is found in a fence with prose round it, as it came over the wire", async () => {
    const { ask } = await talk(() => fenced(value));
    const answer = await ask({ schema: SCHEMA });
    expect(answer.ok && jsonObjects(answer.text)).toEqual([value]);
  });

  test("is looked for in linear time in a million braces, quotes and escapes", () => {
    for (const text of ["{", '{"', '{"\\"', '{"a":{', '"{'])
      expect(jsonObjects(text.repeat(1_000_000 / text.length))).toEqual([]);
  });
});

describe("what never reaches the endpoint or never begins", () => {
  test("costs nothing", async () => {
    const { ask, expenses, server } = await talk(() => failing(401));
    expect(await ask()).toMatchObject({ ok: false, usage: { inputTokens: 0, outputTokens: 0 }, dollars: 0 });
    await server.close();
    expect(await ask()).toMatchObject({ ok: false, code: "unavailable", usage: { inputTokens: 0, outputTokens: 0 } });
    expect(expenses).toEqual([]);
  });

  test("is a port that no client talks to: it costs nothing, and is not tried again", async () => {
    const { ask, waits, expenses } = talkOf(settingsFor("http://127.0.0.1:6667/v1"));
    expect(await ask()).toMatchObject({ ok: false, code: "unavailable", reason: expect.stringContaining("bad port") });
    expect([waits, expenses]).toEqual([[], []]);
  });
});
