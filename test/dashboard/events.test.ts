import { get as open, type IncomingMessage } from "node:http";
import { describe, expect, test } from "@jest/globals";
import type { LiveEvent } from "../../src/live/live-state.js";
import { dashboards, get, TOKEN } from "./source.js";

const dashboard = dashboards();
const noted = (text: string): LiveEvent => ({ kind: "noted", at: 1, phase: "search", text });

/** Opens the stream and gives a function that waits until the text so far has a match. */
async function listen(url: string, since: string | null = null) {
  const headers = { authorization: `Bearer ${TOKEN}`, ...(since !== null && { "last-event-id": since }) };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    open(`${url}/api/events`, { headers, agent: false }, resolve).on("error", reject);
  });
  let text = "";
  const ended = new Promise<void>((resolve) => response.on("close", resolve));
  response.setEncoding("utf8").on("data", (part: string) => (text += part));
  response.on("error", () => {}); // the server hung up
  const until = async (pattern: RegExp) => {
    while (!pattern.test(text)) await new Promise((resolve) => response.once("data", resolve));
    return text;
  };
  return { response, until, ended, text: () => text };
}

const lastId = (text: string) => [...text.matchAll(/^id: (.+)$/gm)].at(-1)![1];

describe("the live events", () => {
  test("reach every reader with a number, and who comes back gets what it missed, once", async () => {
    const { url, tell } = await dashboard({ essays: {} });
    const [one, two] = await Promise.all([listen(url), listen(url)]);
    expect(one.response.headers["content-type"]).toBe("text/event-stream");
    await one.until(/event: anew/); // it had no number: look at everything
    tell({ repository: "essays", event: noted("first") });
    const heard = await one.until(/first/);
    await two.until(/first/);
    one.response.destroy();
    for (const text of ["second", "third"]) tell({ repository: "essays", event: noted(text) });
    const again = await listen(url, lastId(heard));
    const missed = await again.until(/third/);
    expect(missed.match(/"text":"\w+"/g)).toEqual(['"text":"second"', '"text":"third"']);
    expect(missed).not.toContain("anew");
    const metrics = (await get(url, "/metrics")).body.toString();
    expect(metrics).toContain("axon_event_readers 2\n");
    two.response.destroy();
    again.response.destroy();
  });

  test("say in the open what a text hides", async () => {
    const { url, tell } = await dashboard({ essays: {} });
    const reader = await listen(url);
    await reader.until(/anew/);
    tell({ repository: "essays", event: noted("over\u202Eride\nsecond line") });
    expect(await reader.until(/second/)).toContain("over[U+202E]ride second line");
    reader.response.destroy();
  });

  test("begin anew for numbers of another run, of long ago, and that are none", async () => {
    const { url, tell } = await dashboard({ essays: {} });
    const first = await listen(url);
    const start = lastId(await first.until(/anew/));
    for (let i = 0; i < 1100; i++) tell({ repository: "essays", event: noted(String(i)) });
    for (const since of [start, "another-5", "nonsense", "-1", `${start}9999999999999999`]) {
      const reader = await listen(url, since);
      expect(await reader.until(/\n\n.*\n\n/s)).toContain("event: anew");
      reader.response.destroy();
    }
    first.response.destroy();
  });

  test("let go who does not read instead of piling up for it", async () => {
    const { url, tell } = await dashboard({ essays: {} });
    const slow = await listen(url);
    await slow.until(/anew/);
    slow.response.pause();
    const text = "x".repeat(600);
    for (let i = 0; i < 40_000; i++) {
      tell({ repository: "essays", event: noted(text) });
      if (i % 1000 === 0) await new Promise(setImmediate);
    }
    expect((await get(url, "/metrics")).body.toString()).toContain("axon_event_readers 0\n");
    slow.response.destroy();
  });

  test("are for so many readers and no more", async () => {
    const { url } = await dashboard({ essays: {} });
    const readers = await Promise.all(Array.from({ length: 100 }, () => listen(url)));
    expect(await get(url, "/api/events")).toMatchObject({ status: 503, headers: { "retry-after": "30" } });
    for (const { response } of readers) response.destroy();
  });

  test("end when the server does, at once, and then nobody is answered", async () => {
    const { url, stop } = await dashboard({ essays: {} });
    const reader = await listen(url);
    await reader.until(/anew/);
    await stop();
    await reader.ended;
    await expect(get(url, "/healthz")).rejects.toThrow("ECONNREFUSED");
  });
});
