// The offline proposer: its diffs apply, its sequence never repeats itself, and it learns from what has been tried.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { valueAt, withChanges } from "../../src/proposal/edit-spec.js";
import { MOVES } from "../../src/proposal/moves.js";
import { proposeBySearch } from "../../src/proposal/search.js";
import { generator } from "../../src/random.js";
import { DEFAULT_SPEC, fingerprint, parseSpec, specJsonSchema, type Spec } from "../../src/spec.js";
import { context, PATH, patched, propose, tried } from "../support/proposals.js";

const OWN = readFileSync(PATH, "utf8");
const DEMO = readFileSync("examples/demo/model/spec.yml", "utf8");

describe("hundreds of proposals in sequence", () => {
  test.each([
    ["all without clear effect", 500, () => [0.1, -0.2]],
    ["sometimes kept", 150, (round: number) => (generator("luck").uniform(round) < 0.1 ? [-1] : [1, -1.5])],
  ])("are valid, distinct and no repetition of a parent: %s", async (_, rounds, luck) => {
    const history = await propose(OWN, rounds, (_spec, _parent, round) => luck(round));
    expect(history).toHaveLength(rounds);
    const seen = new Set([fingerprint(parseSpec(OWN))]);
    for (const { spec } of history) {
      expect(seen.has(fingerprint(spec))).toBe(false);
      seen.add(fingerprint(spec));
    }
  });
});

test("when every attempt hurts, the proposals end", async () => {
  const history = await propose(DEMO, 3000, () => [1, 1]);
  expect(history.length).toBeGreaterThan(30);
  expect(history.length).toBeLessThan(3000);
}, 30_000);

test("the same history, seed and number give the same proposal, another seed another sequence", async () => {
  const judge = () => [0.1, -0.2];
  const [one, same, other] = await Promise.all([
    propose(OWN, 20, judge, 7),
    propose(OWN, 20, judge, 7),
    propose(OWN, 20, judge, 8),
  ]);
  const diffs = (history: Awaited<ReturnType<typeof propose>>) => history.map(({ attempt }) => attempt.diff);
  expect(diffs(same)).toEqual(diffs(one));
  expect(diffs(other)).not.toEqual(diffs(one));
});

