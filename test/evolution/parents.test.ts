import { describe, expect, test } from "@jest/globals";
import { chooseParent, novelty, type Node } from "../../src/evolution/parents.js";
import { evaluation } from "../support/evidence.js";

const node = (name: string, cost: number, over: Partial<Node<string>> = {}): Node<string> => ({
  version: name,
  evaluation: evaluation({ score: cost }),
  steps: [],
  cost,
  lines: new Set([`+${name}`]),
  children: 0,
  ...over,
});

const step = { id: "1-a", proposal: { proposer: "search", hypothesis: "", diff: "" } } as const;
const shares = (nodes: readonly Node<string>[], over: object = {}) => {
  const choice = { head: nodes[0], nodes, stale: 99, cycle: "c", deviation: 1, ...over };
  const counts = new Map(nodes.map(({ version }) => [version, 0]));
  for (let number = 1; number <= 2000; number++) {
    const { version } = chooseParent({ ...choice, number });
    counts.set(version, counts.get(version)! + 1);
  }
  return Object.fromEntries(counts);
};

describe("an attempt's parent", () => {
  test("is the head as long as that brings something forth, and longer the more steps it has", () => {
    const other = node("other", 0);
    for (const steps of [0, 1, 3]) {
      const head = node("head", 0, { steps: Array.from({ length: steps }, () => step) });
      const patience = 1 + 2 * steps;
      expect(shares([head, other], { stale: patience - 1 })).toEqual({ head: 2000, other: 0 });
      expect(shares([head, other], { stale: patience }).other).toBeGreaterThan(500);
    }
  });

  test("is rarer the worse it is, the more often it was used, and the more it is like one that was used", () => {
    const quality = shares([node("head", 0), node("near", 0.5), node("far", 6)]);
    expect(quality.head).toBeGreaterThan(quality.near);
    expect(quality.near).toBeGreaterThan(10 * quality.far);
    const use = shares([node("head", 0, { children: 3 }), node("fresh", 0)]);
    expect(use.fresh / use.head).toBeCloseTo(4, -0.5);
    const used = node("used", 0, { children: 1, lines: new Set(["+a", "+b"]) });
    const like = shares([used, node("like", 0, { lines: new Set(["+a", "+b"]) }), node("new", 0)]);
    expect(like.new / like.like).toBeGreaterThan(1.5);
  });

  test("depends on the cycle and the number alone", () => {
    const nodes = [node("head", 0), node("one", 0), node("two", 0)];
    expect(shares(nodes)).toEqual(shares(nodes));
    expect(shares(nodes)).not.toEqual(shares(nodes, { cycle: "d" }));
  });

  test("is the head where seeds change nothing", () => {
    expect(shares([node("head", 0), node("one", 0)], { deviation: 0 })).toEqual({ head: 2000, one: 0 });
  });

  test("is as new as the lines that it shares with none that was used", () => {
    const used = node("used", 0, { children: 1, lines: new Set(["+a", "+b"]) });
    const half = node("half", 0, { lines: new Set(["+a", "+c", "+d"]) });
    const nodes = [used, half];
    expect(novelty(half, nodes)).toBe(0.75);
    expect(novelty(used, nodes)).toBe(1);
    expect(novelty(node("base", 0, { lines: new Set() }), [node("also", 0, { lines: new Set(), children: 1 })])).toBe(
      0,
    );
  });
});
