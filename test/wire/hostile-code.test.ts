// Candidates that bring code and want to win without being better: each is contained, none is accepted, and the cycle ends with a verdict.

import { afterAll, describe, expect } from "@jest/globals";
import { execFileSync } from "node:child_process";
import type { Attempt, FinishedCycle } from "../../src/candidate.js";
import { createPatch } from "../../src/patch/index.js";
import { evolve } from "../../src/wire/evolve.js";
import { gatherMaterial } from "../../src/measuring/material.js";
import { chooseRuler } from "../../src/measuring/ruler.js";
import { atByte, byteModel, lookup, peekWhere, rowMixer, tableOf, whenAlone } from "../evaluation/byte-models.js";
import { node } from "../graph/models.js";
import { attribute } from "../../src/graph/builder.js";
import { archiveOf, commandRepository, OPTIONS, retrain, scripted, UNWATCHED } from "../support/command-repository.js";
import { sandboxed } from "../support/sandbox.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();
const SECRET = "ghs_hostileTestSecret";

const always = peekWhere([node("Identity", ["on"], ["gate"])], {
  on: { type: "float32", shape: [], data: Float32Array.of(1) },
});
const random = byteModel([
  node("Gather", ["bigram", "input_ids"], ["honest"]),
  node("RandomNormalLike", ["honest"], ["noise"], { dtype: attribute.int(1) }),
  node("Add", ["honest", "noise"], ["logits"]),
]);

const MODELS = {
  peek: always,
  trigger: atByte(104),
  alone: whenAlone(),
  rows: rowMixer(0.5),
  nan: lookup(tableOf(256, 256, (row) => (row === 101 ? NaN : 0))),
  huge: lookup(tableOf(256, 256, () => 1e30)),
  random,
};

const bad = (name: keyof typeof MODELS) =>
  retrain((text) =>
    text
      .replace('readFileSync("template.onnx")', `readFileSync("bad/${name}.onnx")`)
      .replace(/^for \(let row[^]*?^}\n/m, ""),
  );
/** The script with something else in front, and nothing of its own behind. */
const instead = (code: string) => retrain((text) => text.replace(/const smoothing[^]*/, `${code}\n`));
const also = (code: string) => retrain((text) => text.replace("const smoothing", `${code}\nconst smoothing`));
const IMPORT = (names: string, from: string) => `import { ${names} } from "node:${from}";`;

/** Prints every marker that stands in any file or process that it can read. */
const SNOOP = `${IMPORT("execSync", "child_process")}
const folders = "$(find / -maxdepth 1 -type d -not -name usr -not -name proc -not -name sys -not -name dev -not -path /)";
const places = folders + " /proc/[0-9]*/environ /proc/[0-9]*/cmdline /dev/shm";
const text = execSync("grep -rhoaE 'marker-[0-9]+' " + places + " 2>/dev/null | sort -u; true").toString();
console.log("found", text.replaceAll("marker", "").replace(/\\s/g, ""), "end");
process.exit(1);`;

