import { beforeAll, describe, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { axon } from "../support/command.js";
import { textRepository } from "../support/repositories.js";
import { temporaryDirectories } from "../support/temporary.js";
import { someFiles } from "../support/text.js";

const temporary = temporaryDirectories();
const home = temporary();
const path = (name: string) => join(home, name);

beforeAll(async () => {
  writeFileSync(
    path("good.yml"),
    "architecture: {context: 16, width: 16, layers: 1, heads: 2}\ntraining: {batch: 4}\n",
  );
  writeFileSync(path("broken.yml"), "architecture:\n  width: [1\n");
  writeFileSync(path("unknown.yml"), "optimizer:\n  learningrate: 0.1\n");
  writeFileSync(path("sizes.yml"), "architecture:\n  heads: 3\n  width: 128\n");
  writeFileSync(path("text.txt"), someFiles(20_000)[0].bytes);
  writeFileSync(path("short.txt"), "too short");
  writeFileSync(path("model.onnx"), "not a model");
  mkdirSync(path("plain"));
  mkdirSync(path("empty"));
  execFileSync("git", ["init", "-q", path("empty")]);
  for (const [name, spec] of [
    ["repository", undefined],
    ["bad-spec", "optimizer: {learningRate: 7}\n"],
  ] as const) {
    mkdirSync(path(name));
    await textRepository(path(name), spec);
  }
  mkdirSync(path("no-text"));
  execFileSync("git", ["init", "-q", path("no-text")]);
  const identity = ["-c", "user.name=a", "-c", "user.email=a@b"];
  execFileSync("git", ["-C", path("no-text"), ...identity, "commit", "-q", "--allow-empty", "-m", "nothing"]);
});

const train = (spec: string, corpus: string, ...more: string[]) => [
  "train",
  "--spec",
  path(spec),
  "--corpus",
  path(corpus),
  "--out",
  path("out"),
  ...more,
];

const sample = (directory: string, ...more: string[]) => ["sample", path(directory), "--prompt", "a", ...more];

/** Name, arguments, code under --json, what the message must say. */
const CASES: readonly (readonly [string, () => string[], string, RegExp])[] = [
  ["an unknown command", () => ["trian"], "usage", /unknown command 'trian'/],
  ["an unknown flag", () => ["evolve", "--sed", "3"], "usage", /unknown option '--sed'[^]*--seed/],
  ["a missing option", () => ["train"], "usage", /--spec/],
  ["a number that is none", () => ["evolve", "--tokens", "many"], "usage", /whole number from 1/],
  ["a budget of 0", () => ["evolve", "--tokens", "0"], "usage", /whole number from 1/],
  ["a port that no machine has", () => ["serve", "--port", "99999"], "usage", /whole number from 0 to 65535/],
  ["a device that is none", () => train("good.yml", "text.txt", "--device", "tpu"), "usage", /cpu, webgpu/],
  ["a missing spec", () => train("nowhere.yml", "text.txt"), "spec-missing", /nowhere\.yml/],
  ["a broken spec", () => train("broken.yml", "text.txt"), "spec-syntax", /broken\.yml:\d+:\d+: /],
  ["an unknown key", () => train("unknown.yml", "text.txt"), "spec-invalid", /unknown\.yml:2:3: .*"learningRate"/],
  ["sizes that do not divide", () => train("sizes.yml", "text.txt"), "spec-invalid", /sizes\.yml:3:10: .*128.*heads 3/],
  ["a corpus that is not there", () => train("good.yml", "nowhere"), "corpus-missing", /nowhere/],
  ["a corpus too small", () => train("good.yml", "short.txt"), "corpus-too-small", /9 bytes.*16384/],
  ["a budget below one step", () => train("good.yml", "text.txt", "--tokens", "63"), "budget", /64/],
  [
    "a checkpoint that is none",
    () => train("good.yml", "text.txt", "--resume", path("plain")),
    "checkpoint-missing",
    /axon train/,
  ],
  [
    "a model that is none",
    () => ["evaluate", path("model.onnx"), "--corpus", path("text.txt")],
    "onnx-malformed",
    /not a readable ONNX file/,
  ],
  [
    "a model that is not there",
    () => ["evaluate", path("no.onnx"), "--corpus", path("text.txt")],
    "model-missing",
    /no\.onnx/,
  ],
  ["text from no checkpoint", () => sample("nowhere", "--tokens", "9"), "checkpoint-missing", /nowhere.*axon train/],
  ["text from another folder", () => sample("plain", "--tokens", "9"), "checkpoint-missing", /plain.*axon train/],
  ["text of no length", () => sample("plain", "--tokens", "0"), "usage", /whole number from 1/],
  ["a negative temperature", () => sample("plain", "--temperature", "-0.1"), "usage", /number from 0/],
  ["text without a prompt", () => ["sample", path("plain"), "--tokens", "9"], "usage", /--prompt/],
  ["no git repository", () => ["evolve", "--repo", path("plain")], "not-a-repository", /git init/],
  ["an empty repository", () => ["evolve", "--repo", path("empty")], "empty-repository", /commit/],
  ["a repository without text", () => ["evolve", "--repo", path("no-text")], "corpus-too-small", /16384/],
  ["a repository with a bad spec", () => ["evolve", "--repo", path("bad-spec")], "spec-invalid", /spec\.yml:1:27/],
  [
    "too few trainings",
    () => ["evolve", "--repo", path("repository"), "--trainings", "3"],
    "budget",
    /at least \d+ are needed/,
  ],
  ["a receipt that is not there", () => ["replay", path("no.json")], "receipt", /no\.json/],
  ["a receipt that is none", () => ["replay", path("good.yml")], "receipt", /not JSON/],
  ["a diff that is not there", () => ["patch", path("no.diff")], "patch-missing", /no\.diff/],
  ["a diff that is none", () => ["patch", path("text.txt"), "--dir", home], "no-patch", /diff/],
];

describe("refused input ends with exit code 2 and says how to mend it", () => {
  test.each(CASES)("%s", async (_, args, code, message) => {
    const human = await axon(args());
    const machine = await axon([...args(), "--json"]);
    expect(human.code).toBe(2);
    expect(human.stdout + human.stderr).toMatch(message);
    expect(human.stdout + human.stderr).not.toMatch(/at .*\.js:\d+/); // no stack trace
    expect(machine.code).toBe(2);
    expect(JSON.parse(machine.stdout)).toMatchObject({ ok: false, error: { code } });
  });
});

test("help and version end with exit code 0", async () => {
  for (const args of [["--help"], ["evolve", "--help"], ["--version"]]) {
    const { code, stdout, stderr } = await axon(args);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.length).toBeGreaterThan(4);
  }
});
