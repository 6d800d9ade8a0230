// Search and models taking turns: who is asked, and what happens where a model gives nothing usable.

import { describe, expect, test } from "@jest/globals";
import type { ChatRequest } from "../../src/llm/chat.js";
import { contextAt } from "../../src/evolution/workshop.js";
import { createPatch, NOTHING } from "../../src/patch/index.js";
import { mixedProposer } from "../../src/proposal/mixed.js";
import type { Propose } from "../../src/proposal/proposer.js";
import { SPEC_PATH, versionOf } from "../evolution/laboratory.js";

const SPEC = "optimizer:\n  learningRate: 0.002\n";
const OBJECTIVE = { name: "bits per byte", direction: "lower", selfReported: false } as const;
const CONTEXT = {
  ...contextAt(versionOf(SPEC), OBJECTIVE, {
    specPath: SPEC_PATH,
    lookUp: async (path) => (path === SPEC_PATH ? { kind: "text", text: SPEC } : NOTHING),
    policy: { allow: [SPEC_PATH] },
    codeCounts: false,
    evolvable: [SPEC_PATH],
  }),
  trainingsLeft: 9,
};

function mixture(search: boolean, answer: string): { readonly propose: Propose; readonly asked: string[] } {
  const asked: string[] = [];
  const ask = async ({ model }: ChatRequest) => {
    asked.push(model);
    const usage = { inputTokens: 10, outputTokens: 1 };
    return { ok: true, text: answer, model, usage, dollars: null, seconds: 1 } as const;
  };
  const askingOf = (model: string) => ({ model, ask, tokens: 1000, hint: null });
  return { propose: mixedProposer({ models: ["small", "large"], search, askingOf }), asked };
}

const diff = createPatch(SPEC_PATH, SPEC, SPEC.replace("0.002", "0.0042"));
const ANSWER = JSON.stringify({ hypothesis: "h", rationale: "r", expectedEffect: "e", diff });

const numbers = Array.from({ length: 24 }, (_, i) => i + 1);

describe("proposers that take turns", () => {
  test("are the models alone, or the search too", async () => {
    for (const search of [false, true]) {
      const { propose, asked } = mixture(search, ANSWER);
      const proposals = await Promise.all(numbers.map((number) => propose(CONTEXT, 1, number)));
      expect(new Set(proposals.map((proposal) => proposal?.proposer))).toEqual(
        new Set(search ? ["llm", "search"] : ["llm"]),
      );
      expect(new Set(asked)).toEqual(new Set(["small", "large"]));
    }
  });

  test("are replaced by the search where they give nothing usable, and it is told", async () => {
    const { propose } = mixture(false, "nothing");
    const proposal = await propose(CONTEXT, 1, 1);
    expect(proposal).toMatchObject({
      proposer: "search",
      instead: {
        asked: expect.stringMatching(/small|large/),
        reason: expect.stringContaining("JSON"),
        requests: 3,
        dollars: null,
      },
    });
    expect(proposal!.diff).toContain(`b/${SPEC_PATH}`);
  });
});
