// 40 changes that change nothing go through `evolve`, one cycle each, with real trainings: whatever is accepted is noise.
// 8 are identical to the baseline; 32 really train and differ in bits. `--tokens N` per training, `--keep DIR` keeps the repository.

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseDocument } from "yaml";
import { createPatch } from "../dist/patch/index.js";
import { demoRepository } from "../dist/wire/demo.js";
import { evolve } from "../dist/wire/evolve.js";
import { aligned } from "../dist/report/table.js";
import { say } from "./common.mjs";

const EPSILON = 1e-8;

/** Per kind, how the text of a spec is changed for the i-th time. */
const KINDS = {
  "a comment": (text, i) => `# probe ${i}\n${text}`,
  "a default spelled out": (text) => set(text, ["training", "zLoss"], 0),
  "initial values": (text, i) => set(text, ["training", "streams", "initialization"], i + 1),
  "data order": (text, i) => set(text, ["training", "streams", "order"], i + 1),
  both: (text, i) =>
    set(set(text, ["training", "streams", "order"], i + 1), ["training", "streams", "initialization"], i + 1),
  "epsilon's last digit": (text, i) => set(text, ["optimizer", "epsilon"], EPSILON * (1 + (i + 1) * 1e-6)),
};
const COUNTS = {
  "a comment": 4,
  "a default spelled out": 4,
  "initial values": 8,
  "data order": 8,
  both: 8,
  "epsilon's last digit": 8,
};

function set(text, path, value) {
  const document = parseDocument(text);
  document.setIn(path, value);
  return document.toString({ lineWidth: 0 });
}

export async function run(options) {
  const { values } = parseArgs({
    args: options,
    options: { tokens: { type: "string", default: "60000" }, keep: { type: "string" } },
  });
  const directory = values.keep ?? mkdtempSync(join(tmpdir(), "axon-nulls-"));
  cpSync(await demoRepository(), directory, { recursive: true });
  rmSync(join(directory, ".git/axon"), { recursive: true, force: true });
  try {
    return await probe(directory, Number(values.tokens));
  } finally {
    if (values.keep === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

async function probe(directory, tokens) {
  const rows = [];
  let seed = 0;
  for (const [kind, change] of Object.entries(KINDS)) {
    for (let i = 0; i < COUNTS[kind]; i++) {
      const cycle = await oneCycle(directory, tokens, ++seed, (text) => change(text, i));
      const [attempt] = cycle.attempts;
      const row = { kind, decision: attempt.decision, verdict: cycle.decision.verdict, pairs: cycle.decision.pairs };
      rows.push({
        ...row,
        difference: attempt.differences[0] ?? null,
        pValue: cycle.decision.pValue,
        noise: cycle.noise.deviation,
        differences: cycle.pairs.map(({ baseline, candidate }) => candidate.score - baseline.score),
        trainings: cycle.cost.trainings,
      });
      say(
        `${String(seed).padStart(2)}  ${kind}: ${attempt.decision}, ${cycle.decision.verdict} after ${cycle.decision.pairs} pairs`,
      );
    }
  }
  for (const line of aligned([
    ["null change", "cycles", "unlike in bits", "kept by the search", "accepted", "sd of a difference"],
    ...Object.keys(KINDS).map((kind) => summary(kind, rows)),
  ]))
    say(line);
  return { tokens, accepted: rows.filter(({ verdict }) => verdict === "accepted").length, rows };
}

async function oneCycle(directory, tokens, seed, change) {
  const propose = async ({ specPath, specText }, _, number) =>
    number > 1
      ? null
      : {
          proposer: "search",
          hypothesis: "nothing",
          diff: createPatch(specPath, specText ?? undefined, change(specText ?? "")),
        };
  const hooks = {
    signal: new AbortController().signal,
    onStart: () => {},
    onEvent: () => {},
    onAsk: () => {},
    onDelay: () => {},
    onProgress: () => {},
    onClaim: () => {},
  };
  const shared = {
    directory,
    corpus: null,
    privateCorpus: null,
    prepareNetwork: false,
    proposer: "search",
    hint: null,
  };
  return evolve({ ...shared, trainings: 60, tokens, seed, propose }, hooks);
}

function summary(kind, rows) {
  const own = rows.filter((row) => row.kind === kind);
  const differences = own.flatMap(({ difference, differences: all }) => [
    ...(difference === null ? [] : [difference]),
    ...all,
  ]);
  const count = (test) => String(own.filter(test).length);
  const spread = Math.sqrt(differences.reduce((sum, x) => sum + x * x, 0) / Math.max(1, differences.length));
  return [
    kind,
    String(own.length),
    count(({ difference }) => difference !== null && difference !== 0),
    count(({ decision }) => decision === "kept"),
    count(({ verdict }) => verdict === "accepted"),
    differences.length > 0 ? spread.toExponential(2) : "no training",
  ];
}
