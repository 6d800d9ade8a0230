import { describe, expect, test } from "@jest/globals";
import type { Claim } from "../../src/candidate.js";
import { championsOf, lineageText, treeText, type Told } from "../../src/story/lineage.js";
import { attemptStory, cycleStory } from "../../src/story/why.js";
import { DIFF, HOSTILE, proven, saying } from "../report/cycles.js";
import { attempt, finishedCycle } from "../support/evidence.js";

const told = (cycle = proven, over: Partial<Told> = {}): Told => ({ cycle, holds: [], claim: undefined, ...over });
const plain = (line: string) => line;
const gone: Claim = {
  outcome: "gone",
  reason: "no gain on 8 pairs",
  claimed: -0.05,
  effect: 0,
  interval: null,
  pairs: 8,
};

describe("a lineage", () => {
  const cycle = {
    ...proven,
    attempts: [
      attempt({ id: "1-aaaaaaaa", hypothesis: "learning rate up: it was too low", effect: -0.0421 }),
      attempt({ id: "2-bbbbbbbb", hypothesis: "width 8 -> 16", decision: "rejected", effect: 0.031 }),
      attempt({ id: "3-cccccccc", hypothesis: "batch 4 -> 8", parent: "1-aaaaaaaa", effect: -0.0012 }),
      attempt({
        id: "4-dddddddd",
        hypothesis: "never trained",
        parent: "1-aaaaaaaa",
        decision: "rejected",
        effect: null,
      }),
    ],
    pruned: ["3-cccccccc"],
  };

  test("is a tree by parents, with what became of each, and marks the champion", () => {
    expect(treeText(told(cycle), true).split("\n")).toEqual([
      "cycle 0123456789ab: 4 attempts",
      "baseline 2.9877 bits per byte, ±0.0042 between seeds",
      "├─ 1-aaaaaaaa kept −0.0421  learning rate up  ★ champion",
      "│  ├─ 3-cccccccc kept, left out −0.0012  batch 4 -> 8",
      "│  └─ 4-dddddddd rejected  never trained",
      "└─ 2-bbbbbbbb rejected +0.0310  width 8 -> 16",
    ]);
    expect(treeText(told(cycle), false)).toContain("☆ accepted");
  });

  test("loses no attempt whose parent is not in the archive", () => {
    const text = treeText(told(finishedCycle({ attempts: [attempt({ id: "9-x", parent: "8-lost" })] })), false);
    expect(text).toContain("└─ 9-x");
  });

  test("names for every objective the last accepted change that still holds", () => {
    const other = { ...proven, id: "b".repeat(12), objective: { ...proven.objective, name: "latency" } };
    const later = { ...proven, id: "c".repeat(12) };
    const champions = (...all: Told[]) => Object.fromEntries(championsOf(all));
    expect(champions(told(), told(other), told(later))).toEqual({ "bits per byte": later.id, latency: other.id });
    expect(champions(told(), told(later, { claim: gone }))).toEqual({ "bits per byte": proven.id });
    expect(champions(told(finishedCycle()))).toEqual({});
  });

  test("across cycles says on which bundles each stands, and what a claim came to", () => {
    const later = { ...proven, id: "c".repeat(12), baseCommit: "d".repeat(40) };
    const text = lineageText([told(proven, { claim: gone }), told(later, { holds: [proven.id] })]);
    expect(text).toContain(`★ ${later.id}  accepted −0.0483  bits per byte  on dddddddddd, which holds ${proven.id}`);
    expect(text).toMatch(/ {2}0123456789ab .*\n {4}axon\/0123456789ab: .*; after the merge: nothing of it is left\n/);
    expect(text).toContain(`cycle ${later.id}: 3 attempts`);
  });

  test("of many cycles shows the last ones and counts the others", () => {
    const many = Array.from({ length: 30 }, (_, i) => told(finishedCycle({ id: `cycle${i}` })));
    const lines = lineageText(many).split("\n");
    expect(lines[0]).toMatch(/^10 older cycles/);
    expect(lines.filter((line) => line.startsWith("  cycle"))).toHaveLength(20);
  });
});

