import { describe, expect, test } from "@jest/globals";
import { createHash } from "node:crypto";
import { evidencePage } from "../../src/report/html.js";
import { finishedCycle, pair } from "../support/evidence.js";
import { evidence, higher, HOSTILE, proven, saying } from "./cycles.js";

const page = evidencePage(evidence(proven));
const VOID = new Set(["meta", "!doctype"]);

/** Names of elements in their order; fails where one is not closed, or closed by another's end. */
function elements(html: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  const body = html.replace(/<style>[^]*?<\/style>/, "");
  for (const [, end, name, attributes, empty] of body.matchAll(
    /<(\/?)([a-z!][\w-]*)((?:\s+[\w:-]+(?:="[^"<]*")?)*)\s*(\/?)>/gi,
  )) {
    if (end) expect(open.pop()).toBe(name);
    else if (!empty && !VOID.has(name)) open.push(name);
    if (!end) names.push(name);
    const keys = [...attributes.matchAll(/([\w:-]+)="[^"]*"/g)].map(([, key]) => key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).not.toMatch(/^(?:on\w+|style|src|href)$/i);
  }
  expect(open).toEqual([]);
  expect(body.replaceAll(/<[^<>]*>/g, "")).not.toMatch(/[<>]/);
  return names;
}

describe("the page", () => {
  test("forbids everything but its own style", () => {
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)!;
    const [, style] = /<style>([^]*?)<\/style>/.exec(page)!;
    const hash = createHash("sha256").update(style).digest("base64");
    expect(policy).toBe(`default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`);
    expect(style).not.toMatch(/url\(|@import/);
    expect(page.replaceAll('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:/);
  });

  test("is well-formed, and each plot has a name and a description of its own", () => {
    const names = elements(page);
    expect(names.filter((name) => name === "svg")).toHaveLength(3);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, references] of page.matchAll(/aria-labelledby="([^"]+)"/g))
      for (const id of references.split(" ")) expect(ids).toContain(id);
    expect(page.match(/<desc [^>]*>[^<]{20,}<\/desc>/g)).toHaveLength(3);
  });

  test("says what the Markdown says", () => {
    expect(page).toContain("<h1>AXON cycle 0123456789ab: accepted, bits per byte −0.0483</h1>");
    expect(page).toMatch(/<p class="verdict"><strong>It helps\.<\/strong> On average bits per byte falls by 0\.0483/);
    expect(page).toContain('<th scope="row" class="number">22</th><td class="number">3.0100</td>');
    expect(page).toContain(
      '<span class="removed">-learningRate: 0.001</span>\n<span class="added">+learningRate: 0.002</span>',
    );
    expect(evidencePage(evidence(higher))).toContain("<strong>self-reported: AXON did not measure it</strong>");
  });

  test("of a cycle that measured nothing has no plots", () => {
    const empty = evidencePage({ cycle: finishedCycle(), receipt: null, replay: null });
    expect(elements(empty)).not.toContain("svg");
    expect(empty).not.toMatch(/NaN|undefined|Infinity/);
  });

  test.each(HOSTILE)("shows as text what would be markup: %j", (text) => {
    const hostile = evidencePage(evidence(saying(text), { replay: text, receipt: null }));
    expect(new Set(elements(hostile)).has("script")).toBe(false);
    expect(hostile).not.toMatch(/[\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]|(?![\n\t])\p{Cc}/u);
  });

  test("is bounded", () => {
    const pairs = Array.from({ length: 1000 }, (_, i) => pair(i, 2, 1 + i / 1000));
    const large = evidencePage(evidence({ ...saying("<".repeat(10_000), 3000), pairs }));
    expect(large.length).toBeLessThan(10e6);
    expect(large).toContain("2500 more attempts are in the archive");
  });
});
