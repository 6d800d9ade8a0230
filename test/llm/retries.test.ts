// What is tried again, after which wait, and what is not, over real HTTP with a clock that only moves when somebody waits.

import { describe, expect, test } from "@jest/globals";
import { failing, half, knowsNot, streaming, type Behaviour } from "../support/llm-server.js";
import { SCHEMA, NOON, talks } from "./support.js";

const talk = talks();
const hello = streaming("hello");

describe("a passing failure", () => {
  test.each([408, 409, 429, 500, 502, 503, 529])(
    "by status %d is tried again after ever longer waits",
    async (status) => {
      const { ask, waits, server } = await talk(({ number }) => (number <= 3 ? failing(status) : hello));
      expect(await ask()).toMatchObject({ ok: true, text: "hello", seconds: 5.25 });
      expect(waits).toEqual([750, 1500, 3000]);
      expect(server.requests).toHaveLength(4);
    },
  );

  test("of the network before any answer is tried again", async () => {
    const hangUp: Behaviour = (response) => void response.destroy();
    const { ask } = await talk(({ number }) => (number === 1 ? hangUp : number === 2 ? half("") : hello));
    expect(await ask()).toMatchObject({ ok: true, usage: { inputTokens: expect.any(Number), estimated: true } });
  });

  test("that does not pass is given up after five tries, and says so", async () => {
    const { ask, lines, server } = await talk(() => failing(500, { message: "out of\n\u202eorder\u0007" }));
    expect(await ask()).toMatchObject({
      ok: false,
      code: "unavailable",
      reason: expect.stringMatching(
        /^127\.0\.0\.1:\d+ fails at the moment \(500 out of order\); .* gave up after 5 tries$/,
      ),
    });
    expect(server.requests).toHaveLength(5);
    expect(lines).toContain("small: waits 3 s before the next request");
  });
});

describe("Retry-After", () => {
  test.each([
    ["seconds", "7", 7000],
    ["a date", new Date(NOON + 33_000).toUTCString(), 33_000],
    ["a date that is past", new Date(NOON - 33_000).toUTCString(), 750],
    ["nonsense", "soon", 750],
  ])("as %s is obeyed", async (_, header, wait) => {
    const { ask, waits } = await talk(({ number }) =>
      number === 1 ? failing(429, { headers: { "retry-after": header } }) : hello,
    );
    expect(await ask()).toMatchObject({ ok: true });
    expect(waits).toEqual([wait]);
  });

  test("beyond what is waited for is a failure at once that says how long", async () => {
    const { ask, waits, server } = await talk(() => failing(429, { headers: { "retry-after": "3600" } }));
    expect(await ask()).toMatchObject({
      ok: false,
      code: "rate-limited",
      reason: expect.stringContaining("asks to wait 3600 s, and 120 s is the longest"),
    });
    expect([waits, server.requests.length]).toEqual([[], 1]);
  });
});

