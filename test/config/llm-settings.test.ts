// What the environment says of language models, and how it is refused.

import { describe, expect, test } from "@jest/globals";
import { readLlmSettings } from "../../src/config/llm-settings.js";

const OPENAI_API_KEY = ["sk", "planted-0123456789"].join("-");

describe("the settings of language models", () => {
  test("have defaults for all but the key", () => {
    expect(readLlmSettings({ OPENAI_API_KEY, OPENAI_BASE_URL: "" })).toEqual({
      baseUrl: "https://api.openai.com/v1",
      apiKey: OPENAI_API_KEY,
      allowedHosts: ["api.openai.com"],
      models: [{ name: "gpt-4.1-mini", price: { input: 0.4, output: 1.6 } }],
      daily: { dollars: 2, tokens: 2_000_000, setBy: {} },
    });
  });

  test("are read from the environment", () => {
    const settings = readLlmSettings({
      OPENAI_API_KEY: ` ${OPENAI_API_KEY}\n`,
      OPENAI_BASE_URL: "https://models.example.com:8443/v1",
      AXON_MODEL: "org/big:7b, gpt-4.1-mini,org/big:7b",
      AXON_MODEL_ALLOWED_HOSTS: "models.example.com, other.example.com",
      AXON_MODEL_PRICES: "org/big:7b=0.5/2",
      AXON_MODEL_DAILY_DOLLARS: "0.50",
      AXON_MODEL_DAILY_TOKENS: "1000",
    });
    expect(settings).toEqual({
      baseUrl: "https://models.example.com:8443/v1",
      apiKey: OPENAI_API_KEY,
      allowedHosts: ["models.example.com", "other.example.com"],
      models: [
        { name: "org/big:7b", price: { input: 0.5, output: 2 } },
        { name: "gpt-4.1-mini", price: null }, // what another host asks for it is not known
      ],
      daily: {
        dollars: 0.5,
        tokens: 1000,
        setBy: { dollars: "AXON_MODEL_DAILY_DOLLARS", tokens: "AXON_MODEL_DAILY_TOKENS" },
      },
    });
  });

  test("know a dated snapshot's price by its name, and none of a model of another name", () => {
    const { models } = readLlmSettings({ OPENAI_API_KEY, AXON_MODEL: "gpt-4.1-2025-04-14,gpt-4.1-maxi,toString" });
    expect(models.map(({ price }) => price)).toEqual([{ input: 2, output: 8 }, null, null]);
  });

  test("need no key for an endpoint on this machine, and allow that host alone", () => {
    const settings = readLlmSettings({ OPENAI_BASE_URL: "http://127.0.0.1:11434/v1" });
    expect(settings).toMatchObject({ apiKey: "no-key-needed", allowedHosts: ["127.0.0.1:11434"] });
  });

  test.each([
    ["api-key", "OPENAI_API_KEY is not set", {}],
    ["base-url", "OPENAI_BASE_URL", { OPENAI_API_KEY, OPENAI_BASE_URL: `http://${OPENAI_API_KEY}.example.com` }],
    ["model-names", "AXON_MODEL", { OPENAI_API_KEY, AXON_MODEL: "a b" }],
    [
      "model-names",
      "17 names",
      { OPENAI_API_KEY, AXON_MODEL: Array.from({ length: 17 }, (_, i) => `m${i}`).join(",") },
    ],
    ["model-prices", "name=input/output", { OPENAI_API_KEY, AXON_MODEL_PRICES: "gpt-4.1=cheap" }],
    ["model-limits", "AXON_MODEL_DAILY_DOLLARS", { OPENAI_API_KEY, AXON_MODEL_DAILY_DOLLARS: "-1" }],
    ["model-limits", "AXON_MODEL_DAILY_TOKENS", { OPENAI_API_KEY, AXON_MODEL_DAILY_TOKENS: "1e9" }],
  ])("are refused as %s with how to mend it: %s", (code, words, environment) => {
    const read = (): unknown => readLlmSettings(environment);
    expect(read).toThrow(
      expect.objectContaining({ name: "InputError", code, message: expect.stringContaining(words) }),
    );
    expect(read).not.toThrow(OPENAI_API_KEY);
  });
});
