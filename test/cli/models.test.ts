// `axon propose` and `axon llm-check` as a user meets them, against an endpoint on this machine.

import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Attempt } from "../../src/candidate.js";
import { briefLedger } from "../../src/models/ledgers.js";
import { createPatch } from "../../src/patch/index.js";
import { TRIAL_TASKS, type TrialTask } from "../../src/proposal/trial-tasks.js";
import { startAxon, type Ran } from "../support/command.js";
import {
  failing,
  knowsNot,
  startLlmServer,
  streaming,
  type Behaviour,
  type LlmRequest,
  type LlmServer,
} from "../support/llm-server.js";
import { SLOW_SPEC, textRepository } from "../support/repositories.js";
import { temporaryDirectories } from "../support/temporary.js";

const temporary = temporaryDirectories();
let directory: string;
let server: LlmServer | undefined;

beforeAll(async () => {
  directory = temporary();
  await textRepository(directory);
});

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serving(script: (request: LlmRequest) => Behaviour): Promise<Readonly<Record<string, string>>> {
  server = await startLlmServer(script);
  return {
    OPENAI_API_KEY: "sk-test",
    OPENAI_BASE_URL: server.url,
    AXON_MODEL: "small",
    AXON_MODEL_PRICES: "small=1/2",
  };
}

const axon = (args: readonly string[], environment: Readonly<Record<string, string>>): Promise<Ran> =>
  startAxon(args, { environment }).ended;

const NOBODY = { OPENAI_API_KEY: "", OPENAI_BASE_URL: "", AXON_MODEL: "" };

const proposal = (diff: string) =>
  JSON.stringify({ hypothesis: "a higher rate", rationale: "it is low", expectedEffect: "better", diff });
const HIGHER = createPatch("model/spec.yml", SLOW_SPEC, SLOW_SPEC.replace("0.0001", "0.01"));

describe("axon propose", () => {
  test("--dry-run shows prompt, tokens and cost without a key, and sends nothing", async () => {
    const args = ["propose", "--repo", directory, "--dry-run", "--hint", "try the schedule"];
    const human = await axon(args, NOBODY);
    expect(human.code).toBe(0);
    expect(human.stdout).toContain("learningRate: 0.0001 # far too low");
    expect(human.stdout).toContain("try the schedule");
    expect(human.stdout).toMatch(
      /prompt +version [0-9a-f]{12}, [\d,]+ tokens, for gpt-4\.1-mini at api\.openai\.com\ncost +\$0\.00\d\d for/,
    );
    const { prompt, rounds, estimate } = JSON.parse((await axon([...args, "--json"], NOBODY)).stdout);
    expect(prompt.messages.map(({ role }: { readonly role: string }) => role)).toEqual(["system", "user"]);
    expect(prompt.inputTokens).toBeGreaterThan(500);
    expect([rounds, estimate.most > estimate.usual]).toEqual([[], true]);
  });

  test("shows the answers, what was wrong with them, and whether the diff applies; only the cost is written down", async () => {
    const environment = await serving(({ number }) =>
      streaming(proposal(number === 1 ? HIGHER.replace("0.0001", "0.5") : HIGHER)),
    );
    const before = readdirSync(join(directory, ".git"));
    const { code, stdout } = await axon(["propose", "--repo", directory, "--json"], environment);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      rounds: [{ problem: expect.stringContaining("learningRate") }, { problem: null }],
      proposal: { diff: HIGHER, origin: { model: "small", requests: 2 } },
      cost: { requests: 2, dollars: expect.any(Number) },
    });
    expect(readdirSync(join(directory, ".git"))).toEqual([...before, "axon"].toSorted());
    expect(readdirSync(join(directory, ".git/axon"))).toEqual(["archive.jsonl"]);
    expect(await briefLedger(join(directory, ".git/axon")).spent(new Date().toISOString().slice(0, 10))).toEqual({
      tokens: 240,
      dollars: expect.closeTo(0.00028, 9),
    });
  });

  test("says why there is no proposal, with escapes of a terminal made harmless", async () => {
    const environment = await serving(() => streaming("\u001B[2J no \u202Eevil"));
    const { code, stdout } = await axon(["propose", "--repo", directory], environment);
    expect(code).toBe(0);
    expect(stdout).toMatch(/no proposal: the answer holds no whole JSON object/);
    expect(stdout).not.toContain("\u001B");
    expect(stdout).toContain("[U+202E]");
  });

  test("fails where no answer came: the key is refused, or nobody listens", async () => {
    const environment = await serving(() => failing(401));
    const refused = await axon(["propose", "--repo", directory, "--json"], environment);
    expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([1, { ok: false, proposal: null }]);
    expect(JSON.parse(refused.stdout).reason).toContain("OPENAI_API_KEY");
    const nobody = await axon(["propose", "--repo", directory], { ...environment, AXON_MODEL_DAILY_DOLLARS: "0" });
    expect([nobody.code, nobody.stdout]).toEqual([1, expect.stringContaining("AXON_MODEL_DAILY_DOLLARS is 0")]);
    expect(server!.requests.length).toBe(1);
  });
});

