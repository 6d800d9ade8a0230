// A small part of the corpus of `npm run bench -- patches`: real changes of this project, each damaged as language models damage diffs.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { applyToTree, byFold, nothingOr, OPEN_POLICY, type Applied, type Standing } from "../../src/patch/index.js";
import type { Refusal } from "../../src/patch/patch-error.js";
import { generator } from "../../src/random.js";
import { treeAfter, type Tree } from "./tree.js";

interface Case {
  readonly kind: string;
  readonly tree: Tree;
  readonly links?: object;
  readonly patch: string;
  readonly after?: Tree;
}
type Maker = (sources: readonly unknown[], count: number, dice: (name: string) => (n: number) => number) => Case[];
type Corpus = Readonly<Record<"mustApply" | "mustRefuse" | "mayApply", Maker>>;
interface Diffs {
  readonly parseHunks: (diff: string) => readonly unknown[];
  readonly applied: (before: string, hunks: readonly unknown[]) => string;
}

const bench = (name: string): Promise<unknown> => import(`../../bench/${name}.mjs`);
const { mustApply, mustRefuse, mayApply } = (await bench("patches-corpus")) as Corpus;
const { parseHunks, applied } = (await bench("patches-diff")) as Diffs;

/** What git said of the change, or the text of a new file. */
type Stored = { readonly change: number; readonly path: string } & (
  { readonly before: string; readonly diff: string } | { readonly after: string }
);
const stored = JSON.parse(readFileSync("test/fixtures/patches.json", "utf8")) as readonly Stored[];
const sources = stored.map((one) => {
  const { change: commit, path } = one;
  if ("after" in one) return { commit, path, after: one.after, hunks: [] };
  const hunks = parseHunks(one.diff);
  return { commit, path, before: one.before, after: applied(one.before, hunks), hunks };
});

function dice(name: string): (n: number) => number {
  const random = generator("patches", name);
  let i = 0;
  return (n) => Math.floor(random.uniform(i++) * n);
}

function attempt({ tree, patch }: Case): Promise<Applied | Refusal> {
  const paths = Object.keys(tree).flatMap((path) => path.split("/").map((_, i, all) => all.slice(0, i + 1).join("/")));
  const taken = byFold(paths);
  const lookUp = async (path: string): Promise<Standing> => {
    if (Object.hasOwn(tree, path)) return { kind: "text", text: tree[path] };
    return paths.includes(path) ? { kind: "folder" } : nothingOr(path, taken);
  };
  return applyToTree(patch, { lookUp, policy: OPEN_POLICY });
}

/** How often each case was right, wrong or refused; the wrong ones by name. */
async function judged(cases: readonly Case[]) {
  const refused: string[] = [];
  const wrong: string[] = [];
  for (const one of cases) {
    const result = await attempt(one);
    if (!result.ok) refused.push(`${one.kind}: ${result.error.code}\n${one.patch}`);
    else if (JSON.stringify(sorted(treeAfter(one.tree, result.files))) !== JSON.stringify(sorted(one.after ?? {})))
      wrong.push(`${one.kind}\n${one.patch}`);
  }
  return { refused, wrong };
}

const sorted = (tree: Tree) => Object.entries(tree).toSorted(([a], [b]) => (a < b ? -1 : 1));
const kindsOf = (cases: readonly Case[]) => new Set(cases.map(({ kind }) => kind)).size;

describe("diffs of this project's history", () => {
  test("with one right answer get it in 99 of 100 cases, and never another", async () => {
    const cases = mustApply(sources, 15, dice);
    expect([cases.length >= 250, kindsOf(cases)]).toEqual([true, 21]);
    const { refused, wrong } = await judged(cases);
    expect(wrong).toEqual([]);
    expect(refused.length > cases.length / 100 ? refused : []).toEqual([]);
  });

  test("that must be refused are refused, every one", async () => {
    const slow = ["huge", "symbolic links in the tree"]; // limits and real directories have tests of their own
    const cases = mustRefuse(sources, 12, dice).filter(({ kind }) => !slow.includes(kind));
    expect([cases.length >= 150, kindsOf(cases)]).toEqual([true, 16]);
    const { refused } = await judged(cases);
    expect(refused).toHaveLength(cases.length);
  });

  test("that say too little are mended rightly or refused", async () => {
    const cases = mayApply(sources, 12, dice);
    expect([cases.length >= 60, kindsOf(cases)]).toEqual([true, 7]);
    const { refused, wrong } = await judged(cases);
    expect(wrong).toEqual([]);
    expect(refused.length).toBeLessThan(cases.length);
  });
});
