import { describe, expect, test } from "@jest/globals";
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { availableCores, availableMemory, cpuQuota } from "../src/machine.js";
import { temporaryDirectories } from "./support/temporary.js";

const directory = temporaryDirectories();

/** A mounted hierarchy with these files. */
function groups(files: Readonly<Record<string, string>>): string {
  const root = directory();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
  return root;
}

const V2 = "0::/user.slice/job\n";
const V1 = "5:memory:/\n4:cpu,cpuacct:/docker/ab\n";

describe("a CPU quota", () => {
  test.each([
    ["of version 2", { "user.slice/job/cpu.max": "150000 100000" }, V2, 1.5],
    [
      "of a group around the own one",
      { "user.slice/job/cpu.max": "max 100000", "user.slice/cpu.max": "50000 100000" },
      V2,
      0.5,
    ],
    ["seen from inside a container", { "cpu.max": "400000 100000" }, "0::/../elsewhere", 4],
    [
      "of version 1",
      { "cpu/docker/ab/cpu.cfs_quota_us": "300000", "cpu/docker/ab/cpu.cfs_period_us": "100000" },
      V1,
      3,
    ],
    ["that sets no bound", { "user.slice/job/cpu.max": "max 100000" }, V2, Infinity],
    [
      "that sets no bound in version 1",
      { "cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000" },
      V1,
      Infinity,
    ],
    ["that nobody can read", {}, "", Infinity],
    ["that makes no sense", { "cpu.max": "many" }, "nonsense", Infinity],
    ["of a group without a path", { "cpu.max": "200000 100000" }, "0::\n4:cpu:relative", 2],
  ])("%s", (_, files, membership, cores) => {
    expect(cpuQuota(groups(files as Record<string, string>), membership)).toBe(cores);
  });
});

test("this machine has at least a core and no more than the system counts", () => {
  expect(availableCores()).toBeGreaterThanOrEqual(1);
  expect(availableCores()).toBeLessThanOrEqual(availableParallelism());
  expect(availableMemory()).toBeGreaterThan(2 ** 28);
  expect(availableMemory()).toBeLessThanOrEqual(totalmem());
});
