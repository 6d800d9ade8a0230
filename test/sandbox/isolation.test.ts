// What a program in the sandbox can see and do, tried by programs that want more.

import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Outcome } from "../../src/sandbox/request.js";
import { LIMITS, sandboxed, ways } from "../support/sandbox.js";

let directory = "";
let server: Server;
let port = 0;
let visits = 0;

beforeAll(async () => {
  directory = mkdtempSync("/tmp/axon-isolation-");
  mkdirSync(join(directory, "in"));
  mkdirSync(join(directory, "out"));
  for (const name of ["", "in", "out"]) chmodSync(join(directory, name), 0o777);
  writeFileSync(join(directory, "in", "text"), "given");
  writeFileSync(join(directory, "secret"), "86413 is the secret");
  server = createServer((socket) => {
    visits++;
    socket.end("hello");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

/** Number of a system call on x64 and arm64; perl-base is part of every Debian. */
type Call = readonly [name: string, x64: number, arm64: number, args: string];

const CALLS: readonly Call[] = [
  ["ptrace", 101, 117, "0, 0, 0, 0"],
  ["mount", 165, 40, "$t, $p, $t, 0, 0"],
  ["umount2", 166, 39, "$p, 2"],
  ["unshare", 272, 97, "0x10000000"],
  ["setns", 308, 268, "0, 0"],
  ["chroot", 161, 51, "$p"],
  ["keyctl", 250, 219, "0, 0, 0"],
  ["bpf", 321, 280, "0, 0, 0"],
  ["perf_event_open", 298, 241, "0, 0, 0, 0, 0"],
  ["io_uring_setup", 425, 425, "8, 0"],
  ["process_vm_readv", 310, 270, "1, 0, 0, 0, 0, 0"],
  ["memfd_create", 319, 279, "$p, 0"],
  ["shmget", 29, 194, "0, 4096, 0"],
  ["clone with a new namespace", 56, 220, "0x10000011, 0, 0, 0, 0"],
];

describe.each(ways())("$name, a program", ({ launch }) => {
  const run = (script: string, environment = {}): Promise<Outcome> =>
    launch({
      command: ["bash", "-c", script],
      mounts: ["in", "out"].map((name) => ({
        host: join(directory, name),
        inside: `/${name}`,
        writable: name === "out",
      })),
      environment,
      limits: LIMITS,
    });
  const outputOf = async (script: string, environment = {}) => (await run(script, environment)).output.trim();

  sandboxed("has the environment it was given and no other [needs bwrap]", async () => {
    process.env["AXON_TEST_TOKEN"] = "86413";
    const found = await outputOf("env; cat /proc/*/environ | tr '\\0' '\\n'", { SEED: "7", LANG: "C" });
    delete process.env["AXON_TEST_TOKEN"];
    expect(found).not.toContain("86413");
    const names = new Set(found.split("\n").map((line) => line.split("=")[0]));
    expect([...names].toSorted()).toEqual(
      "HOME LANG OLDPWD PATH PWD SEED SHLVL TMPDIR _".split(" ").filter((name) => names.has(name)),
    );
    expect(found).toMatch(/^SEED=7$/m);
    expect(found).toMatch(/^LANG=C$/m);
    expect(found).toMatch(/^HOME=\/tmp$/m);
    expect(found).not.toContain(process.cwd());
  });

  sandboxed("finds no file of this machine but the system's and those it was given [needs bwrap]", async () => {
    const paths = [
      "/root",
      "/home",
      "/etc/shadow",
      "/etc/passwd",
      "/var",
      "/run",
      "/mnt",
      homedir(),
      process.cwd(),
      directory,
      join(directory, "secret"),
    ];
    expect(await outputOf(`cat /in/text; for p in ${paths.join(" ")}; do [ -e "$p" ] && echo "$p"; done`)).toBe(
      "given",
    );
    expect(await outputOf("ls /proc | grep -c '^[0-9]'; cat /proc/*/cmdline | tr '\\0' ' '")).not.toContain(directory);
  });

  sandboxed("writes nowhere but where it may [needs bwrap]", async () => {
    const places = [
      "/in/text",
      "/in/new",
      "/usr/bin/new",
      "/etc/new",
      "/new",
      "/dev/new",
      "/proc/sys/kernel/hostname",
      "/sys/new",
    ];
    const script = `for p in ${places.join(" ")}; do (echo x >$p) 2>/dev/null && echo "wrote $p"; done; ln -s /secret /in/link; echo fine >/out/new`;
    expect(await outputOf(`(${script}) 2>/dev/null`)).toBe("");
    // Root's files in /proc/sys among them: one that can be written there runs code outside.
    const devices = "full null pts random shm tty urandom zero".split(" ").map((name) => `/dev/${name}`);
    const writable = await outputOf("find / -writable ! -type l ! -type c 2>/dev/null | sort");
    expect(writable.split("\n")).toEqual([...devices, "/out", "/out/new", "/tmp"]);
    expect(readFileSync(join(directory, "out", "new"), "utf8")).toBe("fine\n");
    expect(readFileSync(join(directory, "in", "text"), "utf8")).toBe("given");
    rmSync(join(directory, "out", "new"));
  });

  sandboxed("reaches no network, neither outside nor on this machine [needs bwrap]", async () => {
    const connect = (address: string) => `(exec 9<>/dev/tcp/${address}) 2>&1 && echo reached`;
    const found = await outputOf(
      [connect(`127.0.0.1/${port}`), connect("1.1.1.1/80"), "cat /proc/net/dev | tail -n +3 | cut -d: -f1"].join("\n"),
    );
    expect(found).toMatch(/Connection refused[^]*Network is unreachable/);
    expect(found).not.toContain("reached");
    expect(found).toMatch(/^ *lo$/m);
    expect(visits).toBe(0);
  });

  sandboxed("can signal nobody outside, and sees none [needs bwrap]", async () => {
    const found = await outputOf(
      `for pid in ${process.pid} ${process.ppid}; do kill -0 $pid 2>&1; done; ls -d /proc/[0-9]* | wc -l`,
    );
    expect(found).toMatch(/No such process[^]*No such process[^]*\n[3-8]$/);
  });

  sandboxed("inherits no open file [needs bwrap]", async () => {
    const fds = (await outputOf("ls /proc/self/fd")).split("\n");
    expect(fds).toEqual(["0", "1", "2", "3"]); // the last is ls's own
    expect(await outputOf("for fd in 3 4 5 6 7 8 9; do (echo x >&$fd) 2>/dev/null && echo $fd; done")).toBe("");
  });

  sandboxed.each(CALLS)("cannot call %s [needs bwrap]", async (_, x64, arm64, args) => {
    const number = process.arch === "arm64" ? arm64 : x64;
    const found = await outputOf(
      `perl -e 'my ($p, $t) = ("/tmp", "tmpfs"); my $r = syscall(${number}, ${args}); print "$r ", $! + 0'`,
    );
    expect(found).toBe("-1 1"); // EPERM
  });

  sandboxed("has no capability, no way to get one, and no socket past the network [needs bwrap]", async () => {
    expect(await outputOf("grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\\t\\n'")).toBe(
      "CapEff:0000000000000000CapBnd:0000000000000000NoNewPrivs:1Seccomp:2",
    );
    // AF_VSOCK, AF_ALG: address family not supported.
    for (const family of [40, 38]) {
      expect(await outputOf(`perl -MSocket -e 'socket(S, ${family}, SOCK_STREAM, 0) || print $! + 0'`)).toBe("97");
    }
    expect(await outputOf("perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) && print 1'")).toBe("1");
  });
});
