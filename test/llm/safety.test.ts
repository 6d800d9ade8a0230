// Where the key may go and where it never shows; aborts; how many requests at once.

import { setTimeout as pause } from "node:timers/promises";
import { inspect } from "node:util";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { failing, redirecting, silent, startLlmServer, streaming } from "../support/llm-server.js";
import { openChat } from "../../src/llm/open-chat.js";
import { KEY, REQUEST, settingsFor, talkOf, talks } from "./support.js";

const talk = talks();

describe("the key", () => {
  afterEach(() => void jest.restoreAllMocks());

  test("shows in no failure, no line and no log, though the endpoint repeats it wherever it can", async () => {
    const methods = ["debug", "info", "log", "warn", "error"] as const;
    const logs = methods.map((method) => jest.spyOn(console, method).mockImplementation(() => {}));
    process.env["OPENAI_LOG"] = "debug";
    const statuses = [302, 400, 401, 404, 429, 500, 500, 500, 500];
    const script = talkScript(statuses, KEY);
    const { ask, lines, expenses } = await talk(({ number }) => script(number));
    for (const status of statuses.slice(0, 5)) {
      const failure = inspect([status, await ask()], { depth: 9 });
      expect(failure).toContain("[key]");
      expect(failure).not.toContain(KEY);
    }
    delete process.env["OPENAI_LOG"];
    expect(inspect([lines, expenses], { depth: 9 })).not.toContain(KEY);
    expect(logs.flatMap(({ mock }) => mock.calls)).toEqual([]);
  });

  test("shows in no error about the settings", () => {
    const good = settingsFor("https://example.com/v1");
    const wrong = [
      { ...good, apiKey: `${KEY}\n` },
      { ...good, baseUrl: `https://user:${KEY}@example.com/v1` },
      { ...good, baseUrl: `https://example.com/v1?key=${KEY}` },
      { ...good, baseUrl: `http://example.com/${KEY}` },
      { ...good, baseUrl: KEY },
      good,
    ];
    for (const settings of wrong) {
      const thrown = caught(() => talkOf(settings));
      expect(thrown).toMatchObject({
        name: "InputError",
        code: expect.stringMatching(/^(api-key|base-url|host-not-allowed)$/),
      });
      expect(inspect(thrown, { depth: 9 })).not.toContain(KEY);
    }
  });

  test("follows no redirect, neither elsewhere nor to the same host", async () => {
    const elsewhere = await startLlmServer(() => streaming("stolen"));
    const { ask, server } = await talk(({ number }) =>
      redirecting(
        number === 1 ? `${elsewhere.url}/chat/completions` : "/v2/chat/completions",
        number === 1 ? 307 : 302,
      ),
    );
    const failure = await ask();
    expect(failure).toMatchObject({
      ok: false,
      code: "host",
      reason: expect.stringContaining(new URL(elsewhere.url).host),
    });
    expect(await ask()).toMatchObject({ ok: false, code: "host" });
    expect([server.requests.length, elsewhere.requests.length]).toEqual([2, 0]);
    await elsewhere.close();
  });
});

function talkScript(statuses: readonly number[], text: string): (number: number) => ReturnType<typeof failing> {
  return (number) => {
    const headers = { location: `https://${text}.example.com/${text}`, "x-request-id": text };
    return failing(statuses[number - 1] ?? 500, { message: `Incorrect key ${text}!`, code: text, headers });
  };
}

function caught(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe("an endpoint", () => {
  test.each([
    ["https://api.openai.com/v1", ["api.openai.com"]],
    ["https://models.example.com:8443/v1/", ["models.example.com"]],
    ["https://models.example.com:8443/v1", ["other.example.com", "MODELS.example.com:8443"]],
    ["http://localhost:11434/v1", ["localhost"]],
    ["http://[::1]:8080/v1", ["[::1]"]],
  ])("%s may be asked where %j are allowed", (baseUrl, allowedHosts) => {
    expect(talkOf({ ...settingsFor(baseUrl), allowedHosts }).chat).toBeInstanceOf(Function);
  });

  test.each([
    ["https://api.openai.com.evil.example/v1", ["api.openai.com"], "host-not-allowed"],
    ["https://api.openai.com./v1", ["api.openai.com"], "host-not-allowed"],
    ["https://models.example.com:8443/v1", ["models.example.com:443"], "host-not-allowed"],
    ["http://169.254.169.254/v1", ["169.254.169.254"], "base-url"],
    ["http://localhost.example.com/v1", ["localhost.example.com"], "base-url"],
    ["https://api.openai.com/v1?key=value", ["api.openai.com"], "base-url"],
    ["https://api.openai.com/v1#key", ["api.openai.com"], "base-url"],
    ["https://user@api.openai.com/v1", ["api.openai.com"], "base-url"],
    ["file:///etc/passwd", [""], "base-url"],
  ])("%s may not where %j are", (baseUrl, allowedHosts, code) => {
    expect(caught(() => talkOf({ ...settingsFor(baseUrl), allowedHosts }))).toMatchObject({ code });
  });

  test("gets at most so many requests at one time", async () => {
    const { ask, server } = await talk(() => streaming("hello", { pauseMs: 10 }), { limits: { concurrent: 2 } });
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask()));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(server.mostAtOnce()).toBe(2);
  });

  test("is not asked for a model that the settings do not name", async () => {
    const { ask } = await talk(() => streaming("hello"));
    expect(caught(() => void ask({ model: "large" }))).toMatchObject({ code: "model-unknown" });
  });
});

describe("an abort", () => {
  const reason = new Error("the user has enough");

  test("ends a request at once with its reason, and what it may have cost is written down", async () => {
    const stop = new AbortController();
    const { chat, expenses } = await talk(() => (...given) => {
      stop.abort(reason);
      return silent()(...given);
    });
    await expect(chat(REQUEST, stop.signal)).rejects.toBe(reason);
    expect(expenses).toMatchObject([{ outcome: "aborted", usage: { outputTokens: 500, estimated: true } }]);
  });

  test("ends a wait at once, and sends no more", async () => {
    const stop = new AbortController();
    const { server, settings } = await talk(() => failing(429, { headers: { "retry-after": "100" } }));
    const ledger = { spent: () => Promise.resolve({ tokens: 0, dollars: 0 }), record: () => Promise.resolve() };
    const chat = openChat(settings, ledger, { say: () => stop.abort(reason) });
    await expect(chat(REQUEST, stop.signal)).rejects.toBe(reason);
    expect(server.requests).toHaveLength(1);
  });

  test("of one that waits for its place leaves the place to the next", async () => {
    const stop = new AbortController();
    const { chat, ask, server } = await talk(() => streaming("hello", { pauseMs: 20 }), { limits: { concurrent: 1 } });
    const first = ask();
    const second = chat(REQUEST, stop.signal);
    const third = ask();
    await pause(5); // both stand in line
    stop.abort(reason);
    await expect(second).rejects.toBe(reason);
    expect([await first, await third]).toMatchObject([{ ok: true }, { ok: true }]);
    expect(server.requests).toHaveLength(2);
  });

  test("before the first request sends none", async () => {
    const { chat, server } = await talk(() => streaming("hello"));
    await expect(chat(REQUEST, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(server.requests).toHaveLength(0);
  });
});
