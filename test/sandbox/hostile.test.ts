// Programs that take more than they may, as they would come with a patch: each is stopped in time, says why, and leaves nothing alive.

import { describe, expect, test } from "@jest/globals";
import { chmodSync, statSync, symlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { join } from "node:path";
import { findGroupHome } from "../../src/sandbox/groups.js";
import { launch } from "../../src/sandbox/launch.js";
import { runPlain } from "../../src/sandbox/run.js";
import type { EndCode, Limits, SandboxRequest } from "../../src/sandbox/request.js";
import { LIMITS, processesWith, sandboxed, ways } from "../support/sandbox.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();

function box(): string {
  const directory = temporary();
  chmodSync(directory, 0o777);
  return directory;
}

function request(command: readonly string[], limits: Partial<Limits> = {}, directory = box()): SandboxRequest {
  const mounts = [{ host: directory, inside: "/box", writable: true }];
  return { command, mounts, environment: {}, limits: { ...LIMITS, ...limits } };
}

const shell = (script: string) => ["bash", "-c", script];
const node = (script: string) => ["node", "-e", script];
const short = { wallSeconds: 1 };
/** Found in the list of processes as long as one of them lives. */
const SLEEP = "sleep 86413";

interface Case {
  readonly name: string;
  readonly command: readonly string[];
  readonly limits?: Partial<Limits>;
  readonly code: EndCode;
}

const CASES: readonly Case[] = [
  { name: "loops for ever", command: shell("while :; do :; done"), limits: short, code: "timeout" },
  { name: "sleeps", command: shell(SLEEP), limits: short, code: "timeout" },
  {
    name: "leaves daemons behind",
    command: shell(`setsid ${SLEEP} & setsid ${SLEEP} & ${SLEEP}`),
    limits: short,
    code: "timeout",
  },
  {
    name: "ignores every signal",
    command: shell(`trap '' TERM INT HUP; ${SLEEP}; ${SLEEP}`),
    limits: short,
    code: "timeout",
  },
  { name: "is a fork bomb", command: shell(`:(){ :|:& };:; ${SLEEP}`), limits: { wallSeconds: 2 }, code: "timeout" },
  {
    name: "computes on all cores",
    command: shell("for i in 1 2 3; do (while :; do :; done) & done; wait"),
    limits: { cpuSeconds: 1 },
    code: "cpu",
  },
  { name: "hogs memory", command: node("const a = []; for (;;) a.push(Buffer.alloc(5e6, 1))"), code: "memory" },
  {
    name: "hogs memory in children",
    command: shell("for i in 1 2 3 4; do ((head -c 100M /dev/zero; sleep 9) | tail -c 100M) & done; wait"),
    code: "memory",
  },
  {
    name: "fills the disk with files",
    command: shell("for ((i = 0; ; i++)); do head -c 8M /dev/zero >/box/$i; done"),
    code: "disk",
  },
  {
    name: "fills the disk in folders",
    command: shell("for ((i = 0; ; i++)); do mkdir -p /box/$i/x; head -c 8M /dev/zero >/box/$i/x/y; done"),
    code: "disk",
  },
  {
    name: "hides what it wrote",
    command: shell("mkdir /box/a && head -c 1M /dev/zero >/box/a/b && chmod 000 /box/a; sleep 2"),
    limits: { diskBytes: 2 ** 19 },
    code: "disk",
  },
  { name: "prints 10 GB", command: shell("head -c 10G /dev/zero | tr '\\0' x"), code: "output" },
  { name: "prints 10 GB of errors", command: shell("yes >&2"), code: "output" },
];

describe.each(ways())("$name, a program that", ({ launch: start }) => {
  sandboxed.each(CASES)("$name is stopped [needs bwrap]", async ({ command, limits = {}, code }) => {
    const found = await start(request(command, limits));
    expect([found.ok, !found.ok && found.code, found.output.slice(0, 200)]).toEqual([false, code, expect.anything()]);
    expect(found.seconds).toBeLessThan({ ...LIMITS, ...limits }.wallSeconds + 1);
    expect(found.output.length).toBeLessThanOrEqual(2 ** 16);
    expect(processesWith(SLEEP)).toEqual([]);
  });

  sandboxed("writes one large file gets no further than it may [needs bwrap]", async () => {
    const directory = box();
    await start(request(shell("head -c 400M /dev/zero >/box/big"), {}, directory));
    expect(statSync(join(directory, "big")).size).toBe(LIMITS.fileBytes);
  });

  sandboxed("fills /tmp, /dev/shm and / finds them small or closed [needs bwrap]", async () => {
    const fill = ["/tmp/a", "/dev/shm/b", "/c", "/dev/d", "/usr/e", "/etc/f"].map(
      (path) => `for i in 1 2 3 4 5 6 7 8; do head -c 16M /dev/zero >${path}$i; done`,
    );
    const count = "du -smc /tmp /dev/shm; echo *; echo /dev/d*";
    const found = await start(request(shell(`(${fill.join("\n")}) 2>/dev/null; ${count}`), { memoryBytes: 2 ** 27 }));
    expect(found.output).toMatch(/^3\d\t\/tmp\n3\d\t\/dev\/shm\n6\d\ttotal\n.*\n\/dev\/d\*$/m);
  });

  sandboxed("ends leaves no daemon behind [needs bwrap]", async () => {
    const found = await start(request(shell(`setsid ${SLEEP} >/dev/null 2>&1 & echo done`)));
    expect(found).toMatchObject({ ok: true, exitCode: 0, output: "done\n" });
    expect(processesWith(SLEEP)).toEqual([]);
  });

  sandboxed("does its work gets what it takes measured [needs bwrap]", async () => {
    const work = "const b = Buffer.alloc(1e8, 1), t = Date.now(); while (Date.now() - t < 800); console.log(b.length)";
    const found = await start(request(node(work)));
    expect(found).toMatchObject({ ok: true, output: "100000000\n" });
    expect(found.cpuSeconds).toBeGreaterThan(0.3);
    expect(found.cpuSeconds).toBeLessThan(found.seconds * 2);
    expect(found.peakMemory).toBeGreaterThan(1e8);
    expect(found.peakMemory).toBeLessThan(LIMITS.memoryBytes);
  });
});

describe("a run", () => {
  const start = (given: SandboxRequest) => launch(given, findGroupHome());

  sandboxed("that fails says with which exit code [needs bwrap]", async () => {
    expect(await start(request(shell("echo oops >&2; exit 3")))).toMatchObject({
      code: "exit",
      reason: "it ended with exit code 3",
      output: "oops\n",
    });
    expect(await start(request(["no-such-program"]))).toMatchObject({
      code: "exit",
      reason: "it ended with exit code 127",
    });
    expect(await start(request(shell("kill -SEGV $$")))).toMatchObject({
      code: "exit",
      reason: "it ended with exit code 139",
    });
  });

  sandboxed("whose mounts are missing never begins [needs bwrap]", async () => {
    const found = await start({ ...request(["true"]), mounts: [{ host: "/no/such", inside: "/x", writable: false }] });
    expect(found).toMatchObject({ code: "sandbox", reason: expect.stringContaining("/no/such") });
  });

  sandboxed("that is interrupted ends at once [needs bwrap]", async () => {
    const interruption = new AbortController();
    const running = start({ ...request(shell(SLEEP)), signal: interruption.signal });
    await delay(300);
    interruption.abort();
    expect(await running).toMatchObject({ ok: false, code: "interrupted" });
    expect((await running).seconds).toBeLessThan(1.3);
    expect(await start({ ...request(shell(SLEEP)), signal: interruption.signal })).toMatchObject({
      code: "interrupted",
    });
    expect(processesWith(SLEEP)).toEqual([]);
  });

  sandboxed("hands on what is said, and takes an input [needs bwrap]", async () => {
    const heard: string[] = [];
    const input = [Buffer.from("one\n"), Buffer.from("two\n")];
    const onOutput = (text: string, from: string) => void heard.push(`${from} ${text}`);
    const found = await start({
      ...request(shell("read a; read b; echo $b $a >&2; sleep 0.2; echo end")),
      input,
      onOutput,
    });
    expect([found.ok, heard]).toEqual([true, ["stderr two one\n", "stdout end\n"]]);
  });

  sandboxed("counts what is written, not what was there, and follows no link [needs bwrap]", async () => {
    const directory = box();
    await start(request(shell("head -c 10M /dev/zero >/box/old"), {}, directory));
    symlinkSync("/usr", join(directory, "link"));
    expect(
      await start(request(shell("head -c 1M /dev/zero >/box/new"), { diskBytes: 2 ** 21 }, directory)),
    ).toMatchObject({ ok: true });
    const quick = request(shell("head -c 3M /dev/zero >/box/newer"), { diskBytes: 2 ** 21 }, directory);
    expect(await start(quick)).toMatchObject({ ok: false, code: "disk" });
  });

  sandboxed("that makes files without end is stopped [needs bwrap]", async () => {
    const endless = node("for (let i = 0; ; i++) require('fs').writeFileSync('/box/' + i, '')");
    const found = await start(request(endless, { wallSeconds: 50, cpuSeconds: 50 }));
    expect(found).toMatchObject({ code: "disk", reason: "it made more than 100000 files" });
  });

  test("of a program of our own knows the same ends", async () => {
    const limits = { wallSeconds: 1, outputBytes: 1000 };
    expect(await runPlain({ command: ["echo", "a"], limits })).toMatchObject({ ok: true, output: "a\n" });
    expect(await runPlain({ command: ["sleep", "9"], limits })).toMatchObject({ code: "timeout" });
    expect(await runPlain({ command: ["yes"], limits })).toMatchObject({ code: "output" });
    await expect(runPlain({ command: ["no-such-program"], limits })).rejects.toThrow(/ENOENT/);
  });
});