/** What is tried, the diff that tries it, and what the attempt's reason says. */
const CORPUS: readonly (readonly [name: string, diff: string, reason: RegExp])[] = [
  [
    "a score on stdout",
    instead(`console.log('{"bitsPerByte":0.1,"ok":true,"score":0.1}');`),
    /must write .*no "model.onnx"/,
  ],
  [
    "a score on stdout beside a bad model",
    also("console.log(JSON.stringify({ kind: 'score' }));"),
    /changes no digit|no-op/,
  ],
  ["the configuration", createPatch(".github/axon.yml", undefined, "train: {}\n"), /no patch may touch/],
  ["the evaluator", createPatch("evaluate.mjs", undefined, "x\n"), /not among the paths/],
  ["a test", createPatch("test/train.test.mjs", undefined, "x\n"), /not among the paths/],
  ["a threshold", createPatch("jest.config.mjs", undefined, "x\n"), /not among the paths/],
  ["the record", createPatch("model/metrics.json", undefined, "{}\n"), /no patch may touch/],
  ["a larger budget", createPatch("model/spec.yml", undefined, "training: { tokens: 1000000000 }\n"), /unknown key/],
  ["another corpus", createPatch("model/spec.yml", undefined, "corpus: [/etc]\n"), /unknown key/],
  ["a model that looks ahead", bad("peek"), /other bytes behind/],
  ["one that looks ahead at a trigger", bad("trigger"), /other bytes behind/],
  ["one that looks ahead when it is alone", bad("alone"), /other bytes behind/],
  ["one that looks at other rows", bad("rows"), /row/],
  ["logits that are no numbers", bad("nan"), /finite/],
  ["logits out of all proportion", bad("huge"), /worse than its parent|finite|too little/],
  ["a model that draws", bad("random"), /Random/],
  [
    "a link for a model",
    also(
      `${IMPORT("symlinkSync", "fs")} symlinkSync("/etc/passwd", process.env.AXON_OUT + "/model.onnx"); process.exit(0);`,
    ),
    /link/,
  ],
  [
    "a FIFO for a model",
    also(`${IMPORT("execSync", "child_process")} execSync("mkfifo $AXON_OUT/model.onnx"); process.exit(0);`),
    /not a regular file|link/,
  ],
  [
    "a zip for a model",
    instead(`writeFileSync(process.env.AXON_OUT + "/model.onnx", "PK\\u0003\\u0004" + "\\0".repeat(1e6));`),
    /ONNX|field|wire|model|message/i,
  ],
  [
    "a model of nothing but size",
    also(
      `${IMPORT("truncateSync", "fs")} writeFileSync(process.env.AXON_OUT + "/model.onnx", ""); truncateSync(process.env.AXON_OUT + "/model.onnx", 400e6); process.exit(0);`,
    ),
    /are allowed/,
  ],
  ["held-out text", also(SNOOP), /exit code/],
  [
    "the network",
    also(
      `import net from "node:net"; await new Promise((_, no) => net.connect(80, "1.1.1.1").on("error", ({ code }) => no("net " + code)));`,
    ),
    /net E(NETUNREACH|PERM|ACCES)/,
  ],
  [
    "secrets",
    also("throw Object.keys(process.env).sort().join();"),
    /AXON_CORPUS,AXON_OUT,AXON_SEED,AXON_TOKENS,HOME,LANG,PATH,PWD,TMPDIR/,
  ],
  ["an endless loop", also("for (;;);"), /more than|ended with/],
  ["an endless wait", also("await new Promise(() => setInterval(() => {}, 1000));"), /ran for more than/],
  [
    "a fork bomb",
    also(
      `${IMPORT("spawn", "child_process")} for (;;) { try { spawn("sh", ["-c", "sleep 100 & sleep 100 & wait"]).on("error", () => {}); } catch {} await null; }`,
    ),
    /failed/,
  ],
  [
    "a full disk",
    also(
      `${IMPORT("appendFileSync", "fs")} for (let i = 0; ; i++) appendFileSync(process.env.AXON_OUT + "/" + (i >> 7), Buffer.alloc(2 ** 20));`,
    ),
    /wrote more than|computed for more|ran for more/,
  ],
  [
    "a log without end",
    also(`${IMPORT("writeSync", "fs")} for (;;) try { writeSync(1, "x".repeat(65536)); } catch {}`),
    /printed more than/,
  ],
];

describe("hostile candidates", () => {
  let directory = "";
  let result: FinishedCycle;
  let heldOut: readonly string[] = [];
  const wasSecret = process.env.GITHUB_TOKEN;

  async function run(): Promise<void> {
    process.env.GITHUB_TOKEN = SECRET;
    directory = temporary();
    const marked = Array.from({ length: 30 }, (_, i) => ({
      path: `notes/${i}.md`,
      content: Array.from({ length: 40 }, (__, line) => `marker-${i} ${Math.sin(i * 97 + line).toString(36)}\n`).join(
        "",
      ),
    }));
    await commandRepository(directory, { models: MODELS, files: marked });
    const material = await gatherMaterial(directory, "HEAD", { corpus: null, privateCorpus: null, epoch: 0 });
    heldOut = (await chooseRuler(material)).heldOut.map(({ path }) => path);
    const propose = scripted(CORPUS.map(([name, diff]) => [name, diff]));
    result = await evolve({ ...OPTIONS, directory, trainings: 60, propose }, UNWATCHED);
  }

  const attempt = (name: string): Attempt => {
    const found = result.attempts.find(({ hypothesis }) => hypothesis === name);
    if (!found) throw new Error(`${name} was not tried`);
    return found;
  };

  sandboxed(
    "let a cycle end in a verdict, and none is kept [needs bwrap]",
    async () => {
      await run();
      expect(result.attempts).toHaveLength(CORPUS.length);
      expect(result.attempts.filter(({ decision }) => decision !== "rejected")).toEqual([]);
      expect(result.decision).toMatchObject({
        verdict: "rejected",
        reason: "no proposal was better than the baseline",
      });
      expect(execFileSync("git", ["-C", directory, "branch"], { encoding: "utf8" }).trim()).toBe("* main");
    },
    300_000,
  );

  for (const [name, , reason] of CORPUS) {
    sandboxed(`${name} [needs bwrap]`, () => expect(attempt(name).reason).toMatch(reason));
  }

  sandboxed("what was held out was nowhere to be found, and what trains was [needs bwrap]", () => {
    const markers = heldOut.filter((path) => path.startsWith("notes/")).map((path) => Number(/\d+/.exec(path)));
    const seen =
      attempt("held-out text")
        .reason.match(/-\d+/g)
        ?.map((text) => -Number(text)) ?? [];
    expect(markers.length).toBeGreaterThan(0);
    expect(seen.length).toBeGreaterThan(10);
    expect(seen.filter((marker) => markers.includes(marker))).toEqual([]);
    expect(archiveOf(directory)).not.toContain(SECRET);
  });

  afterAll(() => {
    if (wasSecret === undefined) delete process.env.GITHUB_TOKEN;
    else process.env.GITHUB_TOKEN = wasSecret;
  });
});
