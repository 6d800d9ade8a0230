import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import type { Evidence } from "../../src/report/evidence.js";
import { evidencePage } from "../../src/report/html.js";
import { finishedCycle } from "../support/evidence.js";
import { hasChromium, launchChromium } from "../support/chromium.js";
import { temporaryDirectories } from "../support/temporary.js";
import { evidence, higher, HOSTILE, proven, saying } from "./cycles.js";

const directory = temporaryDirectories()();
const long = saying("W".repeat(10_000), 40);

const CASES: readonly (readonly [string, Evidence])[] = [
  ["of an accepted change", evidence(proven)],
  ["where more is better", evidence(higher)],
  ["of nothing measured", { cycle: finishedCycle(), receipt: null, replay: null }],
  ["with words that never end", evidence(long, { replay: "W".repeat(10_000) })],
  ["by a hostile author", evidence(saying(HOSTILE.join(" ")), { receipt: null, replay: HOSTILE.join("\n") })],
];

describe("the page in a browser", () => {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (hasChromium) browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  (hasChromium ? test : test.skip).each(CASES)(
    "asks for nothing, complains of nothing and fits a phone, %s [needs chromium]",
    async (_, shown) => {
      const file = join(directory, "page.html");
      writeFileSync(file, evidencePage(shown));
      const page = await browser!.newPage({ viewport: { width: 360, height: 740 } });
      const heard: string[] = [];
      page.on("console", (message) => heard.push(message.text()));
      page.on("pageerror", ({ message }) => heard.push(message));
      page.on("request", (request) => heard.push(request.url()));
      page.on("dialog", (dialog) => void heard.push(dialog.message()));
      await page.goto(`file://${file}`);
      await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
      expect(heard).toEqual([`file://${file}`]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
      expect(await page.locator("h1").innerText()).toContain("AXON cycle 0123456789ab");
      expect(await page.evaluate(BORDER)).toBe("6px"); // the policy lets the style through
      expect(await page.evaluate(WELL_FORMED)).toEqual([]);
      expect(await page.evaluate(OUTSIDE)).toEqual([]);
      await page.close();
    },
  );

  (hasChromium ? test : test.skip)("is dark where the reader's system is [needs chromium]", async () => {
    const colours = [];
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser!.newPage({ colorScheme });
      await page.setContent(evidencePage(evidence(proven)));
      colours.push(await page.evaluate("getComputedStyle(document.body).backgroundColor"));
      await page.close();
    }
    expect(colours).toEqual(["rgb(255, 255, 255)", "rgb(13, 17, 23)"]);
  });
});

const BORDER = "getComputedStyle(document.querySelector('.verdict')).borderLeftWidth";

/** Parse errors of the plots as XML. */
const WELL_FORMED = `[...document.querySelectorAll("svg")].flatMap((svg) => {
  const parsed = new DOMParser().parseFromString(svg.outerHTML, "image/svg+xml");
  return [...parsed.querySelectorAll("parsererror")].map((error) => error.textContent);
})`;

/** Texts that a plot's frame cuts off. */
const OUTSIDE = `[...document.querySelectorAll("svg text")].flatMap((text) => {
  const [inner, outer] = [text, text.closest("svg")].map((one) => one.getBoundingClientRect());
  const fits = inner.left >= outer.left - 1 && inner.right <= outer.right + 1 && inner.bottom <= outer.bottom + 1;
  return fits ? [] : [text.textContent];
})`;
