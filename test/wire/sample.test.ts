import { describe, expect, test } from "@jest/globals";
import { writeCheckpoint } from "../../src/checkpoint/checkpoint.js";
import { CachedDecoder } from "../../src/generation/cached-decoder.js";
import { generate } from "../../src/generation/generate.js";
import { planOf } from "../../src/optimizer/sections.js";
import { initialState } from "../../src/optimizer/state.js";
import { parseSpec } from "../../src/spec.js";
import { initialParameters, parameterLayout } from "../../src/transformer/parameters.js";
import { sampleCheckpoint } from "../../src/wire/sample.js";
import { temporaryDirectories } from "../support/temporary.js";

const directory = temporaryDirectories()();
const SPEC = parseSpec("architecture: {context: 32, width: 16, layers: 1, heads: 2}");
const parameters = initialParameters(SPEC, 1);
const options = { directory, prompt: "ä", tokens: 3000, seed: 1, temperature: 1, threads: 1 };

/** A fresh model's, which are nearly all alike: one byte in thirty begins a character of two bytes or more. */
async function bytes(): Promise<Buffer> {
  const decoder = await CachedDecoder.open(SPEC, parameters, 1);
  const all: number[] = [];
  for await (const byte of generate(decoder, { ...options, prompt: Buffer.from(options.prompt) })) all.push(byte);
  await decoder.close();
  return Buffer.from(all);
}

describe("the text of a checkpoint", () => {
  test("comes in whole characters, and what is no UTF-8 becomes U+FFFD", async () => {
    const state = initialState(parameters, parameterLayout(SPEC), planOf(SPEC));
    await writeCheckpoint(directory, { spec: SPEC, seed: 1, steps: 1, corpusSha256: "" }, state);
    const parts: string[] = [];
    const signal = new AbortController().signal;
    const report = await sampleCheckpoint(options, { signal, onStart: () => {}, onText: (text) => parts.push(text) });
    expect(report).toMatchObject({ text: parts.join(""), tokens: 3000 });
    expect(report.text).toBe((await bytes()).toString("utf8"));
    expect(parts.every((part) => Buffer.from(part).toString("utf8") === part)).toBe(true); // no halves of a pair
    expect(report.text.match(/\uFFFD/g)!.length).toBeGreaterThan(1000);
    expect(report.text.match(/[\u0080-\uFFFC]/g)!.length).toBeGreaterThan(50);
  });
});
