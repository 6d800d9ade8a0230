import { describe, expect, test } from "@jest/globals";
import { parseProposalAnswer, parseWholeFileAnswer } from "../../src/prompt/answer.js";
import { PROPOSAL_SCHEMA, WHOLE_FILE_SCHEMA } from "../../src/prompt/schemas.js";

const good = {
  hypothesis: "Wider",
  rationale: "Room",
  expectedEffect: "-0.01",
  diff: "--- a/x\n+++ b/x\n@@\n-{\n+}\n",
};
const json = JSON.stringify(good);

describe("an answer", () => {
  test.each([
    ["bare", json],
    ["indented", JSON.stringify(good, null, 2)],
    ["in a fence", `\`\`\`json\n${json}\n\`\`\``],
    ["between prose", `Here {is} my "idea":\n\n${json}\n\nI hope that {helps}.`],
    ["with raw line ends in its strings", json.replaceAll("\\n", "\n")],
    ["given twice", `${json}\n${json}`],
    ["behind an object of another kind", `{"thinking": "about it"}\n${json}`],
  ])("is read where it is %s", (_, text) => {
    expect(parseProposalAnswer(text)).toEqual({ ok: true, ...good });
  });

  test.each([
    ["no-json", "I cannot do that."],
    ["no-json", json.slice(0, -5)],
    ["no-json", "{".repeat(100_000)],
    ["no-json", '\\"'.repeat(100_000)],
    ["no-json", '{"'.repeat(50_000)],
    ["several", `${json}\n${JSON.stringify({ ...good, diff: "other" })}`],
    ["invalid", JSON.stringify({ ...good, diff: 3 })],
    ["invalid", JSON.stringify({ ...good, diff: "  \n" })],
    ["invalid", JSON.stringify({ ...good, hypothesis: " " })],
    ["invalid", JSON.stringify({ ...good, hypothesis: "x".repeat(2_000) })],
    ["invalid", JSON.stringify({ ...good, merge: true })],
    ["invalid", JSON.stringify({ ...good, diff: "a\0b" })],
    ["invalid", JSON.stringify({ hypothesis: "Wider" })],
    ["too-long", "x".repeat(2_000_001)],
  ])("is refused as %s, in words that say what is wrong", (code, text) => {
    const refusal = parseProposalAnswer(text);
    expect(refusal).toMatchObject({ ok: false, code });
    expect("reason" in refusal && refusal.reason.length).toBeGreaterThan(10);
  });

  test("names what is missing", () => {
    expect(parseProposalAnswer('{"hypothesis": "Wider"}')).toMatchObject({ reason: expect.stringContaining("diff:") });
  });

  test("may be a whole file, an empty one too", () => {
    expect(parseWholeFileAnswer('```\n{"path": "a", "text": ""}\n```')).toEqual({ ok: true, path: "a", text: "" });
    expect(parseWholeFileAnswer(json)).toMatchObject({ ok: false, code: "invalid" });
  });

  test("is asked for by schemas that are strict: every property required, none besides", () => {
    for (const { schema } of [PROPOSAL_SCHEMA, WHOLE_FILE_SCHEMA]) {
      expect(schema).toMatchObject({ type: "object", additionalProperties: false });
      expect(schema["required"]).toEqual(Object.keys(schema["properties"] as object));
    }
    expect(PROPOSAL_SCHEMA.schema["required"]).toEqual(Object.keys(good));
  });
});
