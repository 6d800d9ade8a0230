import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { CycleRecord } from "../../src/dashboard/source.js";
import { advance, type LiveCycle, type LiveEvent } from "../../src/live/live-state.js";
import { evidence, HOSTILE, proven, saying } from "../report/cycles.js";
import { attempt } from "../support/evidence.js";
import { hasChromium, launchChromium } from "../support/chromium.js";
import { dashboards, TOKEN, type Filled, type Served } from "./source.js";

const dashboard = dashboards();
const inBrowser = hasChromium ? test : test.skip;

const DIFF = [
  "--- a/x",
  "+++ b/x",
  "@@ -1 +1 @@",
  "-old <b>",
  `+<script>alert(1)</script> ${"W".repeat(2 ** 20)}`,
].join("\n");
const hostile = saying(`${HOSTILE.join(" ")} ${"W".repeat(5000)}`, 30);
const record = (id: string, finished: typeof proven | null): CycleRecord => {
  const attempts = (finished ?? proven).attempts.map((one) => attempt({ ...one, diff: DIFF }));
  return { id, attempts, finished: finished && { ...finished, id, attempts }, dollars: 0.03, claim: null };
};

const events: readonly LiveEvent[] = [
  { kind: "began", at: 1, cycle: "c".repeat(12), objective: { name: "bits per byte", direction: "lower" }, budget: 40 },
  { kind: "asked", at: 2, training: 1, version: "1-aaaaaaaa", seed: 7, title: HOSTILE.join(" ") },
  { kind: "asked", at: 2, training: 2, version: "baseline", seed: 8, title: "" },
  ...[1, 2, 3, 4].map((step): LiveEvent => {
    return { kind: "loss", at: 3, training: 1, step, steps: 5, loss: 5 - step / 2, speed: 1234, left: 65 };
  }),
];
const running = events.reduce<LiveCycle | null>(advance, null);

const REPOSITORIES: Readonly<Record<string, Filled>> = {
  essays: {
    cycles: [record("a".repeat(12), { ...proven, objective: { ...proven.objective } }), record("b".repeat(12), proven)],
    evidence: evidence(proven),
  },
  running: { cycles: [record("c".repeat(12), null)], live: { cycle: running, alive: true } },
  hostile: { cycles: [record("d".repeat(12), { ...hostile, objective: proven.objective })] },
  empty: {},
};

const PAGES: readonly (readonly [string, string, string])[] = [
  ["all repositories", "/", "Repositories"],
  ["a repository", "/repository/essays", "Samples of the champion"],
  ["a repository where a cycle runs", "/repository/running", "Searching|Measuring"],
  ["a repository of a hostile author", "/repository/hostile", "hostile"],
  ["a repository without a cycle", "/repository/empty", "No cycle has run here yet"],
  ["a cycle", `/cycle/${"b".repeat(12)}`, "Better by 0.0483"],
  ["a cycle that runs", `/cycle/${"c".repeat(12)}`, "It has not ended"],
  ["a cycle of a hostile author", `/cycle/${"d".repeat(12)}`, "rejected"],
  ["the evidence of a cycle", `/cycle/${"b".repeat(12)}/evidence`, "AXON cycle"],
];

