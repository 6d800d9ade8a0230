// Files with secrets as sources of a diff: nothing is copied, renamed or quoted from them, under whatever name.

import { describe, expect, test } from "@jest/globals";
import type { ChatRequest } from "../../src/llm/chat.js";
import { contextAt } from "../../src/evolution/workshop.js";
import { NOTHING } from "../../src/patch/index.js";
import { proposeByModel } from "../../src/proposal/llm.js";
import { SPEC_PATH, versionOf } from "../evolution/laboratory.js";

const SPEC = "optimizer:\n  learningRate: 0.002\n";
const FILES = new Map([
  [SPEC_PATH, SPEC],
  [".env", "# settings\nADMIN_PIN=4711\nLICENCE=ACME-BLUE-WHALE\n"],
  ["src/key.txt", `# settings\nLICENCE=ACME-BLUE-WHALE\n${["gh", "p_", "aB3dE5gH7j".repeat(3)].join("")}\n`],
]);
const GROUND = {
  specPath: SPEC_PATH,
  lookUp: async (path: string) => {
    const text = FILES.get(path);
    return text === undefined ? NOTHING : ({ kind: "text", text } as const);
  },
  policy: { allow: ["**"] },
  codeCounts: true,
  evolvable: [...FILES.keys()],
};
const OBJECTIVE = { name: "bits per byte", direction: "lower", selfReported: false } as const;
const context = { ...contextAt(versionOf(SPEC), OBJECTIVE, GROUND), trainingsLeft: 9 };

const header = (verb: string, from: string) =>
  `diff --git a/${from} b/notes.txt\nsimilarity index 90%\n${verb} from ${from}\n${verb} to notes.txt\n`;
const HUNK = "@@ -1,2 +1,2 @@\n # settings\n-nothing\n+something\n";

async function answered(diff: string) {
  const requests: ChatRequest[] = [];
  const text = JSON.stringify({ hypothesis: "h", rationale: "r", expectedEffect: "e", diff });
  const ask = async (request: ChatRequest) => {
    requests.push(request);
    const usage = { inputTokens: 1, outputTokens: 1 };
    return { ok: true, text, model: "m", usage, dollars: 0, seconds: 0 } as const;
  };
  const proposed = await proposeByModel(context, { model: "m", ask, tokens: 1000, hint: null });
  return { proposed, requests };
}

describe.each(["copy", "rename"])("a %s", (verb) => {
  test.each([".env", "src/key.txt"])("of %s is refused by that name, and shows nothing of it", async (from) => {
    for (const hunk of ["", HUNK]) {
      const { proposed, requests } = await answered(header(verb, from) + hunk);
      expect(proposed).toMatchObject({ ok: false, failed: { reason: expect.stringContaining(from) } });
      const sent = JSON.stringify(requests.map(({ messages }) => messages));
      expect(sent).not.toMatch(/4711|BLUE-WHALE|aB3dE5gH7j/);
      expect((await context.check(header(verb, from) + hunk)).ok).toBe(false);
    }
  });
});

test("a change that is known already goes back with words that say so", async () => {
  const { requests } = await answered(
    `--- a/${SPEC_PATH}\n+++ b/${SPEC_PATH}\n@@ @@\n optimizer:\n-  learningRate: 0.002\n+  learningRate: 0.0020\n`,
  );
  const last = requests.at(-1)!.messages.at(-1)!.content;
  expect(last).toContain(
    "the diff applies, but there is nothing to learn from it: no-op: it trains exactly the same model",
  );
  expect(last).toContain("propose another change");
});
