// The table of rooms as data, held against every file below src/. That the rules can fail is shown in support/architecture.test.ts.

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { parseSync, type ModuleItem } from "@swc/core";
import { machinePaths, violations, type House, type Sources } from "./support/architecture.js";
import { importsOf } from "./support/imports.js";

const HOUSE: House = {
  everywhere: ["errors", "random"],
  rows: {
    errors: { level: 0, imports: [] },
    candidate: { level: 0, imports: [] },
    random: { level: 0, imports: [] },
    machine: { level: 0, imports: [] },
    glob: { level: 0, imports: [] },
    log: { level: 0, imports: [] },
    unseen: { level: 0, imports: [] },
    "yaml-text": { level: 0, imports: ["errors"] },
    secrets: { level: 0, imports: [] },
    spec: { level: 1, imports: ["yaml-text"] },
    llm: { level: 1, imports: [] },
    config: { level: 1, imports: ["candidate", "glob", "llm", "yaml-text"] },
    graph: { level: 1, imports: [] },
    fence: { level: 0, imports: [] },
    patch: { level: 1, imports: ["fence", "unseen"] },
    repository: { level: 1, imports: [] },
    statistics: { level: 1, imports: ["candidate"] },
    process: { level: 1, imports: [] },
    store: { level: 1, imports: ["candidate"] },
    autodiff: { level: 2, imports: ["graph"] },
    layout: { level: 2, imports: ["graph", "spec"] },
    optimizer: { level: 2, imports: ["graph", "layout", "spec"] },
    import: { level: 2, imports: ["graph"] },
    portable: { level: 2, imports: ["graph"] },
    runtime: { level: 2, imports: ["graph"] },
    sandbox: { level: 2, imports: [] },
    transformer: { level: 2, imports: ["graph", "layout", "spec"] },
    data: { level: 2, imports: ["candidate", "glob", "repository", "spec"] },
    report: { level: 2, imports: ["candidate", "unseen"] },
    // Only what its messages and schemas look like: this room sends nothing.
    prompt: { level: 2, imports: ["candidate", "secrets", "unseen"], types: ["llm"] },
    proposal: { level: 3, imports: ["candidate", "patch", "prompt", "spec"], types: ["llm"] },
    normalise: { level: 1, imports: ["yaml-text"] },
    story: { level: 3, imports: ["candidate", "report"] },
    github: { level: 2, imports: ["candidate", "patch", "report"] },
    live: { level: 1, imports: ["candidate"] },
    http: { level: 1, imports: ["log"] },
    dashboard: { level: 3, imports: ["candidate", "http", "live", "log", "report"] },
    // What browsers run knows no server, no disk and no archive.
    "dashboard/pages": { level: 3, imports: ["candidate", "live", "report"] },
    workspace: { level: 3, imports: ["data", "patch", "repository", "sandbox"] },
    generation: { level: 3, imports: ["graph", "runtime", "spec", "transformer"] },
    checkpoint: { level: 3, imports: ["graph", "layout", "optimizer", "spec", "transformer"] },
    training: {
      level: 4,
      imports: [
        "checkpoint",
        "graph",
        "autodiff",
        "import",
        "layout",
        "optimizer",
        "portable",
        "process",
        "runtime",
        "statistics",
        "transformer",
        "data",
        "spec",
      ],
    },
    evaluation: {
      level: 5,
      imports: [
        "candidate",
        "spec",
        "transformer",
        "training",
        "data",
        "runtime",
        "machine",
        "patch",
        "sandbox",
        "workspace",
      ],
    },
    // The scorer sees a model and bytes. It never learns what a spec, a training or a candidate is.
    "evaluation/scorer": { level: 5, imports: ["graph", "data", "runtime"] },
    profiling: { level: 5, imports: ["optimizer", "graph", "spec", "training", "transformer"] },
    evolution: {
      level: 6,
      imports: ["candidate", "spec", "patch", "statistics", "normalise", "secrets"],
      types: ["proposal"],
    },
    // Language models as proposers: who is asked, for how much, and answers that are paid for once.
    models: { level: 7, imports: ["candidate", "config", "evolution", "llm", "prompt", "proposal", "store"] },
    publisher: { level: 7, imports: ["live"], types: ["candidate", "evolution", "spec", "training"] },
    // How the versions of a repository are measured: material, ruler, trainings. Who wants it, and what becomes of it, is not known here.
    measuring: {
      level: 7,
      imports:
        "candidate machine spec config patch process repository sandbox workspace store runtime data statistics training evaluation evolution".split(
          " ",
        ),
    },
    jobs: { level: 7, imports: ["candidate", "evolution", "github", "report", "repository", "store"] },
    wire: {
      level: 8,
      imports:
        "candidate machine measuring publisher spec config graph patch process repository sandbox workspace store autodiff runtime transformer data report models story proposal llm github checkpoint training generation profiling statistics evaluation evolution jobs".split(
          " ",
        ),
    },
    serving: {
      level: 9,
      imports: ["candidate", "dashboard", "http", "live", "log", "repository", "store", "wire"],
    },
    app: { level: 9, imports: ["wire", "jobs", "dashboard", "config"] },
    cli: {
      level: 9,
      imports: ["wire", "serving", "jobs", "config", "models", "report", "story", "log"],
      types: ["candidate", "evolution", "profiling", "training"],
    },
  },
  outside: {
    "onnxruntime-node": ["runtime"],
    diff: ["patch"],
    picomatch: ["data", "fence"],
    openai: ["llm"],
    yaml: ["yaml-text", "proposal"],
    zod: ["yaml-text", "spec", "config", "store", "live", "checkpoint", "evaluation", "llm", "prompt/answer"],
    "gpt-tokenizer": ["prompt/tokens"],
    preact: ["dashboard/pages"],
    htm: ["dashboard/pages"],
    uplot: ["dashboard/pages"],
    commander: ["cli"],
    probot: ["app"],
    octokit: ["github"],
    "@octokit/auth-app": ["github"],
    "@octokit/core": ["github"],
    "@octokit/graphql": ["github"],
    "@octokit/request-error": ["github"],
    "@octokit/rest": ["github"],
    "@octokit/types": ["github"],
    "@octokit/webhooks-types": ["github", "app"],
    pg: ["store"],
    "pg-boss": ["store"],
    "drizzle-orm": ["store"],
    "@electric-sql/pglite": ["store"],
    "node:child_process": ["repository", "process", "sandbox"],
    "node:worker_threads": ["training"],
    "node:http": ["http", "dashboard"],
    "node:net": ["http"],
    "node:process": [],
  },
  process: {
    env: ["config", "repository/git", "runtime/no-telemetry"], // git gets the user's PATH and HOME, and nothing else is read from them
    argv: ["cli", "app"],
    exit: ["cli", "app", "process/child", "evaluation/worker"],
    exitCode: ["cli", "app"],
  },
  pure: {
    rooms: ["autodiff", "import", "transformer", "report", "story", "statistics", "normalise", "evolution"],
    modules: ["node:crypto", "node:path"],
  },
  defaultExports: ["src/app.ts"],
  // patch: tolerance for a dozen kinds of damage is a dozen small files, and splitting the room would part what belongs together; what hostile
  // diffs hide or would cost is looked for there, too.
  // graph: the operator table has a row for everything that exporters write, and the builder cannot do without the table.
  lines: { file: 250, table: 400, room: 1500, rooms: { graph: 1800, patch: 2400 } },
  tables: ["autodiff/rules", "graph/operators"],
  aliases: aliases(),
};