describe("an allowance that has run out", () => {
  test.each([
    ["requests", { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m2.5s" }, [62_500]],
    ["tokens", { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "250ms" }, [250]],
    ["neither", { "x-ratelimit-remaining-tokens": "9", "x-ratelimit-reset-tokens": "6m0s" }, []],
    ["requests for a day", { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "24h" }, [120_000]],
  ])("(%s) is waited for before the next request, within bounds", async (_, headers, expected) => {
    const { ask, waits } = await talk(() => streaming("hello", { headers }));
    await ask();
    expect(waits).toEqual([]);
    await ask();
    expect(waits).toEqual(expected);
  });
});

describe("a lasting failure", () => {
  test.each([
    [400, null, "rejected", "small"],
    [401, null, "unauthorized", "OPENAI_API_KEY"],
    [402, null, "quota", "credit"],
    [403, null, "unauthorized", "OPENAI_API_KEY"],
    [404, null, "not-found", "AXON_MODEL"],
    [413, null, "rejected", "small"],
    [429, "insufficient_quota", "quota", "credit"],
  ])("by status %d (%s) is not tried again", async (status, code, expected, words) => {
    const { ask, server } = await talk(() => failing(status, { code }));
    expect(await ask()).toMatchObject({ ok: false, code: expected, reason: expect.stringContaining(words) });
    expect(server.requests).toHaveLength(1);
  });
});

test("however much a server has to say, the reason ends with how to mend it", async () => {
  const { ask } = await talk(() => failing(404, { message: "no ".repeat(10_000) }));
  const failure = await ask();
  expect(failure).toMatchObject({
    ok: false,
    reason: expect.stringMatching(/no no….*check AXON_MODEL and the path of OPENAI_BASE_URL$/),
  });
});

describe("a server that does not know", () => {
  test("JSON schemas gets the schema in the prompt instead, and is not asked again", async () => {
    const { ask, server, lines, waits } = await talk(() => knowsNot(["json_schema"], hello));
    expect(await ask({ schema: SCHEMA })).toMatchObject({ ok: true });
    expect(await ask({ schema: SCHEMA })).toMatchObject({ ok: true });
    const [first, second, third] = server.requests.map(({ body }) => body);
    expect(first?.response_format).toEqual({ type: "json_schema", json_schema: { ...SCHEMA, strict: true } });
    expect(first?.messages[0]?.content).toBe("You answer.");
    expect(second?.response_format).toEqual({ type: "json_object" });
    expect(second?.messages.map(({ role }) => role)).toEqual(["system", "user"]);
    expect(second?.messages[0]?.content).toContain(JSON.stringify(SCHEMA.schema));
    expect(third).toEqual(second);
    expect([server.requests.length, waits]).toEqual([3, []]);
    expect(lines).toEqual([expect.stringContaining("response_format json_schema is not supported")]);
  });

  test.each([400, 404, 422])("any form of JSON, by status %d, is asked for plain text", async (status) => {
    const { ask, server } = await talk(() => knowsNot(["json_schema", "json_object"], hello, status));
    const messages = [{ role: "user", content: "What is it?" }] as const;
    expect(await ask({ schema: SCHEMA, messages })).toMatchObject({ ok: true });
    const body = server.requests[2]?.body;
    expect(body?.response_format).toBeUndefined();
    expect(body?.messages[0]).toEqual({ role: "system", content: expect.stringContaining("JSON Schema") });
    expect(server.requests).toHaveLength(3);
  });

  test("one model's forms may well know another's", async () => {
    const { ask, server } = await talk(({ body }) =>
      body.model === "small" ? knowsNot(["json_schema"], hello) : hello,
    );
    await ask({ schema: SCHEMA });
    await ask({ schema: SCHEMA, model: "unpriced" });
    expect(server.requests.at(-1)?.body.response_format?.type).toBe("json_schema");
  });

  test("nothing of the request at all is a failure, and the next request begins anew", async () => {
    const { ask, server } = await talk(({ number }) => (number <= 3 ? failing(400) : hello));
    expect(await ask({ schema: SCHEMA })).toMatchObject({ ok: false, code: "rejected" });
    expect(await ask({ schema: SCHEMA })).toMatchObject({ ok: true });
    const forms = server.requests.map(({ body }) => body.response_format?.type);
    expect(forms).toEqual(["json_schema", "json_object", undefined, "json_schema"]);
  });

  test("the address is not asked in other forms", async () => {
    const { ask, server } = await talk(() => failing(404, { message: "Not Found" }));
    expect(await ask({ schema: SCHEMA })).toMatchObject({ ok: false, code: "not-found" });
    expect(server.requests).toHaveLength(1);
  });

  test("the model, or has no room for the prompt, is not asked in other forms", async () => {
    const answers = ["The model `small` does not exist", "maximum context length is 8192 tokens"];
    const { ask, server } = await talk(({ number }) => failing(400, { message: answers[number - 1] ?? "" }));
    expect(await ask({ schema: SCHEMA })).toMatchObject({ ok: false, code: "rejected" });
    expect(await ask({ schema: SCHEMA })).toMatchObject({ ok: false, code: "rejected" });
    expect(server.requests).toHaveLength(2);
  });

  test("temperature, the older limit or usage is asked without, as models that think want it", async () => {
    const { ask, server } = await talk(({ body }) => {
      if (body.temperature !== undefined) return failing(400, { message: "Unsupported value: 'temperature'" });
      if (body.max_tokens !== undefined)
        return failing(400, { message: "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead." });
      return "stream_options" in body ? failing(422, { message: "stream_options: extra fields not permitted" }) : hello;
    });
    expect(await ask()).toMatchObject({ ok: true });
    expect(server.requests.at(-1)?.body).toMatchObject({ max_completion_tokens: 500 });
    expect(server.requests).toHaveLength(4);
  });
});
