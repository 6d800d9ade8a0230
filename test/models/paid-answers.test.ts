// Answers that cost money: asked for over HTTP once, kept in the archive before they are used, and counted on their day.

import { afterEach, describe, expect, test } from "@jest/globals";
import type { ChatRequest } from "../../src/llm/chat.js";
import { openChat } from "../../src/llm/open-chat.js";
import type { LlmSettings } from "../../src/llm/settings.js";
import { archiveLedger, briefLedger } from "../../src/models/ledgers.js";
import { PaidAnswers } from "../../src/models/paid-answers.js";
import { Archive } from "../../src/store/archive.js";
import {
  failing,
  half,
  raw,
  startLlmServer,
  streaming,
  type Behaviour,
  type LlmServer,
} from "../support/llm-server.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();
const signal = new AbortController().signal;
const NOON = Date.parse("2026-11-24T12:00:00Z");
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const request = (content: string): ChatRequest => ({
  model: "small",
  messages: [{ role: "user", content }],
  schema: null,
  maxOutputTokens: 100,
  temperature: 0.5,
});

async function endpoint(script: (number: number) => Behaviour): Promise<LlmServer> {
  const server = await startLlmServer(({ number }) => script(number));
  open.push(() => server.close());
  return server;
}

const FREE = { dollars: 5, tokens: 1_000_000 };

/** A run of a cycle: a process of its own would see no more of another than the archive. */
async function run(directory: string, { url }: LlmServer, daily: LlmSettings["daily"] = FREE, cycle = "cycle") {
  const archive = await Archive.open(directory);
  const settings: LlmSettings = {
    baseUrl: url,
    apiKey: "none",
    allowedHosts: [new URL(url).host],
    models: [{ name: "small", price: { input: 1000, output: 1000 } }],
    daily,
    limits: { retries: 0 },
  };
  const asked: string[] = [];
  const chat = openChat(settings, archiveLedger(archive), { now: () => NOON });
  const answers = new PaidAnswers(chat, archive, cycle, {
    signal,
    onAsk: (model, number) => asked.push(`${model} ${number}`),
  });
  return { archive, answers, asked };
}

describe("a paid answer", () => {
  test("is not asked for again after a kill that came right after it", async () => {
    const directory = temporary();
    const server = await endpoint((number) => streaming(`answer ${number}`));
    const first = await run(directory, server);
    const reply = await first.answers.about(1)(request("what?"));
    await first.archive.close(); // killed before anything was made of it
    const second = await run(directory, server);
    expect(await second.answers.about(1)(request("what?"))).toEqual(reply);
    expect([server.requests.length, second.asked]).toEqual([1, []]);
    await second.archive.close();
  });

  test("is another one for another attempt, another cycle, another question, and when the same is asked once more", async () => {
    const directory = temporary();
    const server = await endpoint((number) => streaming(`answer ${number}`));
    const { answers, archive } = await run(directory, server);
    const ask = answers.about(1);
    const texts = [
      await ask(request("a")),
      await ask(request("a")),
      await answers.about(2)(request("a")),
      await answers.about(1)(request("b")),
    ];
    await archive.close();
    const other = await run(directory, server, FREE, "another");
    texts.push(await other.answers.about(1)(request("a")));
    expect(texts.map((reply) => reply.ok && reply.text)).toEqual([1, 2, 3, 4, 5].map((number) => `answer ${number}`));
    await other.archive.close();
  });

  test("that failed fails again, so that a resumed cycle takes the way that it took", async () => {
    const directory = temporary();
    const server = await endpoint((number) => (number === 2 ? failing(500) : streaming("fine")));
    const first = await run(directory, server);
    await first.answers.about(1)(request("a"));
    const failed = await first.answers.about(2)(request("a"));
    expect(failed).toMatchObject({ ok: false, code: "unavailable" });
    await first.archive.close();
    const second = await run(directory, server);
    expect(await second.answers.about(2)(request("a"))).toEqual(failed);
    expect(server.requests.length).toBe(2);
    await second.archive.close();
  });
});

