import { describe, expect, test } from "@jest/globals";
import { htmlText, markdownCode, markdownFence, markdownText, mermaidText, oneLine } from "../../src/report/escape.js";
import { HOSTILE } from "./cycles.js";

const HIDDEN = /[\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?![\n\t])\p{Cc}/u;

describe("a text for Markdown", () => {
  test.each([
    ["a | b", "a \\| b"],
    ["**loud** _too_ `x`", "\\*\\*loud\\*\\* \\_too\\_ \\`x\\`"],
    ["![x](y)", "!\\[x\\](y)"],
    ["<b> & $x$", "&lt;b&gt; &amp; <span>$</span>x<span>$</span>"],
    ["@octocat", "@&#8203;octocat"],
    ["fixes #12, GH-3", "fixes #&#8203;12, GH&#8203;-3"],
    ["https://a.b www.a.b :tada:", "https:&#8203;//a.b www&#8203;.a.b :&#8203;tada:"],
    ["two\n\nlines", "two lines"],
    ["plain: 0.3 - 0.5 (50 %), it's fine!", "plain: 0.3 - 0.5 (50 %), it's fine!"],
  ])("%j becomes %j", (text, expected) => {
    expect(markdownText(text)).toBe(expected);
  });

  test.each(HOSTILE)("leaves nothing that GitHub would act on in %j", (text) => {
    const escaped = markdownText(text);
    expect(escaped).not.toMatch(HIDDEN);
    expect(escaped).not.toContain("\n");
    const bare = escaped
      .replaceAll(/\\[!-/:-@[-`{-~]/g, "")
      .replaceAll("<span>$</span>", "")
      .replaceAll("&#8203;", "·");
    expect(bare).not.toMatch(/[\\`*_[\]|~<>$]/);
    expect(bare).not.toMatch(/@\w|#\d|\bGH-|:\/\/|www\./i);
    expect(bare).not.toMatch(/&(?!(?:amp|lt|gt);)/);
  });
});

describe("hidden characters", () => {
  test.each([
    ["\u202E", "[U+202E]"],
    ["\u200B", "[U+200B]"],
    ["\u{E0041}", "[U+E0041]"],
    ["\0", "[U+0000]"],
    ["\uD800", "[U+D800]"],
    ["\u3164", "[U+3164]"],
  ])("%j is shown as its number", (hidden, shown) => {
    expect(oneLine(`a${hidden}b`, 100)).toBe(`a${shown}b`);
    expect(htmlText(`a${hidden}b`)).toBe(`a${shown}b`);
  });

  test("letters with marks and pictures stay what they are", () => {
    const text = "größer, é, 早い, नमस्ते, 🎉";
    expect(oneLine(text, 100)).toBe(text);
    expect(oneLine(`z${"\u0301".repeat(50)}`, 100)).toBe(`z${"\u0301".repeat(4)}`);
  });
});

describe("code in Markdown", () => {
  test("has ticks that nothing in it can close, and no pipe that ends a cell", () => {
    expect(markdownCode("a")).toBe("`a`");
    expect(markdownCode("a``b|c")).toBe("```a``b\\|c```");
    expect(markdownCode("`")).toBe("`` ` ``");
    expect(markdownCode(" \n ")).toBe("");
  });

  test("stands behind a fence longer than any run of backticks in it", () => {
    const text = "+```\n+`````\n+</details>\n";
    expect(markdownFence(text, "diff")).toBe(`\`\`\`\`\`\`diff\n${text}\`\`\`\`\`\``);
    expect(markdownFence("x", "sh")).toBe("```sh\nx\n```");
  });
});

test("a text for HTML has no markup and fits into an attribute", () => {
  expect(htmlText(`<a b="c" d='e'>&`)).toBe("&#60;a b=&#34;c&#34; d=&#39;e&#39;&#62;&#38;");
});

test.each(HOSTILE)("a text for Mermaid has nothing that its grammar knows: %j", (text) => {
  expect(mermaidText(text)).toMatch(/^[\p{L}\p{N} .,()/+=:−-]+$/u);
});

test("a line is cut at its length and says so, however long it was", () => {
  expect(oneLine("abcdef", 6)).toBe("abcdef");
  expect(oneLine("abcdefg", 6)).toBe("abcde…");
  expect(Array.from(oneLine("🎉".repeat(10_000), 50))).toHaveLength(50);
  expect(oneLine(`a${" ".repeat(10_000)}b`, 50)).toBe("a …");
});
