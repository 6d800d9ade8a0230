import { expect, test } from "@jest/globals";
import { evidencePage } from "../../src/report/html.js";
import { evidenceMarkdown } from "../../src/report/markdown.js";
import { evidence, proven } from "./cycles.js";

const front = [
  { id: "3-cccccccc", score: 2.95, measures: { parameters: 5500 }, within: true, best: ["objective"] },
  { id: "baseline", score: 3.01, measures: { parameters: 5000 }, within: true, best: ["parameters"] },
  { id: "4-dddddddd", score: 2.9, measures: { parameters: 9000 }, within: false, best: [] },
] as const;

test("where bounds are set the report shows the front, in Markdown and on the page; else nothing of it", () => {
  const shown = evidence({ ...proven, front });
  const markdown = evidenceMarkdown(shown);
  expect(markdown).toContain("| `3-cccccccc` | 2.9500 | 5,500 | yes | bits per byte |");
  expect(markdown).toContain("| `4-dddddddd` | 2.9000 | 9,000 | **no** |");
  expect(evidencePage(shown)).toMatch(/<code>baseline<\/code>[^]{0,200}5,000/);
  expect(evidenceMarkdown(evidence(proven))).not.toContain("best at what");
});
