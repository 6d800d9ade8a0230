// `axon evolve --proposer llm` from end to end: the built command talks over HTTP to an endpoint that answers by chance, with good, idle, harmful,
// broken and hostile answers. The endpoint knows which number a request has, and nothing else.

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FinishedCycle, ModelExpense, Receipt } from "../../src/candidate.js";
import { generator } from "../../src/random.js";
import { createRepository } from "../../src/repository/repository.js";
import { gatherMaterial } from "../../src/measuring/material.js";
import { startAxon } from "../support/command.js";
import {
  failing,
  half,
  startLlmServer,
  streaming,
  wrongJson,
  type Behaviour,
  type LlmServer,
} from "../support/llm-server.js";
import { SLOW_SPEC } from "../support/repositories.js";
import { temporaryDirectories } from "../support/temporary.js";
import { someText } from "../support/text.js";

const temporary = temporaryDirectories();
const KEY = ["sk", "proj-canary0123456789abcdefghijklmnopqrstuv"].join("-");
const TOKEN = ["gh", "p_0123456789abcdefghijABCDEFGHIJ012345"].join("");

const answer = (diff: string) =>
  streaming(JSON.stringify({ hypothesis: "an idea", rationale: "it may help", expectedEffect: "better", diff }));

const hunk = (path: string, body: string) => `--- a/${path}\n+++ b/${path}\n@@ @@\n${body}\n`;
const spec = (body: string) => answer(hunk("model/spec.yml", body));
const created = (path: string) => answer(`--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+on: push\n`);

const GOOD = spec(
  " optimizer:\n-  learningRate: 0.0001 # far too low\n+  learningRate: 0.01 # higher\n   schedule: constant",
);
const IDLE = spec("   schedule: constant\n-  warmup: 0\n+  warmup: 0.001\n training:");
const HARMFUL = spec(" training:\n-  batch: 4\n+  batch: 64");
const MISPLACED = spec(" optimizer:\n-  learningRate: 0.0007\n+  learningRate: 0.0008\n   schedule: constant");
const INVALID = spec("   schedule: constant\n-  warmup: 0\n+  warmup: 7\n training:");
const EMPTY = streaming("");
const PROSE = streaming("I would raise the learning rate.");
const HOSTILE = [
  created(".github/workflows/x.yml"),
  created("../outside.txt"),
  created("test/easier.test.js"),
  created(".git/hooks/pre-commit"),
];

let server: LlmServer;
let directory: string;
let heldOut: readonly string[];

/** The endpoint's mind: by number alone. Failures first come where a retry or the search mends them. */
function behaviour(number: number, answers: readonly Behaviour[]): Behaviour {
  if (number === 2) return failing(500);
  if (number === 4) return failing(429, { headers: { "retry-after": "0" } });
  if (number === 7) return failing(401);
  if (number === 9) return half("{");
  // A label by which a good answer comes early: later, the search has been there already.
  return answers[generator("answers 16").uint32(number) % answers.length];
}

beforeAll(async () => {
  directory = temporary();
  const texts = Array.from({ length: 24 }, (_, i) => ({
    path: `text/${i}.txt`,
    content: `CANARY-${i}-TEXT stands here\n${Buffer.from(someText(1500, `file ${i}`)).toString()}`,
  }));
  await createRepository(
    directory,
    [
      ...texts,
      { path: "model/spec.yml", content: SLOW_SPEC },
      { path: "notes/login.txt", content: `the token is ${TOKEN}\n` },
      { path: "notes/.env", content: "PASSWORD=canary-in-a-file\n" },
      { path: ".github/axon.yml", content: `evolve: { paths: [model/spec.yml, "text/*", "notes/*"] }\n` },
    ],
    "text",
  );
  const material = await gatherMaterial(directory, "HEAD", { corpus: null, privateCorpus: null, epoch: 0 });
  heldOut = material.split.heldOut.map(({ path }) => path);
  const prying = heldOut.map((path) => answer(hunk(path, " stands here\n-the tide\n+x")));
  const answers = [GOOD, GOOD, IDLE, HARMFUL, MISPLACED, INVALID, EMPTY, PROSE, wrongJson(), ...HOSTILE, ...prying];
  server = await startLlmServer(({ number }) => behaviour(number, answers));
});

afterAll(() => server.close());