describe("a proposal", () => {
  const changedMoves = (spec: Spec, parent: Spec) =>
    MOVES.filter(({ path }) => valueAt(spec, path) !== valueAt(parent, path));

  test("says of each of its one or two values what it changes from and to, and why", async () => {
    for (const { attempt, spec, parent } of await propose(OWN, 30, () => [0.1, -0.2])) {
      const moves = changedMoves(spec, parent!);
      const sentences = attempt.hypothesis.split("; ");
      expect([1, 2]).toContain(moves.length);
      expect(sentences).toHaveLength(moves.length);
      for (const [i, move] of moves.entries()) {
        const head = `${move.words} ${valueAt(parent!, move.path)} -> ${valueAt(spec, move.path)}: `;
        expect(sentences[i].startsWith(head)).toBe(true);
        expect(sentences[i].length).toBeGreaterThan(head.length + 10);
      }
    }
  });

  test("changes a line of the file per value, no other byte, and keeps the comments", async () => {
    for (const { attempt, spec, parent } of await propose(OWN, 30, () => [0.1, -0.2])) {
      const changed = attempt.diff.split("\n").filter((line) => /^[+-](?![+-])/.test(line));
      const [gone, come] = ["-", "+"].map((sign) => changed.filter((line) => line.startsWith(sign)));
      expect(come).toHaveLength(changedMoves(spec, parent!).length);
      expect(gone.length).toBeLessThanOrEqual(come.length);
      const comments = (lines: readonly string[]) => lines.flatMap((line) => line.split("#").slice(1));
      expect(comments(come)).toEqual(comments(gone));
    }
  });

  test("creates the spec of a repository that has none", async () => {
    const proposal = await proposeBySearch(context(null), 1, 1);
    expect(proposal!.diff).toContain("new file mode 100644\n--- /dev/null\n+++ b/model/spec.yml\n");
    const created = patched(null, proposal!.diff);
    expect(fingerprint(parseSpec(created))).not.toBe(fingerprint(DEFAULT_SPEC));
    expect(Object.keys(parseSpec(created))).toEqual(Object.keys(DEFAULT_SPEC));
  });

  test.each([
    ["in blocks", OWN],
    ["in CRLF", OWN.replaceAll("\n", "\r\n")],
    ["in braces", "{ architecture: { width: 64, heads: 4 }, optimizer: { learningRate: 0.001 } }\n"],
    ["without a final newline", OWN.trimEnd()],
    ["missing", null],
  ])("is a diff that `git apply` reads as we do: a spec %s", async (_, text) => {
    const directory = mkdtempSync(join(tmpdir(), "axon-search-"));
    const file = join(directory, PATH);
    try {
      mkdirSync(dirname(file));
      for (const { attempt } of await propose(text, 4, () => [0.1, -0.2])) {
        rmSync(file, { force: true });
        if (text !== null) writeFileSync(file, text);
        execFileSync("git", ["apply", "--whitespace=nowarn"], { cwd: directory, input: attempt.diff });
        expect(readFileSync(file, "utf8")).toBe(patched(text, attempt.diff));
      }
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

describe("history teaches", () => {
  const rate = (spec: Spec) => spec.optimizer.learningRate;

  test("an untuned spec gets a higher learning rate within the first three proposals, whatever the seed", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const history = await propose(DEMO, 3, () => [0.1, -0.2], seed);
      expect(history.some(({ spec }) => rate(spec) > rate(parseSpec(DEMO)))).toBe(true);
    }
  });

  test("a direction that helped is followed at once", async () => {
    const first = parseSpec(DEMO.replace("0.0003", "0.0006"));
    const entry = tried({ proposer: "search", hypothesis: "", diff: "" }, first, parseSpec(DEMO), [-0.2, -0.2]);
    const proposal = await proposeBySearch(context(DEMO.replace("0.0003", "0.0006"), [entry]), 3, 2);
    expect(proposal!.hypothesis).toMatch(/^learning rate 0.0006 -> 0.00\d+: going up helped before/);
  });

  test("nothing goes as far as where it hurt, nor back beyond where it was worse", async () => {
    const history = await propose(DEMO, 100, (spec, parent) => {
      if (rate(spec) === rate(parent)) return [0.1, -0.2];
      return Math.abs(Math.log(rate(spec) / 0.003)) < Math.abs(Math.log(rate(parent) / 0.003)) ? [-1, -1] : [1, 1];
    });
    for (const [i, { spec, parent }] of history.entries()) {
      const before = history.slice(0, i).filter((o) => o.attempt.parent === fingerprint(parent!));
      const alone = before.filter(
        (o) => MOVES.filter((m) => valueAt(o.spec, m.path) !== valueAt(o.parent!, m.path)).length === 1,
      );
      const hurt = alone.filter((o) => o.attempt.differences.every((d) => d > 0)).map((o) => rate(o.spec));
      expect(hurt.some((worse) => (worse > rate(parent!) ? rate(spec) > worse : rate(spec) < worse))).toBe(false);
    }
    const best = history.findLast(({ attempt }) => attempt.decision === "kept")!;
    expect(Math.abs(Math.log2(rate(best.spec) / 0.003))).toBeLessThan(0.5);
  });

  test("it comes closer to the optimum of a smooth function of five values than twice as many random steps", async () => {
    const optimum = {
      "optimizer.learningRate": 0.004,
      "training.batch": 4,
      "architecture.width": 96,
      "optimizer.beta2": 0.98,
      "optimizer.warmup": 0.05,
    };
    const loss = (spec: Spec) => {
      const terms = Object.entries(optimum).map(
        ([path, best]) => Math.log2((Number(valueAt(spec, path)) + 0.001) / (best + 0.001)) ** 2,
      );
      return terms.reduce((sum, term) => sum + term, 0);
    };
    const totals = { search: 0, walk: 0 };
    for (let seed = 0; seed < 5; seed++) {
      const history = await propose(DEMO, 40, (spec, parent) => [loss(spec) - loss(parent)], seed);
      const reached = Math.min(...history.map(({ spec }) => loss(spec)));
      const walked = randomWalk(80, seed, loss);
      expect(reached).toBeLessThan(0.01 * loss(parseSpec(DEMO)));
      totals.search += reached;
      totals.walk += walked;
    }
    expect(totals.search).toBeLessThan(0.25 * totals.walk);
  });

  /** Greedy over moves drawn at random. */
  function randomWalk(rounds: number, seed: number, loss: (spec: Spec) => number): number {
    const random = generator("walk", seed);
    let spec = parseSpec(DEMO);
    for (let round = 0; round < rounds; round++) {
      const steps = MOVES.flatMap((move) => move.steps(spec).map((step) => ({ path: move.path, value: step.value })));
      const { path, value } = steps[Math.floor(random.uniform(round) * steps.length)];
      const next = withChanges(spec, [{ path, value }]);
      if (loss(next) < loss(spec)) spec = next;
    }
    return loss(spec);
  }
});

test("the tables of names offer exactly what the spec allows", () => {
  const allowed = new Map<string, readonly string[]>();
  const collect = (schema: { readonly enum?: readonly string[]; readonly properties?: object }, path: string) => {
    if (schema.enum) allowed.set(path.slice(1), schema.enum);
    for (const [key, inner] of Object.entries(schema.properties ?? {})) collect(inner, `${path}.${key}`);
  };
  collect(specJsonSchema() as object, "");
  expect(allowed.size).toBeGreaterThan(3);
  for (const [path, names] of allowed) {
    const move = MOVES.find((row) => row.path === path)!;
    const offered = move.steps(DEFAULT_SPEC).map((step) => step.value);
    expect(new Set([...offered, valueAt(DEFAULT_SPEC, path)])).toEqual(new Set(names));
  }
});