describe("the dashboard in a browser", () => {
  let browser: Browser | undefined;
  let served: Served;
  beforeAll(async () => {
    if (!hasChromium) return;
    browser = await launchChromium();
    served = await dashboard(REPOSITORIES);
  });
  afterAll(() => browser?.close());

  /** Signed in, at a path, with everything that the page complained of. */
  async function visit(path: string, options: BrowserContextOptions = {}): Promise<[Page, string[]]> {
    const context = await browser!.newContext({ viewport: { width: 360, height: 740 }, ...options });
    await context.request.get(`${served.url}/session`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const page = await context.newPage();
    const heard: string[] = [];
    page.on("console", (message) => heard.push(message.text()));
    page.on("pageerror", ({ message }) => heard.push(message));
    page.on("dialog", (dialog) => void heard.push(dialog.message()));
    page.on("request", (request) => request.url().startsWith(served.url) || heard.push(request.url()));
    await page.goto(served.url + path);
    await page.locator("main h1").waitFor();
    return [page, heard];
  }

  inBrowser.each(PAGES)("shows %s on a phone, without complaint [needs chromium]", async (_, path, text) => {
    const [page, heard] = await visit(path);
    await page.locator("main").getByText(new RegExp(text)).first().waitFor();
    for (const button of (await page.locator("button").all()).slice(0, 2)) await button.click();
    if (path.startsWith("/cycle/d")) await page.locator("pre.diff").first().waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    expect(await page.evaluate(UNLABELLED)).toEqual([]);
    expect(await page.locator("main script, main img, main iframe").count()).toBe(0);
    expect(heard).toEqual([]);
    await page.close();
  });

  inBrowser(
    "signs in by the address, which keeps no secret, and asks strangers who they are [needs chromium]",
    async () => {
      const [page] = await visit("/");
      expect(page.url()).toBe(`${served.url}/`);
      expect(await page.evaluate("document.cookie")).toBe("");
      await page.close();
      const stranger = await browser!.newPage();
      await stranger.goto(`${served.url}/#token=wrong`);
      await stranger.getByText("Who are you?").waitFor();
      expect(stranger.url()).not.toContain("wrong");
      await stranger.goto(`${served.url}/#token=${TOKEN}`);
      await stranger.getByText("Repositories").waitFor();
      await stranger.close();
    },
  );

  inBrowser("draws what happens while it happens [needs chromium]", async () => {
    const [page, heard] = await visit("/repository/empty");
    await page.getByText("● live").waitFor();
    for (const event of events) served.tell({ repository: "empty", event });
    await page.locator(".plot canvas").waitFor();
    await page.getByText("80 %").waitFor();
    served.tell({ repository: "empty", event: { ...events.at(-1)!, step: 5 } as LiveEvent });
    await page.getByText("scoring").waitFor();
    const drawn = await page.evaluate(DRAWN);
    expect(drawn).toBeGreaterThan(200);
    expect(heard).toEqual([]);
    await page.close();
  });

  inBrowser("says so when the server is gone [needs chromium]", async () => {
    const own = await dashboard({ essays: {} });
    const page = await browser!.newPage();
    await page.goto(`${own.url}/#token=${TOKEN}`);
    await page.getByText("● live").waitFor();
    await own.stop();
    await page.getByText("○ connecting …").waitFor();
    await page.close();
  });

  inBrowser("can be used with the keyboard alone, and shows where that is [needs chromium]", async () => {
    const [page] = await visit(`/cycle/${"b".repeat(12)}`);
    const diff = page.getByRole("button", { name: "Diff of 1-aaaaaaaa" });
    await diff.waitFor();
    const way: string[] = [];
    for (let i = 0; i < 40 && !way.at(-1)?.includes("Diff of 1-aaaaaaaa"); i++) {
      await page.keyboard.press("Tab");
      way.push(String(await page.evaluate(FOCUSED)));
    }
    expect(way[0]).toContain("Skip to the content");
    expect(way.at(-1)).toContain("Diff of 1-aaaaaaaa");
    expect(way.filter((one) => one.startsWith("none"))).toEqual([]); // every stop has an outline
    await page.keyboard.press("Enter");
    await page.locator("pre.diff .added").first().waitFor();
    expect(await diff.getAttribute("aria-expanded")).toBe("true");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(FOCUSED)).toContain("Diff of 1-aaaaaaaa"); // what was opened comes next
    await page.close();
  });

  inBrowser("is as light and as lively as the reader's system wants it [needs chromium]", async () => {
    const [dark] = await visit("/repository/running", { colorScheme: "dark", reducedMotion: "reduce" });
    await dark.locator(".badge.running .dot").first().waitFor();
    const look =
      "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('.dot')).animationName]";
    expect(await dark.evaluate(look)).toEqual(["rgb(13, 17, 23)", "none"]);
    await dark.close();
  });
});

/** What can be used or scrolled but has no name. */
const UNLABELLED = `[...document.querySelectorAll("a, button, [role=region], [role=img], progress, nav, svg a")]
  .filter((one) => !(one.getAttribute("aria-label") ?? one.textContent).trim()).map((one) => one.outerHTML)`;

/** Outline and name of what has the focus. */
const FOCUSED = `(() => {
  const { activeElement: one } = document;
  return getComputedStyle(one).outlineStyle + " " + (one.getAttribute("aria-label") ?? one.textContent);
})()`;

/** Pixels of the curves that are not empty. */
const DRAWN = `(() => {
  const canvas = document.querySelector(".plot canvas");
  return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.filter((one, i) => i % 4 === 3 && one > 0).length;
})()`;
