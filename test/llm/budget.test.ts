// The daily hard stop, and what is written into the ledger.

import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { half, streaming } from "../support/llm-server.js";
import { openBudget, type Expense, type Ledger } from "../../src/llm/budget.js";
import { dollarsOf, mostUsage } from "../../src/llm/cost.js";
import { REQUEST, SCHEMA, talks } from "./support.js";

const talk = talks();
const most = mostUsage(REQUEST);
const hello = streaming("hello");

describe("the daily budget", () => {
  test("stops before the request that might exceed its dollars, and says when it begins anew", async () => {
    const dollars = 0.0003 * 2 + (dollarsOf(most, { input: 1, output: 10 }) ?? 0) - 1e-9;
    const { ask, server } = await talk(() => hello, { daily: { dollars, tokens: 1e6 } });
    expect(await ask()).toMatchObject({ ok: true });
    expect(await ask()).toMatchObject({ ok: true });
    expect(await ask()).toMatchObject({
      ok: false,
      code: "budget",
      reason: expect.stringMatching(
        /\$0\.0006 are spent .* AXON_MODEL_DAILY_DOLLARS, .* begins at 2026-11-25T00:00:00Z/,
      ),
      usage: { inputTokens: 0, outputTokens: 0 },
    });
    expect(server.requests).toHaveLength(2);
  });

  test("stops by tokens where the price is not known and nobody set dollars, and says so once", async () => {
    const tokens = 120 + most.inputTokens + most.outputTokens - 1;
    const { ask, server, lines } = await talk(() => hello, { daily: { dollars: 1, tokens } });
    expect(await ask({ model: "unpriced" })).toMatchObject({ ok: true, dollars: null });
    expect(await ask({ model: "unpriced" })).toMatchObject({
      ok: false,
      code: "budget",
      reason: expect.stringContaining("120 tokens are spent"),
    });
    expect(server.requests).toHaveLength(1);
    expect(lines).toEqual([expect.stringMatching(/^unpriced: .* tokens alone limit .*AXON_MODEL_PRICES/)]);
  });

  test.each([
    ["dollars are 0", "unpriced", { dollars: 0, tokens: 1e6 }, /AXON_MODEL_DAILY_DOLLARS is 0/],
    ["tokens are 0", "small", { dollars: 1, tokens: 0 }, /AXON_MODEL_DAILY_TOKENS is 0/],
    [
      "somebody set dollars, and the price is not known",
      "unpriced",
      { dollars: 5, tokens: 1e6, setBy: { dollars: "limits.dollars in axon.yml" } },
      /^limits\.dollars in axon\.yml limits dollars.*AXON_MODEL_PRICES=unpriced=/,
    ],
    [
      "a request does not fit into what a file allows",
      "small",
      { dollars: 1, tokens: 10, setBy: { tokens: "limits.modelTokens in axon.yml" } },
      /raise limits\.modelTokens in axon\.yml/,
    ],
  ])("sends nothing where %s", async (_, model, daily, reason) => {
    const { ask, server } = await talk(() => hello, { daily });
    expect(await ask({ model })).toMatchObject({ ok: false, code: "budget", reason: expect.stringMatching(reason) });
    expect(server.requests).toHaveLength(0);
  });

  test("says so where one request is more than a whole day's", async () => {
    const { ask, server } = await talk(() => hello, { daily: { dollars: 1, tokens: 100 } });
    expect(await ask()).toMatchObject({
      ok: false,
      code: "budget",
      reason: expect.stringContaining("a whole day is 100 tokens"),
    });
    expect(server.requests).toHaveLength(0);
  });

  test("is not exceeded by requests at the same time", async () => {
    const tokens = 2 * (most.inputTokens + most.outputTokens);
    const usage = { prompt_tokens: most.inputTokens, completion_tokens: most.outputTokens };
    const { ask, server, expenses } = await talk(() => streaming("hello", { usage, pauseMs: 5 }), {
      daily: { dollars: 1, tokens },
      limits: { concurrent: 9 },
    });
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask()));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(2);
    expect([server.requests.length, expenses.length]).toEqual([2, 2]);
  });

  test("begins anew with the next day, in UTC", async () => {
    const usage = { prompt_tokens: 600, completion_tokens: 500 };
    const headers = { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "12h" };
    const { ask } = await talk(() => streaming("hi", { usage, headers }), {
      daily: { dollars: 1, tokens: 1600 },
      limits: { waitMs: 86_400_000 },
    });
    expect(await ask()).toMatchObject({ ok: true }); // at noon
    expect(await ask()).toMatchObject({ ok: true }); // at midnight
    expect(await ask()).toMatchObject({ ok: false, code: "budget", reason: expect.stringContaining("2026-11-26") });
  });
});

