import { describe, expect, test } from "@jest/globals";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { explain, obstacleBefore, sandboxCapability, type Machine } from "../../src/sandbox/capability.js";
import { findGroupHome, makeGroup } from "../../src/sandbox/groups.js";
import { sandboxed } from "../support/sandbox.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();

const MACHINE: Machine = { platform: "linux", architecture: "x64", root: false, container: false, setting: () => "" };
const setTo = (name: string, value: string): Machine => ({
  ...MACHINE,
  setting: (asked) => (asked === name ? value : ""),
});
const FAILED = {
  ok: false,
  code: "sandbox",
  reason: "the sandbox could not be built: bwrap: setting up uid map: Permission denied",
  seconds: 0,
  cpuSeconds: 0,
  peakMemory: 0,
  output: "bwrap: setting up uid map: Permission denied",
} as const;

describe("where no sandbox works, the reason and the remedy", () => {
  test("are the system and the architecture", () => {
    expect(obstacleBefore({ ...MACHINE, platform: "darwin" }, false)).toMatchObject({
      works: false,
      reason: expect.stringContaining("darwin"),
    });
    expect(obstacleBefore({ ...MACHINE, architecture: "riscv64" }, true)).toMatchObject({ works: false });
    expect(obstacleBefore(MACHINE, false)).toBeNull();
    expect(obstacleBefore({ ...MACHINE, root: true }, true)).toBeNull();
  });

  test("are root without control groups, whom nothing bounds", () => {
    expect(obstacleBefore({ ...MACHINE, root: true }, false)).toMatchObject({
      works: false,
      remedy: "run AXON as a normal user",
    });
  });

  test.each([
    [
      "bubblewrap that is not installed",
      MACHINE,
      { ...FAILED, output: "environment: line 4: exec: bwrap: not found" },
      /apt-get install bubblewrap/,
    ],
    ["Ubuntu's AppArmor", setTo("kernel/apparmor_restrict_unprivileged_userns", "1"), FAILED, /AppArmor profile/],
    ["Debian's switch", setTo("kernel/unprivileged_userns_clone", "0"), FAILED, /unprivileged_userns_clone=1/],
    ["no namespaces left", setTo("user/max_user_namespaces", "0"), FAILED, /max_user_namespaces/],
    ["a container", { ...MACHINE, container: true }, FAILED, /--security-opt/],
    ["anything else", MACHINE, FAILED, /bwrap --unshare-all/],
  ])("are %s", (_, machine, outcome, remedy) => {
    expect(explain(outcome, machine)).toEqual({
      works: false,
      reason: expect.any(String),
      remedy: expect.stringMatching(remedy),
    });
  });
});

describe("the probe", () => {
  sandboxed("finds a working sandbox where bubblewrap works [needs bwrap]", async () => {
    const home = findGroupHome();
    if (process.getuid?.() === 0 && home === null) expect(await sandboxCapability()).toMatchObject({ works: false });
    else expect(await sandboxCapability()).toEqual({ works: true, cgroups: home?.version ?? "none" });
  });
});

describe("control groups", () => {
  test("are not found where the folders are those of an ordinary file system, and leave nothing there", () => {
    const root = temporary();
    for (const controller of ["memory", "pids", "cpuacct"]) {
      mkdirSync(join(root, controller));
      writeFileSync(join(root, controller, "cgroup.procs"), "");
    }
    writeFileSync(join(root, "cgroup.procs"), "");
    expect(findGroupHome(root, "4:memory:/a\n0::/")).toBeNull();
    expect(readdirSync(join(root, "memory"))).toEqual(["cgroup.procs"]);
    expect(findGroupHome(join(root, "nothing"), "")).toBeNull();
  });

  test("of processes that are gone are removed", () => {
    const home = findGroupHome();
    if (home === null) return;
    const stale = home.folders.map((folder) => join(folder, "axon-999999999-abc"));
    stale.forEach((folder) => mkdirSync(folder));
    findGroupHome();
    expect(stale.filter((folder) => existsSync(folder))).toEqual([]);
    const group = makeGroup(home, { memoryBytes: 2 ** 24, processes: 5 });
    findGroupHome();
    expect(group.joins.every((file) => existsSync(file))).toBe(true); // this process lives
    expect(group.close()).toBe(true);
    expect(group.joins.some((file) => existsSync(file))).toBe(false);
  });
});
