import { beforeAll, describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { axon, startAxon } from "../support/command.js";
import { temporaryDirectories } from "../support/temporary.js";
import { someFiles } from "../support/text.js";

const home = temporaryDirectories()();
const path = (name: string) => join(home, name);
const CONTEXT = 16;

beforeAll(async () => {
  writeFileSync(path("text.txt"), someFiles(30_000)[0].bytes);
  writeFileSync(path("spec.yml"), `architecture: {context: ${CONTEXT}, width: 16, layers: 1, heads: 2}`);
  const files = ["--spec", path("spec.yml"), "--corpus", path("text.txt"), "--out", path("model")];
  const { code } = await axon(["train", ...files, "--tokens", "20000", "--threads", "1"]);
  expect(code).toBe(0);
});

const sample = (...options: string[]) => ["sample", path("model"), ...options];

interface Report {
  readonly text: string;
  readonly tokens: number;
}

async function report(...options: string[]): Promise<Report> {
  const { code, stdout } = await axon(sample(...options, "--json"));
  expect([code, stdout.trim().split("\n")]).toEqual([0, [stdout.trim()]]);
  return JSON.parse(stdout) as Report;
}

describe("sample", () => {
  test("prints the text and nothing else, far beyond the context, and reports it as JSON", async () => {
    const options = ["--prompt", "the tide ", "--tokens", "200", "--seed", "5"];
    const { code, stdout, stderr } = await axon(sample(...options));
    expect(code).toBe(0);
    expect(stdout).toHaveLength(200);
    expect(stdout.match(/[a-z .\n]/g)!.length).toBeGreaterThan(190); // what it has learned
    expect(stderr).toMatch(/^200 tokens in [\d.]+ s, [\d,]+ tokens\/s\n$/);
    const found = await report(...options);
    expect(found).toMatchObject({ text: stdout, tokens: 200, seed: 5, temperature: 0.8 });
    expect(found).toMatchObject({ seconds: expect.any(Number), tokensPerSecond: expect.any(Number) });
  });

  test("gives the same text for the same seed, and for every seed where the likeliest byte is taken", async () => {
    const text = async (...more: string[]) => (await report("--prompt", "moon", "--tokens", "50", ...more)).text;
    expect(await text("--seed", "1")).toBe(await text());
    expect(await text("--seed", "2")).not.toBe(await text());
    expect(await text("--seed", "2", "--temperature", "0")).toBe(await text("--temperature", "0"));
  });

  test("reads the end of a long prompt and says so; an empty one stands for a line break", async () => {
    const end = "and grey water s";
    const long = await axon(sample("--prompt", `the harbour ${end}`, "--tokens", "30"));
    expect(long.stderr).toMatch(/of the prompt's 28 bytes, the model reads the last 16/);
    expect(long.stdout).toBe((await report("--prompt", end, "--tokens", "30")).text);
    expect(await report("--prompt", "", "--tokens", "20")).toMatchObject({
      text: (await report("--prompt", "\n", "--tokens", "20")).text,
    });
  });

  test("ends on Ctrl-C within a second with the text so far", async () => {
    let asked = Infinity;
    const running = startAxon(sample("--prompt", "x", "--tokens", "100000000"), {
      onOutput: () => {
        if (asked !== Infinity) return;
        asked = performance.now();
        running.kill("SIGINT");
      },
    });
    const { code, stdout, stderr } = await running.ended;
    expect(performance.now() - asked).toBeLessThan(1000);
    expect([code, stderr]).toEqual([130, expect.stringMatching(/tokens\/s/)]);
    expect(stdout.length).toBeGreaterThan(0);
  });

  test("ends when whoever reads it has left", () => {
    const options = ["dist/cli.js", ...sample("--prompt", "x", "--tokens", "100000000")];
    const { stdout, stderr } = spawnSync("sh", ["-c", `"$0" "$@" | head -c 20`, process.execPath, ...options], {
      encoding: "utf8",
    });
    expect([stdout.length, stderr]).toEqual([20, expect.stringMatching(/^[\d,]+ tokens in .*\n$/)]);
  });
});
