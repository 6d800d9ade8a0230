// One proposal by one model: what it is asked, what goes back to it, and what comes of it. The diffs are applied by the real engine.

import { describe, expect, test } from "@jest/globals";
import type { ChatAnswer, ChatFailure, ChatRequest } from "../../src/llm/chat.js";
import { contextAt, type Ground } from "../../src/evolution/workshop.js";
import { createPatch, NOTHING } from "../../src/patch/index.js";
import { proposeByModel } from "../../src/proposal/llm.js";
import type { ProposalContext } from "../../src/proposal/proposer.js";
import { SPEC_PATH, versionOf } from "../evolution/laboratory.js";
import { attempt } from "../support/evidence.js";

const SPEC = "optimizer:\n  learningRate: 0.002\n  schedule: cosine\ntraining:\n  batch: 8\n";
const RIGHT = createPatch(SPEC_PATH, SPEC, SPEC.replace("0.002", "0.003"));
const NOWHERE = `--- a/${SPEC_PATH}\n+++ b/${SPEC_PATH}\n@@ @@\n optimizer:\n-  learningRate: 0.5\n+  learningRate: 0.6\n`;
const INVALID = createPatch(SPEC_PATH, SPEC, SPEC.replace("0.002", "7"));
const WORKFLOW = "--- /dev/null\n+++ b/.github/workflows/x.yml\n@@ -0,0 +1 @@\n+on: push\n";

function contextOf(text = SPEC, over: Partial<ProposalContext> = {}): ProposalContext {
  const ground: Ground = {
    specPath: SPEC_PATH,
    lookUp: async (path) => (path === SPEC_PATH ? { kind: "text", text } : NOTHING),
    policy: { allow: ["**"] },
    codeCounts: false,
    evolvable: [SPEC_PATH],
  };
  const objective = { name: "bits per byte", direction: "lower", selfReported: false } as const;
  return { ...contextAt(versionOf(text), objective, ground), trainingsLeft: 9, ...over };
}

type Reply = string | ChatFailure;

/** Answers in order, and records what was asked. */
function scripted(replies: readonly Reply[]) {
  const requests: ChatRequest[] = [];
  const ask = async (request: ChatRequest): Promise<ChatAnswer | ChatFailure> => {
    const reply = replies[requests.push(request) - 1];
    if (typeof reply !== "string") return reply;
    return {
      ok: true,
      text: reply,
      model: "model-2026",
      usage: { inputTokens: 100, outputTokens: 10 },
      dollars: 0.25,
      seconds: 2,
    };
  };
  return { requests, asking: { model: "model", ask, tokens: 1000, hint: null } };
}

const answer = (diff: string, hypothesis = "a higher rate") =>
  JSON.stringify({ hypothesis, rationale: "why", expectedEffect: "a little", diff });
const file = (text: string, path = SPEC_PATH) => JSON.stringify({ path, text });
const last = ({ messages }: ChatRequest) => messages.at(-1)!.content;