describe("axon llm-check", () => {
  const taskOf = ({ body }: LlmRequest): TrialTask =>
    TRIAL_TASKS.find(({ wish }) => body.messages.some(({ content }) => content.includes(wish)))!;

  function rightly(request: LlmRequest): string {
    const { files, right } = taskOf(request);
    return proposal(
      Object.entries(right)
        .map(([path, text]) => createPatch(path, files[path], text))
        .join(""),
    );
  }

  test("finds a model good enough that does what the tasks ask for, and exits with 0", async () => {
    const environment = await serving((request) => streaming(rightly(request)));
    const { code, stdout } = await axon(["llm-check", "--json"], environment);
    const [model] = JSON.parse(stdout).models;
    expect([code, model.goodEnough, model.format]).toEqual([0, true, "json_schema"]);
    expect(model.tasks.map(({ applies, right }: Record<string, boolean>) => [applies, right])).toEqual(
      TRIAL_TASKS.map(() => [true, true]),
    );
    expect(model.cost).toMatchObject({
      requests: 5,
      inputTokens: 500,
      outputTokens: 100,
      dollars: expect.closeTo(0.0007, 9),
    });
    expect(server!.requests.length).toBe(5);
  });

  test("says that a server without JSON schemas is good enough too", async () => {
    const environment = await serving((request) => knowsNot(["json_schema"], streaming(rightly(request))));
    const { code, stdout } = await axon(["llm-check"], environment);
    expect(code).toBe(0);
    expect(stdout).toMatch(/format +json_object: it knows no JSON schema[^]*verdict +good enough, though/);
  });

  test("finds a model not good enough whose diffs do something else, or never apply, and exits with 1", async () => {
    const environment = await serving((request) => {
      const task = taskOf(request);
      const [path] = Object.keys(task.files);
      return streaming(
        task === TRIAL_TASKS[0] ? "no" : proposal(createPatch(path, task.files[path], `${task.files[path]}more\n`)),
      );
    });
    const { code, stdout } = await axon(["llm-check", "--json"], environment);
    const { ok, models } = JSON.parse(stdout);
    expect([code, ok, models[0].verdict]).toEqual([
      1,
      false,
      expect.stringMatching(/^not good enough: 4 of 5 diffs applied, 0 of them/),
    ]);
  });

  test("goes on after an answer that was cut off", async () => {
    const environment = await serving((request) =>
      streaming(rightly(request), { finish: taskOf(request) === TRIAL_TASKS[0] ? "length" : "stop" }),
    );
    const { code, stdout } = await axon(["llm-check"], environment);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/good enough: 4 of 5 diffs applied/)]);
  });

  test("says when the endpoint does not serve at all, after one request", async () => {
    const environment = await serving(() => failing(401));
    const { code, stdout } = await axon(["llm-check"], environment);
    expect(code).toBe(1);
    expect(stdout).toMatch(/verdict +not reachable: .*OPENAI_API_KEY/);
    expect(stdout).not.toContain("sk-test");
    expect(server!.requests.length).toBe(1);
  });
});

describe("without a key", () => {
  test.each([[["llm-check"]], [["propose"]], [["evolve", "--proposer", "llm"]], [["evolve", "--proposer", "mixed"]]])(
    "%j says how to set one",
    async (args) => {
      const where = args[0] === "llm-check" ? [] : ["--repo", directory];
      const { code, stdout } = await axon([...args, ...where, "--json"], NOBODY);
      expect(code).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({
        error: { code: "api-key", message: expect.stringContaining("OPENAI_API_KEY") },
      });
    },
  );
});

describe("axon evolve --proposer mixed", () => {
  test("asks the models and lets the search have turns of its own", async () => {
    const own = temporary();
    await textRepository(own);
    const environment = await serving(() => streaming(proposal(HIGHER)));
    const args = ["evolve", "--repo", own, "--proposer", "mixed", "--tokens", "200", "--trainings", "36", "--json"];
    const { code, stdout, stderr } = await axon(args, environment);
    expect([code, stderr]).toEqual([0, expect.stringContaining("and the search, at most $2")]);
    const attempts = JSON.parse(stdout).attempts as readonly Attempt[];
    const by = new Set(attempts.map(({ proposer, instead }) => (instead ? "instead" : proposer)));
    expect(by).toContain("llm");
    expect(by).toContain("search");
  }, 60_000);
});
