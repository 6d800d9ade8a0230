// A report as one page that needs nothing else: no script, no request, its own style and plots, and a policy that forbids the rest.

import { createHash } from "node:crypto";
import type { Block, Column, Document, Inline, Section, Table, Text } from "./document.js";
import { htmlText } from "./escape.js";
import { evidenceOf, type Evidence, type Limits } from "./evidence.js";
import { plotOf } from "./plots.js";
import { STYLE } from "./style.js";

const LIMITS: Limits = { rows: 500, words: 600, diff: 200_000 };

/** The evidence of a cycle as a whole HTML document. */
export function evidencePage(evidence: Evidence): string {
  return pageOf(evidenceOf(evidence, LIMITS));
}

function pageOf({ title, verdict, sentence, opening, sections }: Document): string {
  const hash = createHash("sha256").update(STYLE).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${htmlText(title)}</title>`,
    `<style>${STYLE}</style>`,
    "</head>",
    "<body>",
    `<main class="${verdict}">`,
    `<h1>${htmlText(title)}</h1>`,
    `<p class="verdict">${inline(sentence)}</p>`,
    blocksHtml(opening, "opening"),
    ...sections.map(sectionHtml),
    "</main>",
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function sectionHtml({ title, blocks }: Section, number: number): string {
  const id = `section-${number + 1}`;
  const heading = `<h2 id="${id}">${htmlText(title)}</h2>`;
  return `<section aria-labelledby="${id}">\n${heading}\n${blocksHtml(blocks, id)}\n</section>`;
}

/** Charts that follow each other stand side by side where there is room. */
function blocksHtml(blocks: readonly Block[], id: string): string {
  const parts = blocks.map((block, i) => blockHtml(block, `${id}-${i + 1}`));
  const isChart = (i: number) => blocks[i]?.kind === "chart";
  return parts
    .map((html, i) => {
      const start = isChart(i) && !isChart(i - 1) ? '<div class="charts">\n' : "";
      const end = isChart(i) && !isChart(i + 1) ? "\n</div>" : "";
      return `${start}${html}${end}`;
    })
    .join("\n");
}

type Writers = { readonly [K in Block["kind"]]: (block: Extract<Block, { readonly kind: K }>, id: string) => string };

const WRITERS: Writers = {
  paragraph: ({ text }) => `<p>${inline(text)}</p>`,
  list: ({ items }) => `<ul>${items.map((item) => `<li>${inline(item)}</li>`).join("")}</ul>`,
  facts: ({ facts, caption }) => {
    const rows = facts.map(([name, text]) => `<dt>${htmlText(name)}</dt><dd>${inline(text)}</dd>`);
    return `<dl aria-label="${htmlText(caption)}">\n${rows.join("\n")}\n</dl>`;
  },
  table: tableHtml,
  chart: ({ chart }, id) => {
    const caption = `<strong>${htmlText(chart.title)}.</strong> ${htmlText(chart.description)}`;
    return `<figure>\n${plotOf(chart, id)}\n<figcaption>${caption}</figcaption>\n</figure>`;
  },
  code: ({ language, text }) => {
    const lines = htmlText(text.replace(/\n$/, "")).split("\n");
    const body = language === "diff" ? lines.map(diffLine).join("\n") : lines.join("\n");
    return `<pre tabindex="0"><code>${body}</code></pre>`;
  },
  details: ({ summary, blocks }, id) =>
    `<details>\n<summary>${htmlText(summary)}</summary>\n${blocksHtml(blocks, id)}\n</details>`,
};

function blockHtml<K extends Block["kind"]>(block: Extract<Block, { readonly kind: K }>, id: string): string {
  const write: Writers[K] = WRITERS[block.kind];
  return write(block, id);
}

function tableHtml({ caption, columns, rows }: Table): string {
  const head = columns.map((column) => `<th scope="col"${classOf(column)}>${htmlText(column.title)}</th>`).join("");
  const body = rows.map((row) => {
    const cells = row.map((text, i) => {
      const html = inline(text);
      return i === 0
        ? `<th scope="row"${classOf(columns[i])}>${html}</th>`
        : `<td${classOf(columns[i], html)}>${html}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  const name = htmlText(caption);
  return [
    `<div class="scroll" role="region" aria-label="${name}" tabindex="0">`,
    `<table><caption>${name}</caption>`,
    `<thead><tr>${head}</tr></thead>`,
    `<tbody>\n${body.join("\n")}\n</tbody>`,
    "</table></div>",
  ].join("\n");
}

/** From this many characters on a cell breaks its lines. */
const WIDE = 30;

function classOf({ numeric }: Column, html = ""): string {
  if (numeric) return ' class="number"';
  return html.length > WIDE ? ' class="wide"' : "";
}

function diffLine(text: string): string {
  if (/^\+(?!\+\+ )/.test(text)) return `<span class="added">${text}</span>`;
  return /^-(?!-- )/.test(text) ? `<span class="removed">${text}</span>` : text;
}

function inline(text: Text): string {
  return text.map(piece).join("");
}

function piece(part: Inline): string {
  if (typeof part === "string") return htmlText(part);
  return "code" in part ? `<code>${htmlText(part.code)}</code>` : `<strong>${htmlText(part.strong)}</strong>`;
}