describe("money", () => {
  test("is counted on its day, across runs, and stops requests before the limit is passed", async () => {
    const directory = temporary();
    const server = await endpoint(() => streaming("fine")); // 100 tokens in, 20 out: $0.12
    const first = await run(directory, server, { dollars: 0.3, tokens: 1_000_000 });
    expect(await first.answers.about(1)(request("a"))).toMatchObject({ ok: true, dollars: 0.12 });
    expect(await first.archive.spent("2026-11-24")).toEqual({ tokens: 120, dollars: 0.12 });
    expect(await first.archive.spent("2026-11-25")).toEqual({ tokens: 0, dollars: 0 });
    await first.archive.close();
    const second = await run(directory, server, { dollars: 0.2, tokens: 1_000_000 });
    expect(await second.answers.about(2)(request("a"))).toMatchObject({ ok: false, code: "budget" });
    expect(server.requests.length).toBe(1);
    await second.archive.close();
    expect(await briefLedger(directory).spent("2026-11-24")).toEqual({ tokens: 120, dollars: 0.12 });
  });
});

test("a request under way at a kill is on the books at its most, and what it did cost takes that place", async () => {
  const directory = temporary();
  const archive = await Archive.open(directory);
  const expense = (id: string, outputTokens: number, outcome: "reserved" | "answered") => {
    const usage = { inputTokens: 10, outputTokens };
    return {
      kind: "expense",
      expense: { id, day: "2026-11-24", model: "m", usage, dollars: outputTokens, outcome },
    } as const;
  };
  await archive.append(expense("a", 90, "reserved"));
  await archive.append(expense("b", 90, "reserved"));
  await archive.append(expense("a", 5, "answered"));
  const spent = await archive.spent("2026-11-24");
  await archive.close(); // killed before b was settled
  expect(spent).toEqual({ tokens: 115, dollars: 95 });
  expect(await briefLedger(directory).spent("2026-11-24")).toEqual(spent);
});

test("an answer that is paid for is given back though a cycle has begun meanwhile, and counts at its most", async () => {
  const directory = temporary();
  const ledger = briefLedger(directory);
  const expense = { id: "a", day: "2026-11-24", model: "m", usage: { inputTokens: 10, outputTokens: 90 }, dollars: 1 };
  await ledger.record({ ...expense, outcome: "reserved" });
  const cycle = await Archive.open(directory);
  await ledger.record({ ...expense, dollars: 0.1, outcome: "answered" });
  await expect(ledger.record({ ...expense, id: "b", outcome: "reserved" })).rejects.toMatchObject({ code: "locked" });
  await cycle.close();
  expect(await ledger.spent("2026-11-24")).toEqual({ tokens: 100, dollars: 1 });
}, 30_000);

describe("an endpoint that does not serve", () => {
  test("stops the command where the very first request is refused for its key, and nothing is kept", async () => {
    const directory = temporary();
    const server = await endpoint(() => failing(401));
    const { answers, archive } = await run(directory, server);
    await expect(answers.about(1)(request("a"))).rejects.toMatchObject({
      name: "InputError",
      code: "model-unauthorized",
    });
    await archive.close();
    const again = await run(directory, server);
    await expect(again.answers.about(1)(request("a"))).rejects.toMatchObject({ code: "model-unauthorized" });
    expect(server.requests.length).toBe(2);
    await again.archive.close();
  });

  test.each([
    ["a page", raw("<html>", "text/html")],
    ["half an answer", half("{")],
  ])("is given up where it answers with %s", async (_, behaviour) => {
    const server = await endpoint(() => behaviour);
    const { answers, archive } = await run(temporary(), server);
    for (let number = 1; number <= 6; number++) await answers.about(number)(request("a"));
    await archive.close();
    expect(server.requests.length).toBe(3);
  });

  test("is not asked any more after three failures in a row, in a resumed cycle neither", async () => {
    const directory = temporary();
    const server = await endpoint((number) => (number === 1 ? streaming("fine") : failing(401)));
    const codes = async () => {
      const { answers, archive } = await run(directory, server);
      const replies = [];
      for (let number = 1; number <= 6; number++) replies.push(await answers.about(number)(request("a")));
      await archive.close();
      return replies.map((reply) =>
        reply.ok ? "ok" : `${reply.code}${reply.reason.startsWith("not asked") ? " not asked" : ""}`,
      );
    };
    const expected = ["ok", ...Array(3).fill("unauthorized"), ...Array(2).fill("unavailable not asked")];
    expect(await codes()).toEqual(expected);
    expect(await codes()).toEqual(expected);
    expect(server.requests.length).toBe(4);
  });
});
