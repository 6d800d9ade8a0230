// A report as Markdown that GitHub draws: tables, folded blocks, Mermaid charts. Whatever comes from outside is escaped, and the whole is
// short enough for the body of a pull request.

import type { Block, Document, Inline, Table, Text } from "./document.js";
import { mermaidChart } from "./charts-mermaid.js";
import { markdownCode, markdownFence, markdownText } from "./escape.js";
import { evidenceOf, type Evidence, type Limits } from "./evidence.js";

/** GitHub takes 65,536; the rest is for what a caller may add. */
const LONGEST = 60_000;

/** Ever less, until it fits. The last fits whatever is in it. */
const LEVELS: readonly Limits[] = [
  { rows: 60, words: 400, diff: 20_000 },
  { rows: 24, words: 200, diff: 8000 },
  { rows: 8, words: 60, diff: 2000 },
];

/** The evidence of a cycle in at most 60,000 characters. */
export function evidenceMarkdown(evidence: Evidence): string {
  for (const limits of LEVELS) {
    const text = markdownOf(evidenceOf(evidence, limits));
    if (text.length <= LONGEST) return text;
  }
  throw new Error("the shortest report does not fit into the body of a pull request");
}

function markdownOf({ title, sentence, opening, sections }: Document): string {
  const parts = [
    `## ${markdownText(title)}`,
    inline(sentence),
    ...opening.map(blockText),
    ...sections.flatMap((section) => [`### ${markdownText(section.title)}`, ...section.blocks.map(blockText)]),
  ];
  return `${parts.join("\n\n")}\n`;
}

type Writers = { readonly [K in Block["kind"]]: (block: Extract<Block, { readonly kind: K }>) => string };

const WRITERS: Writers = {
  paragraph: ({ text }) => inline(text),
  list: ({ items }) => items.map((item) => `- ${inline(item)}`).join("\n"),
  facts: ({ facts }) =>
    rowsText(
      ["", ""],
      ["---", "---"],
      facts.map(([name, text]) => [`**${markdownText(name)}**`, inline(text)]),
    ),
  table: tableText,
  chart: ({ chart }) => mermaidChart(chart),
  code: ({ language, text }) => markdownFence(text, language),
  // The blank lines end the HTML, so that what is folded is Markdown again.
  details: ({ summary, blocks }) =>
    [
      "<details>",
      `<summary>${markdownText(summary)}</summary>`,
      "",
      blocks.map(blockText).join("\n\n"),
      "",
      "</details>",
    ].join("\n"),
};

function blockText<K extends Block["kind"]>(block: Extract<Block, { readonly kind: K }>): string {
  const write: Writers[K] = WRITERS[block.kind];
  return write(block);
}

function tableText({ columns, rows }: Table): string {
  return rowsText(
    columns.map(({ title }) => markdownText(title)),
    columns.map(({ numeric }) => (numeric ? "---:" : "---")),
    rows.map((row) => row.map(inline)),
  );
}

function rowsText(
  ...[head, rule, rows]: readonly [readonly string[], readonly string[], readonly (readonly string[])[]]
): string {
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function inline(text: Text): string {
  return text.map(piece).join("").trim();
}

function piece(part: Inline): string {
  if (typeof part === "string") return markdownText(part);
  return "code" in part ? markdownCode(part.code) : `**${markdownText(part.strong).trim()}**`;
}
