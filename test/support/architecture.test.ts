// A guard must be able to fail: every rule of the house against made-up sources and a small made-up house.

import { describe, expect, test } from "@jest/globals";
import { machinePaths, violations, type House } from "./architecture.js";

const HOUSE: House = {
  everywhere: ["errors", "random"],
  rows: {
    errors: { level: 0, imports: [] },
    random: { level: 0, imports: [] },
    spec: { level: 0, imports: ["errors"] },
    graph: { level: 1, imports: [] },
    store: { level: 1, imports: [] },
    config: { level: 1, imports: ["spec"] },
    data: { level: 2, imports: ["spec"] },
    training: { level: 3, imports: ["graph"] },
    evaluation: { level: 4, imports: ["data", "spec", "training"] },
    "evaluation/scorer": { level: 4, imports: ["graph", "data"] },
    evolution: { level: 5, imports: ["spec"], types: ["store"] },
    proposal: { level: 2, imports: ["spec"] },
    app: { level: 8, imports: ["config"] },
    cli: { level: 8, imports: ["config"] },
  },
  outside: {
    runner: ["data"],
    "@scope/chat": ["proposal/llm"],
    "node:child_process": ["training", "evaluation/sandbox"],
    "node:process": [],
  },
  process: { env: ["config"], exit: ["cli", "app"] },
  pure: { rooms: ["evolution"], modules: ["node:crypto"] },
  defaultExports: ["src/app.ts"],
  lines: { file: 25, table: 40, room: 150, rooms: {} },
  tables: ["graph/operators"],
  aliases: { "#worker": "src/training/worker.ts" },
};

/** "data/a.ts TEXT | spec.ts TEXT" → what the guard says of these two files below src. */
function guard(sources: string): string[] {
  const files = sources.split(" | ").map((file) => /^(\S+) ?(.*)$/s.exec(file)!);
  return violations(HOUSE, new Map(files.map(([, path, text]) => [`src/${path}`, text ?? ""])));
}

describe("the guard lets pass", () => {
  test.each([
    ["an import that the table has", 'data/a.ts import "../spec.js" | spec.ts'],
    ["an import within a room", 'data/a.ts import "./b.js" | data/b.ts'],
    ["errors, from anywhere above", 'cli/train.ts import "../errors.js" | errors.ts'],
    ["a type from a room that gives types", 'evolution/a.ts import type { B } from "../store/b.js" | store/b.ts'],
    ["data beside the code", 'cli.ts import a from "../package.json"; new URL("./a.css", import.meta.url)'],
    ["a scorer that reads graphs", 'evaluation/scorer-a.ts import "../graph/a.js" | graph/a.ts'],
    ["two ways to one file", 'data/a.ts import "./b.js"; import "./c.js" | data/b.ts import "./c.js" | data/c.ts'],
    [
      "the path of a worker that imports back",
      'data/a.ts new URL("./b.js", import.meta.url) | data/b.ts import "./a.js"',
    ],
    ["a package in its room", 'data/a.ts import "runner"; import "runner/inside"'],
    ["a package in its place", 'proposal/llm.ts import "@scope/chat" | proposal/llm/a.ts import "@scope/chat/b"'],
    ["what a room that only computes may use", 'evolution/a.ts import "node:crypto"'],
    ["the environment in config", "config.ts process.env.A"],
    ["the exit code on the command line", "cli.ts process.exit(1) | app.ts process.exit(1)"],
    ["the harmless rest of process", 'data/a.ts process.cwd(); a.process; b({ process: 1 }); "process.env"'],
    ["the default export of the app", "app.ts export default 1;"],
    ["other people's defaults", 'data/a.ts import { default as a } from "runner"; switch (a) { default: }'],
    ["lines of comment and blank lines", `data/a.ts ${"a; // b\n\n// c\n".repeat(25)}`],
    [
      "tables longer than other files",
      `graph/operators.ts ${"a;\n".repeat(40)} | graph/operators-b.ts ${"a;\n".repeat(40)}`,
    ],
  ])("%s", (_, sources) => {
    expect(guard(sources)).toEqual([]);
  });
});