test("an expense that is written down while the ledger is read is not missed", async () => {
  const expenses = new Map<string, Expense>();
  const ledger: Ledger = {
    spent: async () => {
      const tokens = [...expenses.values()].reduce((sum, { usage }) => sum + usage.inputTokens + usage.outputTokens, 0);
      await pause(5);
      return { tokens, dollars: 0 };
    },
    record: async (expense) => void expenses.set(expense.id, expense),
  };
  const budget = openBudget({ dollars: 1, tokens: 150 }, ledger, Date.now);
  const usage = { inputTokens: 50, outputTokens: 50 };
  const first = await budget.reserve({ name: "small", price: null }, usage);
  if (!first.ok) throw new Error(first.reason);
  const [second] = await Promise.all([
    budget.reserve({ name: "small", price: null }, usage),
    first.settle(usage, "answered"),
  ]);
  expect(second.ok).toBe(false);
});

describe("what a request may use at most", () => {
  test("grows with every message, even an empty one, and with the schema", () => {
    const messages = [...REQUEST.messages, { role: "user", content: "" } as const];
    const longer = mostUsage({ ...REQUEST, messages });
    expect(longer.inputTokens).toBeGreaterThan(most.inputTokens);
    expect(mostUsage({ ...REQUEST, messages, schema: SCHEMA }).inputTokens).toBeGreaterThan(longer.inputTokens + 50);
  });
});

describe("the ledger", () => {
  test("has the most that a request may cost while it is under way, so that a kill leaves it there", async () => {
    const written: Expense[] = [];
    const record = async (expense: Expense) => void written.push(expense);
    let before: readonly Expense[] = [];
    const { ask } = await talk(
      () => {
        before = [...written];
        return hello;
      },
      {},
      { record },
    );
    await ask();
    expect(before).toMatchObject([
      { outcome: "reserved", usage: most, dollars: dollarsOf(most, { input: 1, output: 10 }) },
    ]);
    expect(written.slice(1)).toMatchObject([{ id: before[0].id, outcome: "answered", usage: { outputTokens: 20 } }]);
  });

  test("holds failed tries too, and the answer's cost includes them", async () => {
    const { ask, expenses } = await talk(({ number }) => (number === 1 ? half("") : hello));
    const answer = await ask();
    expect(expenses.map(({ outcome, usage }) => [outcome, usage])).toEqual([
      ["unavailable", most],
      ["answered", { inputTokens: 100, outputTokens: 20 }],
    ]);
    expect(answer.usage).toEqual({ inputTokens: most.inputTokens + 100, outputTokens: 520, estimated: true });
    expect(answer.dollars).toBeCloseTo(
      expenses.reduce((sum, { dollars }) => sum + (dollars ?? 0), 0),
      12,
    );
  });

  test("that cannot be written stops the work: nobody would know what is left", async () => {
    const record = (): Promise<void> => Promise.reject(new Error("the disk is full"));
    const { ask } = await talk(() => hello, {}, { record });
    await expect(ask()).rejects.toThrow("the disk is full");
  });
});
