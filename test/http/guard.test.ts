import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "@jest/globals";
import { tokenAccess } from "../../src/http/access.js";
import { isLoopback, refusal } from "../../src/http/guard.js";
import { familyText, RequestTimes } from "../../src/http/metrics.js";
import { logTo } from "../../src/log.js";

const asking = (over: object): IncomingMessage =>
  ({ method: "GET", url: "/", headers: {}, ...over }) as IncomingMessage;
const asked = (host: string | undefined, bound = "127.0.0.1") => refusal(asking({ headers: { host } }), bound)?.status;

describe("a request", () => {
  test.each(["127.0.0.1:4173", "localhost:4173", "LOCALHOST", "[::1]:4173", "192.168.1.7:80"])(
    "that names the server by an address is heard: %s",
    (host) => expect(asked(host)).toBeUndefined(),
  );

  test.each([
    "evil.example:4173",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "[::1].evil.example",
    "",
    undefined,
  ])("that names it by a foreign name is turned away: %s", (host) => expect(asked(host)).toBe(421));

  test("may name the host that the server was started with", () => {
    expect(asked("box.lan:80", "box.lan")).toBeUndefined();
  });

  test("only reads, and by a path of bounded length", () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"]) {
      expect(refusal(asking({ method }), "x")).toMatchObject({ status: 405 });
    }
    expect(refusal(asking({ url: `/${"a".repeat(3000)}` }), "x")).toMatchObject({ status: 414 });
    expect(refusal(asking({ url: "http://evil.example/" }), "x")).toMatchObject({ status: 400 });
  });
});

describe("who is asking", () => {
  const access = tokenAccess("correct-horse-battery", 4173);
  const bearer = (token: string) => asking({ headers: { authorization: `Bearer ${token}` } });

  test("is known by the token, and after that by a cookie that no script and no other site can use", () => {
    const cookie = access.signIn(bearer("correct-horse-battery"))!;
    expect(cookie).toMatch(/^axon-4173=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain("correct");
    const [pair] = cookie.split(";");
    expect(access.authorise(asking({ headers: { cookie: `other=1; ${pair}` } }))).toEqual({ repositories: "all" });
    expect(access.authorise(bearer("correct-horse-battery"))).toEqual({ repositories: "all" });
  });

  test.each(["", "wrong", "correct-horse-batter", "correct-horse-battery2", "Correct-horse-battery"])(
    "is nobody with the token %j",
    (token) => {
      expect(access.signIn(bearer(token))).toBeNull();
      expect(access.authorise(bearer(token))).toBeNull();
      expect(access.authorise(asking({ headers: { cookie: `axon-4173=${token}` } }))).toBeNull();
    },
  );

  test("is not let in by the cookie of another token", () => {
    const cookie = tokenAccess("another-token-altogether", 4173).signIn(bearer("another-token-altogether"))!;
    expect(access.authorise(asking({ headers: { cookie } }))).toBeNull();
  });
});

test("loopback is what only this machine reaches", () => {
  const hosts = ["127.0.0.1", "127.9.9.9", "::1", "localhost", "0.0.0.0", "::", "10.0.0.1", "127.evil.example"];
  expect(hosts.filter(isLoopback)).toEqual(["127.0.0.1", "127.9.9.9", "::1", "localhost"]);
});

test("figures are in the text format of Prometheus, with labels escaped", () => {
  const rows = [[{ repository: 'a"b\\c\nd' }, 2] as const];
  expect(familyText({ name: "axon_x_total", type: "counter", help: "X.", rows })).toBe(
    '# HELP axon_x_total X.\n# TYPE axon_x_total counter\naxon_x_total{repository="a\\"b\\\\c\\nd"} 2\n',
  );
  const times = new RequestTimes();
  times.add("/x", 200, 0.05);
  times.add("/x", 200, 7);
  expect(times.text()).toContain('axon_request_seconds_bucket{route="/x",status="200",le="0.1"} 1\n');
  expect(times.text()).toContain('axon_request_seconds_bucket{route="/x",status="200",le="+Inf"} 2\n');
  expect(times.text()).toContain('axon_request_seconds_count{route="/x",status="200"} 2\n');
});

test("the log is JSON for machines and plain for a terminal, which nothing in it can control", () => {
  const written: string[] = [];
  const log = (isTTY: boolean) => logTo({ isTTY, write: (text) => written.push(text) }, () => 0);
  log(false)("warn", "answered", { route: "/x", status: 200 });
  log(true)("error", "answered", { route: "\u001B[2J/x" });
  expect(JSON.parse(written[0])).toEqual({
    time: "1970-01-01T00:00:00.000Z",
    level: "warn",
    message: "answered",
    route: "/x",
    status: 200,
  });
  expect(written[1]).toBe("00:00:00  error  answered  route=?[2J/x\n");
});
