// The configuration of a repository: what it may say, what it means when it says nothing, and where an error is.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { boundsOf, configurationJsonSchema, objectiveOf, parseConfiguration } from "../../src/config/configuration.js";
import { InputError } from "../../src/errors.js";

function refusal(text: string): InputError {
  try {
    parseConfiguration(text);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("the configuration was not refused");
}

const DEFAULTS = {
  evolve: { paths: ["model/spec.yml"] },
  train: {},
  bounds: {},
  limits: { trainings: 100, tokens: 150_000 },
  proposer: "search",
};

test.each([null, "", "# nothing\n", "{}", "evolve: {}\nlimits: {}\n"])("%j means the defaults", (text) => {
  expect(parseConfiguration(text)).toEqual(DEFAULTS);
  expect(objectiveOf(parseConfiguration(text))).toEqual({
    name: "bits per byte",
    direction: "lower",
    selfReported: false,
  });
});

test("this repository's own file is one", () => {
  expect(parseConfiguration(readFileSync(".github/axon.yml", "utf8"))).toEqual(DEFAULTS);
});

test("every key takes its value", () => {
  const configuration = parseConfiguration(`
evolve: { paths: ["src/**/*.ts", model/spec.yml] }
prepare: npm ci --offline
train: { command: node train.mjs }
objective: { command: node bench.mjs, path: latency.p99, direction: lower, name: slowest request }
bounds: { parameters: 5 %, trainingSeconds: 0.25, peakMemory: "12.5%", secondsPerByte: 0 }
limits: { trainings: 60, tokens: 1000, dollars: 0.5, modelTokens: 200000 }
proposer: mixed
`);
  expect(configuration).toEqual({
    evolve: { paths: ["src/**/*.ts", "model/spec.yml"] },
    prepare: "npm ci --offline",
    train: { command: "node train.mjs" },
    objective: {
      command: "node bench.mjs",
      file: "metrics.json",
      path: "latency.p99",
      direction: "lower",
      name: "slowest request",
    },
    bounds: { parameters: 0.05, trainingSeconds: 0.25, peakMemory: 0.125, secondsPerByte: 0 },
    limits: { trainings: 60, tokens: 1000, dollars: 0.5, modelTokens: 200_000 },
    proposer: "mixed",
  });
  expect(boundsOf(configuration)).toEqual(configuration.bounds);
  expect(objectiveOf(configuration)).toEqual({ name: "slowest request", direction: "lower", selfReported: true });
});

describe("a mistake is refused where it stands", () => {
  test.each([
    ["a key nobody knows", "evolve:\n  path: [a]\n", 2, 3, /unknown key "evolve.path"; did you mean "paths"/],
    ["a proposer that is none", "proposer: oracle\n", 1, 11, /proposer/],
    ["a key that the future may bring", "merge: auto\n", 1, 1, /unknown key "merge"/],
    ["an unknown key of a section without defaults", "objective: {comand: x}", 1, 12, /comand|command/],
    ["an objective without a direction", "objective:\n  command: x\n  path: a\n", 2, 3, /direction/],
    ["a direction that is none", "objective: {command: x, path: a, direction: up}\n", 1, 45, /direction/],
    ["a command that is a list", "prepare: [a, b]\n", 1, 10, /prepare/],
    ["an empty command", 'train: { command: "  " }\n', 1, 19, /train.command/],
    ["no path at all", "evolve: { paths: [] }\n", 1, 18, /evolve.paths/],
    ["a glob that takes for ever", 'evolve:\n  paths: ["+(a|b)"]\n', 2, 11, /take for ever/],
    ["a bound that is no share", "bounds: { parameters: five }\n", 1, 23, /bounds.parameters/],
    ["a bound below nothing", "bounds: { parameters: -0.1 }\n", 1, 23, /bounds.parameters/],
    ["a measure nobody takes", "bounds: { parameter: 1 % }\n", 1, 11, /did you mean "parameters"/],
    ["a budget of nothing", "limits: { trainings: 0 }\n", 1, 22, /limits.trainings/],
    ["a file outside", "objective: {command: x, path: a, direction: lower, file: ../x}\n", 1, 58, /objective.file/],
    ["an absolute file", "objective: {command: x, path: a, direction: lower, file: /x}\n", 1, 58, /objective.file/],
    ["something else than a map", "- a\n", 1, 1, /expected/i],
  ])("%s", (_, text, line, column, message) => {
    const { code, place, message: said } = refusal(text);
    expect({ code, place }).toEqual({
      code: "configuration-invalid",
      place: { file: ".github/axon.yml", line, column },
    });
    expect(said).toMatch(message);
    expect(said.startsWith(`.github/axon.yml:${line}:${column}: `)).toBe(true);
  });
});

describe("hostile YAML is refused at once", () => {
  const bomb = Array.from({ length: 20 }, (_, i) => `k${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join("\n");
  test.each([
    ["aliases that stand for gigabytes", `k0: &a0 [x]\n${bomb}\n`, 2],
    ["a file of a megabyte", `# ${"x".repeat(2 ** 20)}\n`, 1],
    ["two documents", "limits: {}\n---\nlimits: {}\n", 2],
    ["the same key twice", "prepare: a\nprepare: b\n", 2],
    ["a tag that makes a map something else", "limits: !!omap [trainings: 5]\n", 1],
  ])("%s", (_, text, line) => {
    expect(refusal(text)).toMatchObject({ code: "configuration-syntax", place: { line } });
  });

  test("a map of prototypes is a map of unknown keys", () => {
    expect(refusal("__proto__: { evolve: { paths: [a] } }\n").code).toBe("configuration-invalid");
  });
});

test("the JSON Schema knows the keys, forbids others and has the defaults", () => {
  const schema = configurationJsonSchema() as { properties: Record<string, unknown>; additionalProperties: boolean };
  expect(Object.keys(schema.properties)).toEqual([
    "evolve",
    "prepare",
    "train",
    "objective",
    "bounds",
    "limits",
    "proposer",
  ]);
  expect(schema).toMatchObject({
    additionalProperties: false,
    properties: {
      limits: { properties: { trainings: { default: 100 }, tokens: { default: 150_000 } } },
      objective: { required: ["command", "path", "direction"], additionalProperties: false },
    },
  });
});
