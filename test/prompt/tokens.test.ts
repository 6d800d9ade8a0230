import { describe, expect, test } from "@jest/globals";
import { countTokens as exactly } from "gpt-tokenizer/encoding/o200k_base";
import { tokenCounter } from "../../src/prompt/tokens.js";

const countTokens = async (text: string) => (await tokenCounter())(text);
import { listOf, pick, rolls } from "../support/fuzzing.js";

describe("tokens", () => {
  // The numbers are those that js-tiktoken 1.0.21, another implementation, has for the same vocabulary.
  test.each([
    ["", 0],
    ["hello world", 2],
    ["const x = 1;\n", 6],
    ["\tlearningRate: 0.003 # comment\n", 11],
    ["Größe, naïve café — 東京 😀", 9],
    ["<|endoftext|>", 7],
    ["--- a/model/spec.yml\n+++ b/model/spec.yml\n@@\n-  width: 128\n+  width: 96\n", 28],
  ])("of %j are %d", async (text, tokens) => {
    expect(await countTokens(text)).toBe(tokens);
  });

  test("are never fewer than there are, whatever the text", async () => {
    const roll = rolls("tokens");
    const pieces = [
      "a",
      "B",
      " ",
      "\n",
      "=",
      "1",
      "é",
      "\u0301",
      "東",
      "😀",
      "\t",
      "'s",
      "word ",
      "\r\n",
      "(",
      "\ud800",
    ];
    for (let round = 0; round < 150; round++) {
      const text = listOf(1 + roll(8), () => pick(roll, pieces).repeat(1 + roll(roll(3) === 0 ? 300 : 6))).join("");
      const true_ = exactly(text, { disallowedSpecial: new Set() });
      expect(await countTokens(text)).toBeGreaterThanOrEqual(true_);
    }
  });

  test("of a megabyte of one letter are counted too high, and at once", async () => {
    for (const letter of ["a", " ", "=", "\n", "é"]) {
      const tokens = await countTokens(letter.repeat(1 << 20));
      expect(tokens).toBeGreaterThanOrEqual(1 << 20);
      expect(tokens).toBeLessThanOrEqual((2 << 20) + 10);
    }
  });
});