async function evolve(): Promise<FinishedCycle> {
  const args = ["evolve", "--repo", directory, "--proposer", "llm", "--hint", "the rate looks low", "--seed", "3"];
  const { code, stdout, stderr } = await startAxon([...args, "--tokens", "4000", "--trainings", "52", "--json"], {
    environment: {
      OPENAI_API_KEY: KEY,
      OPENAI_BASE_URL: server.url,
      AXON_MODEL: "one,two",
      AXON_MODEL_PRICES: "one=1/2,two=1/2",
    },
  }).ended;
  expect([code, stderr.match(/^axon: .*/m)?.[0]]).toEqual([0, undefined]);
  return JSON.parse(stdout) as FinishedCycle;
}

const archive = () => join(directory, ".git/axon/archive.jsonl");
const entries = () =>
  readFileSync(archive(), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { readonly kind: string; readonly expense?: ModelExpense });

test("the whole loop goes on whatever the model answers, tells who proposed what, and shows it nothing that judges", async () => {
  const cycle = await evolve();
  const { attempts, cost, branch, receipt } = cycle;
  const byModel = attempts.filter(({ proposer }) => proposer === "llm");
  const instead = attempts.flatMap(({ instead: failed }) => failed ?? []);
  expect(byModel.length).toBeGreaterThan(2);
  expect(instead.length).toBeGreaterThan(2);
  for (const { origin } of byModel) expect(origin).toMatchObject({ prompt: expect.stringMatching(/^[0-9a-f]{12}$/) });
  expect(instead.map(({ asked }) => asked)).toEqual(instead.map(() => expect.stringMatching(/^(one|two)$/)));
  expect(instead.map(({ reason }) => reason).join("\n")).toMatch(
    /refuses the key[^]*broke off|broke off[^]*refuses the key/,
  );
  // GOOD stands in the stream of answers, so somebody proposes it and it is kept.
  expect(cycle.decision.verdict).toBe("accepted");
  const { steps } = JSON.parse(readFileSync(receipt!, "utf8")) as Receipt;
  expect(steps).toContainEqual({
    attempt: expect.any(String),
    proposer: "llm",
    model: expect.stringMatching(/one|two/),
    prompt: byModel[0].origin!.prompt,
  });
  const changed = execFileSync("git", ["-C", directory, "diff", "--name-only", "main", branch!], { encoding: "utf8" });
  expect(changed.trim().split("\n")).toEqual([
    "model/metrics.json",
    `model/receipts/${cycle.id}.json`,
    "model/spec.yml",
  ]);

  const sent = server.requests.map(({ body }) => JSON.stringify(body)).join("\n");
  const canaries = (paths: readonly string[]) => paths.map((path) => `CANARY-${/\d+/.exec(path)![0]}-TEXT`);
  expect(heldOut.length).toBeGreaterThan(1);
  for (const canary of [...canaries(heldOut), KEY, TOKEN, "canary-in-a-file"]) expect(sent).not.toContain(canary);
  const shown = Array.from({ length: 24 }, (_, i) => `text/${i}.txt`).filter((path) => !heldOut.includes(path));
  expect(canaries(shown).some((canary) => sent.includes(canary))).toBe(true); // so the search for the others means something
  expect(sent).toContain("the rate looks low");
  expect(server.requests.every(({ headers }) => headers.authorization === `Bearer ${KEY}`)).toBe(true);

  const models = cost.models!;
  // What was set aside before a request has given way to what it cost.
  const expenses = [...new Map(entries().flatMap(({ expense }) => (expense ? [[expense.id, expense]] : []))).values()];
  const sum = (key: "inputTokens" | "outputTokens") => expenses.reduce((total, { usage }) => total + usage[key], 0);
  expect([models.inputTokens, models.outputTokens]).toEqual([sum("inputTokens"), sum("outputTokens")]);
  expect(models.dollars).toBeCloseTo((models.inputTokens + 2 * models.outputTokens) / 1e6, 9);
}, 120_000);

test("a cycle that was killed goes on from paid answers: nothing is asked twice, and the result is the same", async () => {
  const asked = server.requests.length;
  const before = await evolve(); // from the archive
  const lost = new Set(["cycle", "attempt"]);
  const kept = entries().filter(({ kind }) => !lost.has(kind));
  writeFileSync(archive(), kept.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  const after = await evolve();
  const timeless = (cycle: FinishedCycle) => ({ ...cycle, cost: { ...cycle.cost, seconds: 0 } }); // added up in another order
  expect(timeless(after)).toEqual(timeless(before));
  expect(server.requests.length).toBe(asked);
}, 60_000);