describe("a proposal by a model", () => {
  test("carries where it came from and what it cost", async () => {
    const { asking } = scripted([answer(RIGHT)]);
    const proposed = await proposeByModel(contextOf(), asking);
    expect(proposed).toMatchObject({
      ok: true,
      proposal: {
        proposer: "llm",
        hypothesis: "a higher rate",
        diff: RIGHT,
        origin: {
          asked: "model",
          model: "model-2026",
          rationale: "why",
          expected: "a little",
          requests: 1,
          dollars: 0.25,
        },
      },
    });
  });

  test("has words without control characters or half characters, and a model's name of bounded length", async () => {
    const { asking } = scripted([answer(RIGHT, "a\u0000b\u001B[2J\ud800 c\nCo-authored-by: x")]);
    const ask: typeof asking.ask = async (request) => ({ ...(await asking.ask(request)), model: "m".repeat(500) });
    const proposed = await proposeByModel(contextOf(), { ...asking, ask });
    const { hypothesis, origin } = proposed.ok ? proposed.proposal : { hypothesis: "none", origin: undefined };
    expect([hypothesis, origin?.model.length]).toEqual(["a b [2J  c Co-authored-by: x", 100]);
  });

  test("is written exactly, however sloppily the model wrote it", async () => {
    const sloppy =
      "```diff\n--- model/spec.yml\n+++ model/spec.yml\n@@ -77,9 +1 @@\n-  learningRate: 0.002\n+  learningRate: 0.003\n```";
    const proposed = await proposeByModel(contextOf(), scripted([answer(sloppy)]).asking);
    expect(proposed).toMatchObject({ ok: true, proposal: { diff: RIGHT } });
  });

  test("goes back with the engine's words until it applies, and the cost of all rounds is counted", async () => {
    const { asking, requests } = scripted(["no JSON", answer(NOWHERE), answer(RIGHT)]);
    const proposed = await proposeByModel(contextOf(), asking);
    expect(proposed).toMatchObject({
      ok: true,
      proposal: { origin: { requests: 3, inputTokens: 300, dollars: 0.75, seconds: 6 } },
    });
    expect(last(requests[1])).toContain("no whole JSON object");
    expect(last(requests[2])).toContain("learningRate: 0.002"); // the file's own line
    expect(requests[2].messages.at(-2)).toMatchObject({ role: "assistant", content: answer(NOWHERE) });
  });

  test("goes back when the spec it makes is none", async () => {
    const { asking, requests } = scripted([answer(INVALID), answer(RIGHT)]);
    expect(await proposeByModel(contextOf(), asking)).toMatchObject({ ok: true });
    expect(last(requests[1])).toMatch(/spec\.yml:2:\d+: .*learningRate/);
  });

  test("becomes a whole file after two repairs in vain", async () => {
    const whole = file(SPEC.replace("0.002", "0.003"));
    const { asking, requests } = scripted([...Array.from({ length: 3 }, () => answer(NOWHERE)), whole]);
    expect(await proposeByModel(contextOf(), asking)).toMatchObject({
      ok: true,
      proposal: { diff: RIGHT, hypothesis: "a higher rate" },
    });
    expect(requests.map(({ schema }) => schema?.name)).toEqual(["proposal", "proposal", "proposal", "whole_file"]);
  });

  test.each<[string, readonly Reply[], RegExp]>([
    ["never applies", [...Array.from({ length: 3 }, () => answer(NOWHERE)), file("training: {batch: 0}\n")], /batch/],
    [
      "answers with another file",
      [...Array.from({ length: 3 }, () => answer(NOWHERE)), file("x", "README.md")],
      /another file/,
    ],
    ["answers with the file as it was", [...Array.from({ length: 3 }, () => answer(NOWHERE)), file(SPEC)], /as it was/],
    ["is never JSON", ["a", "b", "c"], /no whole JSON object/],
    ["reaches beyond the fence", Array.from({ length: 3 }, () => answer(WORKFLOW)), /no patch may touch/],
    [
      "changes nothing that trains",
      Array.from({ length: 3 }, () => answer(createPatch("a.txt", undefined, "x\n"))),
      /no-op/,
    ],
  ])("that %s is none, and says why", async (_, replies, reason) => {
    const { asking, requests } = scripted(replies);
    const proposed = await proposeByModel(contextOf(), asking);
    expect(proposed).toMatchObject({
      ok: false,
      failed: { asked: "model", requests: replies.length, reason: expect.stringMatching(reason) },
    });
    expect(requests.length).toBe(replies.length);
  });

  test("that was cut off is none, and nothing more is asked", async () => {
    const usage = { inputTokens: 100, outputTokens: 9000 };
    const failure: ChatFailure = { ok: false, code: "cut-off", reason: "cut off by the limit", usage, dollars: null };
    const { asking } = scripted([failure]);
    const proposed = await proposeByModel(contextOf(), asking);
    expect(proposed).toMatchObject({
      ok: false,
      failed: { reason: "cut off by the limit", outputTokens: 9000, dollars: null },
    });
  });

  test("of a large file is never asked for as a whole", async () => {
    const large = `${SPEC}${"# a comment\n".repeat(1500)}`;
    const { asking, requests } = scripted(Array.from({ length: 3 }, () => answer(NOWHERE)));
    expect(await proposeByModel(contextOf(large), asking)).toMatchObject({ ok: false });
    expect(requests.length).toBe(3);
  });

  test("is asked for with what was tried, what is under way, and the wish", async () => {
    const { asking, requests } = scripted([answer(RIGHT)]);
    const tried = attempt({ hypothesis: "tried in vain before", decision: "rejected", effect: 0.5 });
    const context = contextOf(SPEC, {
      attempts: [tried],
      pendingDiffs: [INVALID.replace("7", "0.00417")],
      score: 3.4567,
    });
    await proposeByModel(context, { ...asking, hint: "look at the schedule" });
    for (const text of ["tried in vain before", "0.00417", "look at the schedule", "3.457", "schedule: cosine"]) {
      expect(last(requests[0])).toContain(text);
    }
  });
});
