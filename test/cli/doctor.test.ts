import { describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeOnnx } from "../../src/graph/write-onnx.js";
import { checkNode, type Examination } from "../../src/wire/doctor.js";
import { BIGRAM, lookup } from "../evaluation/byte-models.js";
import { axon } from "../support/command.js";
import { runWithoutSandbox, sandboxed } from "../support/sandbox.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();
const NAMES = ["node", "onnxruntime", "git", "cores", "memory", "sandbox"];

describe("axon doctor", () => {
  test("finds here what AXON needs, in words and as JSON", async () => {
    const text = await axon(["doctor"]);
    expect(text.code).toBe(0);
    for (const name of NAMES) expect(text.stdout).toMatch(new RegExp(`^(ok|missing) +${name} `, "m"));
    const { code, stdout } = await axon(["doctor", "--json"]);
    const { ok, checks } = JSON.parse(stdout) as Examination;
    expect([code, ok]).toEqual([0, true]);
    expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(NAMES));
    for (const check of checks) expect(check.ok).toBe(!("remedy" in check));
  });

  test("exits with 1 where something is missing that AXON cannot work without", () => {
    const { status, stdout } = spawnSync(process.execPath, ["dist/cli.js", "doctor"], {
      encoding: "utf8",
      env: { PATH: "/nowhere" },
    });
    expect([status, stdout]).toEqual([1, expect.stringMatching(/^missing +git .*\n +-> install git/m)]);
  });

  test("asks for the Node.js that package.json asks for", () => {
    for (const version of ["20.19.0", "20.20.2", "22.0.0", "24.21.0"]) expect(checkNode(version).ok).toBe(true);
    for (const version of ["18.20.0", "20.18.9", "19.30.0"])
      expect(checkNode(version)).toMatchObject({ ok: false, remedy: "install Node 20.19 or newer" });
  });

  sandboxed("says what a missing sandbox costs and exits with 0 [needs bwrap]", async () => {
    const { ok, output } = await runWithoutSandbox(["dist/cli.js", "doctor"]);
    expect(output).toMatch(/^missing +sandbox .*code candidates are not run, spec candidates are\n +-> /m);
    expect(ok).toBe(true);
  });
});

describe("axon evaluate", () => {
  sandboxed("warns where no sandbox works, and goes on [needs bwrap]", async () => {
    const directory = temporary();
    writeFileSync(join(directory, "model.onnx"), writeOnnx(lookup(BIGRAM)));
    const args = ["evaluate", join(directory, "model.onnx"), "--corpus", join(process.cwd(), "package.json")];
    const { ok, output } = await runWithoutSandbox(["dist/cli.js", ...args], [directory]);
    expect(output).toMatch(/^warning: the model runs without a sandbox: /m);
    expect(output).toMatch(/^\d\.\d+ bits per byte/m);
    expect(ok).toBe(true);
    const here = await axon(args);
    expect(here).toMatchObject({
      code: 0,
      stderr: "",
      stdout: output
        .split("\n")
        .find((line) => line.includes("bits per byte"))
        ?.concat("\n"),
    });
  });
});