/** package.json names the built file; the source behind it is what counts here. */
function aliases(): Record<string, string> {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const { imports }: { readonly imports: Readonly<Record<string, string>> } = JSON.parse(text);
  const entries = Object.entries(imports);
  return Object.fromEntries(
    entries.map(([name, path]) => [name, path.replace("./dist/", "src/").replace(".js", ".ts")]),
  );
}

function filesBelow(folder: string): Sources {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.map((file) => [relative(root, file).replaceAll("\\", "/"), readFileSync(file, "utf8")]));
}

const sources: Sources = new Map([...filesBelow("src")].filter(([path]) => path.endsWith(".ts")));

describe("the sources", () => {
  test("keep every rule of the house", () => {
    expect(sources.size).toBeGreaterThan(3);
    expect(violations(HOUSE, sources)).toEqual([]);
  });

  test("and the tests name no path of one machine", () => {
    expect(machinePaths(new Map([...filesBelow("src"), ...filesBelow("test")]))).toEqual([]);
  });

  test("have the imports that another parser finds in them", () => {
    for (const [, text] of sources) {
      const { body } = parseSync(text, { syntax: "typescript", target: "es2022" });
      const own = importsOf(text).filter(({ kind }) => kind !== "location");
      expect(own.map(({ kind, specifier }) => `${kind} ${specifier}`)).toEqual(
        expect.arrayContaining(staticImports(body)),
      );
    }
  });
});

function staticImports(body: readonly ModuleItem[]): string[] {
  return body.flatMap((item) => {
    if (item.type === "ImportDeclaration") return [`${item.typeOnly ? "type" : "value"} ${item.source.value}`];
    if (item.type === "ExportAllDeclaration") return [`value ${item.source.value}`];
    if (item.type !== "ExportNamedDeclaration" || !item.source) return [];
    return [`${"typeOnly" in item && item.typeOnly ? "type" : "value"} ${item.source.value}`];
  });
}

describe("the table", () => {
  test("lets no room import from a higher level, nor from itself by a detour", () => {
    const reaches = (from: string, to: string): boolean =>
      (HOUSE.rows[from]?.imports ?? []).some((next) => next === to || reaches(next, to));
    for (const [room, { level, imports, types = [] }] of Object.entries(HOUSE.rows)) {
      for (const other of [...imports, ...types]) expect(HOUSE.rows[other]?.level).toBeLessThanOrEqual(level);
      expect(reaches(room, room)).toBe(false);
    }
  });
});