describe("the guard refuses", () => {
  test.each([
    [
      "an import that the table lacks",
      'data/a.ts import "../graph/b.js" | graph/b.ts',
      "data/a.ts:1: data may not import src/graph/b.ts",
    ],
    [
      "a type from a room that is not allowed",
      'graph/a.ts import type { B } from "../spec.js" | spec.ts',
      "graph/a.ts:1: graph may not import src/spec.ts",
    ],
    [
      "a value from a room that gives types",
      'evolution/a.ts import { type B } from "../store/b.js" | store/b.ts',
      "evolution/a.ts:1: evolution may not import src/store/b.ts",
    ],
    [
      "a dynamic import",
      'graph/a.ts await import("../spec.js") | spec.ts',
      "graph/a.ts:1: graph may not import src/spec.ts",
    ],
    [
      "anything that errors imports",
      'errors.ts import "./random.js" | random.ts',
      "errors.ts:1: errors may not import src/random.ts",
    ],
    [
      "a command line in a folder that reaches down",
      'cli/a.ts import "../data/b.js" | data/b.ts',
      "cli/a.ts:1: cli may not import src/data/b.ts",
    ],
    ["a room without a row", "helpers/a.ts", 'helpers/a.ts: "helpers" has no row in the table of rooms'],
    ["an import of nothing", 'data/a.ts import "./b.js"', "data/a.ts:1: ./b.js is no source file"],
    [
      "an import that leaves src",
      'data/a.ts import "../../test/b.js"',
      "data/a.ts:1: ../../test/b.js is no source file",
    ],
    [
      "a computed import",
      "data/a.ts await import(name)",
      "data/a.ts:1: the name of what is imported is computed, so nobody can check it",
    ],
    [
      "the path of a forbidden file",
      'data/a.ts new URL("../cli.js", import.meta.url) | cli.ts',
      "data/a.ts:1: data may not import src/cli.ts",
    ],
    [
      "a forbidden file by its alias",
      'data/a.ts import.meta.resolve("#worker")',
      "data/a.ts:1: data may not import src/training/worker.ts",
    ],
    [
      "a scorer that knows the spec",
      'evaluation/scorer.ts import "../spec.js" | spec.ts',
      "evaluation/scorer.ts:1: evaluation/scorer may not import src/spec.ts",
    ],
    [
      "a scorer that knows it by a detour",
      'evaluation/scorer.ts import "./a.js" | evaluation/a.ts import type { S } from "../spec.js" | spec.ts',
      "evaluation/a.ts:1: evaluation/scorer stands on this file, so it may not import src/spec.ts",
    ],
    [
      "the scorer's freedom elsewhere in its room",
      'evaluation/a.ts import "../graph/b.js" | graph/b.ts',
      "evaluation/a.ts:1: evaluation may not import src/graph/b.ts",
    ],
    [
      "a circle of values",
      'data/a.ts import "./b.js" | data/b.ts import "./a.js"',
      "data/a.ts: imports itself in a circle: src/data/a.ts → src/data/b.ts → src/data/a.ts",
    ],
    [
      "a circle of types",
      'data/a.ts import type { B } from "./b.js" | data/b.ts export type * from "./a.js"',
      "data/a.ts: imports itself in a circle: src/data/a.ts → src/data/b.ts → src/data/a.ts",
    ],
    [
      "a file that imports itself",
      'data/a.ts import "./a.js"',
      "data/a.ts: imports itself in a circle: src/data/a.ts → src/data/a.ts",
    ],
    ["a package outside its room", 'spec.ts import type { A } from "runner"', "spec.ts:1: runner is only for data"],
    [
      "a path inside such a package",
      'spec.ts createRequire(import.meta.url).resolve("runner/package.json")',
      "spec.ts:1: runner is only for data",
    ],
    [
      "a package outside its place",
      'proposal/search.ts import "@scope/chat"',
      "proposal/search.ts:1: @scope/chat is only for proposal/llm",
    ],
    [
      "a package without a row",
      'data/a.ts import "@scope/left/pad"',
      "data/a.ts:1: @scope/left has no row in the table of outside packages",
    ],
    [
      "a module of Node without its prefix",
      'data/a.ts import "fs"',
      "data/a.ts:1: fs has no row in the table of outside packages",
    ],
    [
      "a child process outside its places",
      'evaluation/a.ts import "node:child_process"',
      "evaluation/a.ts:1: node:child_process is only for training, evaluation/sandbox",
    ],
    [
      "a disk in a room that only computes",
      'evolution/a.ts import "node:fs/promises"',
      "evolution/a.ts:1: node:fs/promises is not for evolution, which only computes",
    ],
    ["the environment elsewhere", "cli.ts a(process.env.A)", "cli.ts:1: process.env is only for config"],
    ["the environment by a string", 'data/a.ts process?.["env"]', "data/a.ts:1: process.env is only for config"],
    [
      "the environment taken apart",
      "data/a.ts const { env } = process;",
      "data/a.ts:1: process.env is only for config",
    ],
    [
      "the environment of the global object",
      "data/a.ts globalThis.process.env",
      "data/a.ts:1: process.env is only for config",
    ],
    ["the environment by import", 'cli.ts import { env } from "node:process"', "cli.ts:1: node:process is for nobody"],
    ["an exit code elsewhere", "data/a.ts process.exit(1)", "data/a.ts:1: process.exit is only for cli, app"],
    ["a default export", "data/a.ts export default 1;", "data/a.ts:1: exports a default; name it"],
    ["a default export by renaming", "data/a.ts export { a as default };", "data/a.ts:1: exports a default; name it"],
    ["a default handed on", 'data/a.ts export { default } from "runner";', "data/a.ts:1: exports a default; name it"],
    ["a long file", `data/a.ts ${"a;\n".repeat(26)}`, "data/a.ts: 26 lines of code, 25 are allowed"],
    ["a long table", `graph/operators.ts ${"a;\n".repeat(41)}`, "graph/operators.ts: 41 lines of code, 40 are allowed"],
    [
      "a large room",
      "abcdefg".replace(/./g, `data/$&.ts ${"a;\n".repeat(22)} | `).slice(0, -3),
      "data: 154 lines of code, 150 are allowed",
    ],
  ])("%s", (_, sources, expected) => {
    expect(guard(sources)).toEqual([`src/${expected}`]);
  });

  test("paths of one machine in code and comments, but not relative ones and addresses", () => {
    const own = ["", "home", "ada", "axon"].join("/");
    const lines = [`// see ${own}`, `read("${own}");`, "src/home/a.ts", `https://example.org${own}`, "a ${b}/work/c"];
    expect(machinePaths(new Map([["src/a.ts", lines.join("\n")]]))).toEqual([
      "src/a.ts:1: names a path of one machine",
      "src/a.ts:2: names a path of one machine",
    ]);
  });
});
