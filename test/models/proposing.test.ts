// Who proposes in a cycle, as flags and configuration say, and what that makes of its id.

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { parseConfiguration } from "../../src/config/configuration.js";
import { chooseProposing, describeProposing, proposingId } from "../../src/models/proposing.js";

const VARIABLES = [
  "OPENAI_API_KEY",
  "OPENAI_BASE_URL",
  "AXON_MODEL",
  "AXON_MODEL_DAILY_DOLLARS",
  "AXON_MODEL_DAILY_TOKENS",
];
const saved = new Map<string, string | undefined>();

beforeEach(() => {
  for (const name of VARIABLES) {
    saved.set(name, process.env[name]);
    delete process.env[name];
  }
});

afterEach(() => {
  for (const [name, value] of saved) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

const SEARCH = parseConfiguration(null);
const MODELS = parseConfiguration("proposer: llm\nlimits: { dollars: 0.5, modelTokens: 90000000 }\n");

describe("who proposes", () => {
  test("is the search unless somebody says otherwise, and it asks for no key", () => {
    const proposing = chooseProposing(null, null, SEARCH);
    expect(proposing).toMatchObject({ kind: "search", settings: null });
    expect(proposingId(proposing)).toEqual([]);
    expect(describeProposing(proposing)).toContain("nothing is sent anywhere");
  });

  test("hears no wish as the search, and says so", () => {
    expect(() => chooseProposing(null, "a wish", SEARCH)).toThrow(/--hint is for language models.*--proposer llm/);
  });

  test("is what the flag says, whatever the repository says", () => {
    expect(chooseProposing("search", null, MODELS).settings).toBeNull();
    process.env["OPENAI_API_KEY"] = "sk-test";
    expect(chooseProposing("mixed", null, SEARCH).kind).toBe("mixed");
    expect(chooseProposing(null, null, MODELS).kind).toBe("llm");
  });

  test("needs a key for models, and the refusal says how to set it", () => {
    expect(() => chooseProposing("llm", null, SEARCH)).toThrow(/OPENAI_API_KEY is not set/);
  });

  test("spends what operator and repository both allow", () => {
    process.env["OPENAI_API_KEY"] = "sk-test";
    process.env["AXON_MODEL_DAILY_DOLLARS"] = "3";
    process.env["AXON_MODEL_DAILY_TOKENS"] = "1000";
    expect(chooseProposing("llm", null, SEARCH).settings!.daily).toEqual({
      dollars: 3,
      tokens: 1000,
      setBy: { dollars: "AXON_MODEL_DAILY_DOLLARS", tokens: "AXON_MODEL_DAILY_TOKENS" },
    });
    expect(chooseProposing("llm", null, MODELS).settings!.daily).toEqual({
      dollars: 0.5,
      tokens: 1000,
      setBy: { dollars: "limits.dollars in .github/axon.yml", tokens: "AXON_MODEL_DAILY_TOKENS" },
    });
  });

  test("makes another cycle with another kind, model, address or wish, and none with another key or limit", () => {
    process.env["OPENAI_API_KEY"] = "sk-test";
    const id = (kind: "llm" | "mixed", hint: string | null) =>
      JSON.stringify(proposingId(chooseProposing(kind, hint, SEARCH)));
    const ids = [id("llm", null), id("mixed", null), id("llm", "a wish")];
    process.env["AXON_MODEL"] = "gpt-4.1,gpt-4.1-mini";
    ids.push(id("llm", null));
    process.env["OPENAI_BASE_URL"] = "http://127.0.0.1:8080/v1";
    ids.push(id("llm", null));
    expect(new Set(ids).size).toBe(ids.length);
    process.env["OPENAI_API_KEY"] = "sk-another";
    process.env["AXON_MODEL_DAILY_DOLLARS"] = "9";
    expect(id("llm", null)).toBe(ids.at(-1));
    expect(ids.join("")).not.toContain("sk-");
  });
});
