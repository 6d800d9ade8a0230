import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import type { CycleRecord } from "../../src/dashboard/source.js";
import { evidence, HOSTILE, proven, saying } from "../report/cycles.js";
import { attempt } from "../support/evidence.js";
import { dashboards, get, TOKEN } from "./source.js";

const dashboard = dashboards();
const record = (over: Partial<CycleRecord> = {}): CycleRecord => {
  return { id: proven.id, attempts: proven.attempts, finished: proven, dollars: null, claim: null, ...over };
};
const NOBODY = { authorization: "Bearer nobody" };
const parsed = ({ body }: { readonly body: Buffer }) => JSON.parse(body.toString()) as Record<string, unknown>;

describe("the dashboard's server", () => {
  test("shows nothing of a repository to who has not signed in, and its pages to anybody", async () => {
    const { url } = await dashboard({ essays: { cycles: [record()], evidence: evidence(proven) } });
    const data = [
      "/api/overview",
      `/api/cycles/${proven.id}`,
      "/api/events",
      "/metrics",
      `/cycle/${proven.id}/evidence`,
    ];
    for (const path of [...data, `/api/cycles/${proven.id}/attempts/1-aaaaaaaa`]) {
      const { status, body } = await get(url, path, NOBODY);
      expect([path, status, body.includes(proven.id)]).toEqual([path, 401, false]);
    }
    for (const path of ["/", "/repository/essays", "/cycle/x", "/healthz", "/readyz", "/assets/style.css"]) {
      expect([path, (await get(url, path, NOBODY)).status]).toEqual([path, 200]);
    }
    expect((await get(url, "/session", NOBODY)).headers["set-cookie"]).toBeUndefined();
    const cookie = (await get(url, "/session")).headers["set-cookie"]![0].split(";")[0];
    expect((await get(url, "/api/overview", { ...NOBODY, cookie })).status).toBe(200);
  });

  test("says in every answer what a browser may do with it: nothing inline, nothing from elsewhere, no frame", async () => {
    const { url } = await dashboard({ essays: {} });
    for (const path of ["/", "/api/overview", "/nothing", "/assets/style.css", "/metrics"]) {
      const { headers } = await get(url, path);
      expect(headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(headers["content-security-policy"]).not.toMatch(/unsafe|https?:|\*/);
      expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "x-frame-options": "DENY" });
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
    const page = (await get(url, "/")).body.toString();
    expect(page).not.toMatch(/<script(?![^>]*src="\/)|style=|<style|https?:/);
  });

  test("finds a cycle by its id and tells the figures of the archive", async () => {
    const { url } = await dashboard({ other: {}, essays: { cycles: [record()] } });
    const view = parsed(await get(url, `/api/cycles/${proven.id}`));
    expect(view).toMatchObject({
      repository: { id: "essays" },
      summary: { verdict: "accepted", kept: 2, attempts: 3 },
    });
    expect((await get(url, `/api/cycles/${proven.id}?repository=other`)).status).toBe(404);
    const metrics = (await get(url, "/metrics")).body.toString();
    for (const line of [
      'axon_trainings_total{repository="essays"} 12',
      'axon_llm_dollars_total{repository="essays"} 0.25',
      'axon_attempts_total{repository="essays",decision="kept"} 2',
      'axon_cycles_total{repository="essays",verdict="accepted"} 1',
      "axon_event_readers 0",
      'axon_request_seconds_count{route="/api/cycles/*",status="404"} 1',
    ]) {
      expect(metrics).toContain(`${line}\n`);
    }
  });

  test("serves nothing but what it lists, however the path is written", async () => {
    const { url } = await dashboard({ essays: {} });
    for (const path of [
      "/assets/../package.json",
      "/assets/%2e%2e/%2e%2e/package.json",
      "/assets/dashboard/pages/../../cli.js",
      "/assets/..%5c..%5cpackage.json",
      "//etc/passwd",
      "/assets/",
      "/cycle/%E0%A4%A",
      "/api/cycles/__proto__",
      "/repository/constructor/x",
    ]) {
      expect([path, (await get(url, path)).status]).toEqual([path, 404]);
    }
  });

  test("answers HEAD without a body, refuses what writes, and foreign names for itself", async () => {
    const { url } = await dashboard({ essays: {} });
    const head = await get(url, "/api/overview", {}, "HEAD");
    expect([head.status, head.body.length, Number(head.headers["content-length"]) > 0]).toEqual([200, 0, true]);
    expect(await get(url, "/api/overview", {}, "POST")).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
    expect((await get(url, "/api/overview", { host: "evil.example" })).status).toBe(421);
  });

  test("packs what is large and sends nothing twice", async () => {
    const { url } = await dashboard({ essays: {} });
    const plain = await get(url, "/assets/style.css");
    const packed = await get(url, "/assets/style.css", { "accept-encoding": "br, gzip" });
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    const again = await get(url, "/assets/style.css", { "if-none-match": plain.headers.etag! });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  test("gives the evidence as one page whose own policy forbids every script", async () => {
    const { url } = await dashboard({ essays: { cycles: [record()], evidence: evidence(proven) } });
    const { status, headers, body } = await get(url, `/cycle/${proven.id}/evidence`);
    expect([status, body.toString()]).toEqual([200, expect.stringContaining("<h1>AXON cycle 0123456789ab")]);
    expect(headers["content-security-policy"]).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; .*frame-ancestors/,
    );
  });

  test("cuts what a hostile archive holds to a bounded size and makes visible what is hidden in it", async () => {
    const wide = saying(`${HOSTILE.join(" ")} ${"W".repeat(2 ** 20)}`, 600);
    const cycles = [record({ id: wide.id, attempts: wide.attempts, finished: wide })];
    const { url } = await dashboard({ essays: { cycles } });
    const view = await get(url, `/api/cycles/${wide.id}`);
    expect(view.body.length).toBeLessThan(2 ** 21);
    expect(parsed(view)).toMatchObject({ left: 100 });
    expect(view.body.toString()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    expect(view.body.toString()).toContain("[U+202E]");
    const diff = parsed(await get(url, `/api/cycles/${wide.id}/attempts/1-x`)) as { lines: string[]; cut: boolean };
    expect(diff.cut).toBe(true);
    expect(Math.max(...diff.lines.map((line) => line.length))).toBeLessThan(10_000);
    const long = record({
      attempts: [attempt({ id: "1-a", diff: `+${"x".repeat(2 ** 20)}\n`.repeat(3) })],
      finished: null,
    });
    const other = await dashboard({ essays: { cycles: [long] } });
    expect((await get(other.url, `/api/cycles/${proven.id}/attempts/1-a`)).body.length).toBeLessThan(5000);
  });

  test("says what failed to the log under a name that the asker gets, and goes on", async () => {
    const history = () => Promise.reject(new Error("the disk is gone: /secret/path"));
    const { url, log } = await dashboard({ essays: { history } });
    const { status, body } = await get(url, "/api/overview");
    expect([status, body.includes("secret")]).toEqual([500, false]);
    const id = /at request ([\da-f-]{36})/.exec(body.toString())![1];
    expect(log.find((line) => line.includes("secret"))).toContain(id);
    expect(log.join("\n")).not.toContain(TOKEN);
    expect((await get(url, "/healthz")).status).toBe(200);
  });
});