describe("the story", () => {
  test("of a kept attempt says what was measured against which noise, and what became of it", () => {
    const one = { ...proven.attempts[0], diff: DIFF };
    const story = attemptStory(one, told(), plain);
    for (const part of [
      /^attempt 1-aaaaaaaa of cycle 0123456789ab, by the search$/m,
      /^idea {6}learning rate 0\.001 -> 0\.002: it was too low$/m,
      /^parent {4}the baseline$/m,
      /^measured {2}−0\.0421 bits per byte against its parent on the seed of the search; seeds alone move it by ±0\.0042 \(5 trainings\), 10\.0 times that;/m,
      /^decision {2}kept: better/m,
      /^cost {6}1 training, 2\.0 s$/m,
      /^since {5}it is in the bundle: accepted on branch axon\/0123456789ab, receipt receipts\/0123456789ab\.json; not measured again/m,
    ]) {
      expect(story).toMatch(part);
    }
    expect(story.endsWith("-learningRate: 0.001\n+learningRate: 0.002")).toBe(true);
    expect(attemptStory(one, told(proven, { claim: gone }), plain)).toContain(
      "after the merge nothing of it is left (no gain",
    );
  });

  test.each([
    [1e-9, "in fewer than 1 of 1000 cases"],
    [0.0031, "in 0.31 % of cases"],
    [0.5, "in 50 % of cases"],
    [0.99996, "in more than 999 of 1000 cases"],
  ])("of a chance of %d never says none or all: %s", (pValue, words) => {
    expect(attemptStory(attempt({ pValue }), told(), plain)).toContain(`looks as good ${words}`);
  });

  test("has a diff painted line by line, a file's name unlike a line that begins as one does", () => {
    const file = (name: string) => `diff --git a/${name} b/${name}\n--- a/${name}\n+++ b/${name}\n`;
    const diff = `${file("a.sql")}@@ -1,2 +1 @@\n--- an old comment\n x\n${file("b.sql")}@@ -1 +1 @@\n-1\n+2\n`;
    const story = attemptStory(attempt({ diff }), told(), (line, inHunk) => `${inHunk ? "hunk" : "head"} ${line}`);
    const kinds = story
      .split("\n")
      .slice(-12)
      .map((line) => line.slice(0, 4));
    expect(kinds.join(" ")).toBe("head head head hunk hunk hunk head head head hunk hunk hunk");
  });

  test("counts one as one", () => {
    const origin = { asked: "m", model: "m", prompt: "p", rationale: "r", expected: "e", requests: 1, inputTokens: 1 };
    const asked = attempt({ proposer: "llm", origin: { ...origin, outputTokens: 2, dollars: null, seconds: 1 } });
    expect(attemptStory(asked, told(), plain)).toContain("1 training, 2.0 s; 1 request, 1 token in, 2 out");
  });

  test("of others says why nothing of them is left", () => {
    const [, rejected, pruned] = proven.attempts;
    expect(attemptStory(rejected, told(), plain)).toMatch(/^since .*nothing of it was kept$/m);
    expect(attemptStory(pruned, told(), plain)).toMatch(/^since .*it left the bundle/m);
    const deferred = attempt({ id: "7-y", decision: "deferred", diff: DIFF });
    const again = attempt({ id: "8-z", parent: "1-a", diff: DIFF });
    const cycle = finishedCycle({ attempts: [deferred, again] });
    expect(attemptStory(deferred, told(cycle), plain)).toContain("tried again as 8-z, which was kept");
    const untrained = attempt({ effect: null, pValue: null, differences: [], decision: "rejected" });
    expect(attemptStory(untrained, told(), plain)).toContain("nothing: it was not trained to its end");
  });

  test("of a cycle says how it was decided", () => {
    const story = cycleStory(told());
    expect(story).toMatch(/^search {4}3 attempts: 2 kept, 0 deferred, 1 rejected$/m);
    expect(story).toMatch(
      /^confirmed −0\.0483 on average of 4 fresh pairs, interval −0\.0512 to −0\.0454, p = 0\.00012$/m,
    );
    expect(story).toMatch(/^bundle {4}1-aaaaaaaa learning rate 0\.001 -> 0\.002$/m);
    expect(cycleStory(told(finishedCycle()))).toMatch(/^since {5}nothing was changed$/m);
  });

  test.each(HOSTILE)("and the lineage show what is hidden in %j, and let no text begin a line of its own", (text) => {
    const cycle = saying(text);
    const control = /[^\P{Cc}\n]|[\u202E\u2066\u200B\uFEFF\u{E0041}]/u;
    const stories = [
      attemptStory(cycle.attempts[0], told(cycle), plain),
      cycleStory(told(cycle)),
      lineageText([told(cycle)]),
    ];
    for (const story of stories) expect(story).not.toMatch(control);
    expect(treeText(told(cycle), true).split("\n")).toHaveLength(2 + cycle.attempts.length);
  });

  test("stays short, whatever the diff is", () => {
    const huge = attempt({ diff: "+x".padEnd(5000, "y").concat("\n").repeat(10_000), hypothesis: "z".repeat(1e5) });
    expect(attemptStory(huge, told(), plain).length).toBeLessThan(100_000);
  });
});
