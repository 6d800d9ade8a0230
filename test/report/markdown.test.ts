import { describe, expect, test } from "@jest/globals";
import { evidenceMarkdown } from "../../src/report/markdown.js";
import { decision, finishedCycle, pair } from "../support/evidence.js";
import { byModel, DIFF, evidence, higher, HOSTILE, proven, saying } from "./cycles.js";

const markdown = evidenceMarkdown(evidence(proven));

function withoutCode(text: string): string {
  return text.replaceAll(/^(`{3,})[a-z]*\n[^]*?\n\1$/gm, "");
}

/** Runs of table lines outside of fences. */
function tables(text: string): string[][] {
  const blocks = withoutCode(text).split(/\n(?!\|)/);
  return blocks
    .map((block) => block.split("\n").filter((line) => line.startsWith("|")))
    .filter((lines) => lines.length > 0);
}

const cells = (line: string) => line.replaceAll("\\|", "").split("|").length;

function expectWhole(text: string): void {
  for (const lines of tables(text)) {
    expect(lines[1]).toMatch(/^\|(?: -{3}:? \|)+$/);
    expect(new Set(lines.map(cells)).size).toBe(1);
  }
  expect(text.match(/^<details>$/gm)?.length).toBe(text.match(/^<\/details>$/gm)?.length);
  expect(withoutCode(text)).not.toMatch(/^`{3,}/m); // every fence has its end
}

describe("the evidence of an accepted change in Markdown", () => {
  test("begins with the verdict, the effect and how sure it is", () => {
    const [title, sentence] = markdown.split("\n\n");
    expect(title).toBe("## AXON cycle 0123456789ab: accepted, bits per byte −0.0483");
    expect(sentence).toMatch(/^\*\*It helps\.\*\* On average bits per byte falls by 0\.0483, which is better/);
    expect(sentence).toContain("interval −0.0512 to −0.0454, p = 0.00012, 4 fresh pairs");
  });

  test("names the change, without what was pruned", () => {
    expect(markdown).toContain("| **Changed** | learning rate 0.001 -&gt; 0.002 |");
    expect(markdown).toContain("- `1-aaaaaaaa` learning rate 0.001 -&gt; 0.002: it was too low\n");
    expect(markdown).not.toContain("- `3-cccccccc`");
    expect(markdown).toContain("1 kept step left the bundle");
    expect(markdown).toContain(`\`\`\`diff\n${DIFF}\`\`\``);
  });

  test("shows each seed, the mean, the trades, the noise, every attempt and the price", () => {
    expect(markdown).toContain("| 22 | 3.0100 | 2.9611 | −0.0489 | −1.6 % |");
    expect(markdown).toContain("| **mean** | 3.0150 | 2.9667 | −0.0483 | −1.6 % |");
    expect(markdown).toContain("| parameters | 5,000 | 5,500 | +10.0 % | at most +20.0 % | yes |");
    expect(markdown).toContain("σ = 0.0042 (5 trainings)");
    expect(markdown).toContain("| `2-bbbbbbbb` | `baseline` | width 8 -&gt; 16 | +0.0310 | 99 % | rejected | worse |");
    expect(markdown).toContain("20 trainings took 61.0 s");
    expect(markdown).toContain("```sh\naxon replay receipts/0123456789ab.json\n```");
  });

  test("is whole Markdown", () => expectWhole(markdown));

  test("names who proposed it, who was asked in vain, and what that cost", () => {
    expect(markdown).toContain("| **Proposed by** | the search: 1 step |");
    const asked = evidenceMarkdown(evidence(byModel));
    expect(asked).toContain("| **Proposed by** | m-2026 \\| \\*\\*x\\*\\* (prompt 0123456789ab): 1 step |");
    expect(asked).toContain("worse (n was asked first, and gave nothing usable)");
    expect(asked).toMatch(/2 requests to language models, 12,345 tokens in and 678 out, <span>\$<\/span>0\.0061\./);
    expectWhole(asked);
  });
});

describe("the evidence in Markdown", () => {
  test("reads right where more is better, and says who measured and which bound broke", () => {
    const text = evidenceMarkdown(evidence(higher));
    expect(text).toContain("accuracy rises by 0.0508, which is better");
    expect(text).toContain("above 0 is better");
    expect(text).toContain("self-reported: AXON did not measure it");
    expect(text).toContain("parameters +50.0 % (out of bounds)");
    expect(text).toContain("| at most +20.0 % | **no** |");
  });

  test("of a change that hurts does not call it better", () => {
    const decided = decision({ reason: "no better than the baseline on 4 fresh pairs", effect: 0.02, pairs: 4 });
    const text = evidenceMarkdown(
      evidence({ ...proven, receipt: null, decision: decided }, { receipt: null, replay: null }),
    );
    expect(text).toContain(
      "**It is not shown to help, and nothing changes.** On average bits per byte rises by 0.0200, which is worse",
    );
    expect(text).toContain("Reason: no better than the baseline on 4 fresh pairs.");
    expect(text).toContain("There is no receipt to replay");
  });

  test("of a cycle that confirmed nothing has no numbers to invent", () => {
    const text = evidenceMarkdown({ cycle: finishedCycle(), receipt: null, replay: null });
    expect(text).toContain("Reason: no proposal was better than the baseline.");
    expect(text).toContain("| **Changed** | nothing |");
    expect(text).not.toMatch(/NaN|undefined|null|Infinity|mermaid|### Evidence|\*\*Effect/);
    expectWhole(text);
  });

  test("says how many pairs more an undecided cycle needs", () => {
    const decided = decision({
      verdict: "indecisive",
      effect: -0.001,
      interval: [-0.003, 0.001],
      pairs: 8,
      morePairs: 12,
    });
    expect(evidenceMarkdown(evidence({ ...proven, decision: decided }))).toContain("12 more pairs would find it");
  });

  test.each(HOSTILE)("keeps its shape whatever texts say: %j", (text) => {
    const written = evidenceMarkdown(evidence(saying(text), { receipt: null, replay: text }));
    expectWhole(written);
    const outside = withoutCode(written)
      .replaceAll(/\\[!-~]|&#8203;/g, "·")
      .replaceAll(/(`+)(?!`)[^\n]*?[^`]\1(?!`)/g, "");
    expect(outside).not.toMatch(/@\w|#\d|\bGH-\d|:\/\/|<(?!\/?(?:details|summary|span)>)|!\[/i);
    expect(outside.match(/<summary>/g)?.length).toBe(outside.match(/<details>/g)?.length);
    expect(written).not.toMatch(/[\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]|(?!\n)\p{Cc}/u);
  });

  test.each(["@", "$", "x", "|", "\u202E", "`", "\n", "<", "long words "])(
    "fits into a pull request whatever and how much it holds: %j",
    (character) => {
      const cycle = saying(character.repeat(10_000), 1000);
      const pairs = Array.from({ length: 1000 }, (_, i) => pair(4e9 + i, 1e14 + i, 1e14));
      const full = evidence({ ...cycle, pairs });
      const receipt = { ...full.receipt!, diff: `+${character.repeat(99)}\n`.repeat(10_000) };
      const text = evidenceMarkdown({ ...full, receipt, replay: character.repeat(10_000) });
      expect(text.length).toBeLessThan(65_536);
      expect(text).toMatch(/more attempts are in the archive/);
      expect(text).toMatch(/of 1000 pairs are shown/);
      expect(text).toMatch(/more characters of the diff are not shown/);
      expectWhole(text);
    },
  );

  test("keeps what was kept when it leaves attempts out", () => {
    const rest = Array.from({ length: 300 }, (_, i) => ({ ...proven.attempts[1], id: `${i + 10}-x`, effect: i }));
    const text = evidenceMarkdown(evidence({ ...proven, attempts: [...rest, proven.attempts[0]] }));
    expect(text).toContain("| `1-aaaaaaaa` |");
    expect(text).toContain("| `309-x` |");
    expect(text).not.toContain("| `10-x` |");
  });
});
