// Batches: a pure function of seed and step that shows every window of an epoch once; and what a spec may narrow.
import { describe, expect, test } from "@jest/globals";
import { createBatches } from "../../src/data/batches.js";
import { narrowTraining } from "../../src/data/training-side.js";
import { corpusOf } from "./texts.js";

/** Text in which every 2-byte window is unique, so that a window tells where it starts. */
const TEXT = Uint8Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? i >> 3 : (i & 7) | 128));
const position = (ids: ArrayLike<number>) => Buffer.from(TEXT).indexOf(Buffer.from(Array.from(ids).slice(0, 3)));

function startsOf(context: number, batch: number, seed: number, steps: number): number[] {
  const batches = createBatches([{ path: "t", bytes: TEXT }], { context, batch, seed });
  return Array.from({ length: steps }, (_, step) => batches.next(step).ids).flatMap((ids) =>
    Array.from({ length: batch }, (_, row) => position(ids.subarray(row * context, (row + 1) * context))),
  );
}

describe("createBatches", () => {
  test("rows are windows of the joined text, and targets are the bytes that follow", () => {
    const files = [1, 2, 3].map((i) => ({ path: `${i}`, bytes: TEXT.subarray((i - 1) * 300, i * 300) }));
    const batches = createBatches(files, { context: 16, batch: 4, seed: 1 });
    for (let step = 0; step < 50; step++) {
      const { ids, targets } = batches.next(step);
      expect([ids.length, targets.length]).toEqual([64, 64]);
      for (let row = 0; row < 4; row++) {
        const start = position(ids.subarray(row * 16, row * 16 + 16));
        expect(Array.from(ids.subarray(row * 16, row * 16 + 16))).toEqual(Array.from(TEXT.subarray(start, start + 16)));
        expect(Array.from(targets.subarray(row * 16, row * 16 + 16))).toEqual(
          Array.from(TEXT.subarray(start + 1, start + 17)),
        );
        expect(start + 17).toBeLessThanOrEqual(900);
      }
    }
  });

  test("an epoch shows each of its windows once, at a phase and in an order of its own", () => {
    const [context, perEpoch] = [10, 99];
    const starts = startsOf(context, 1, 7, 4 * perEpoch);
    const phases = [0, 1, 2, 3].map((epoch) => {
      const seen = starts.slice(epoch * perEpoch, (epoch + 1) * perEpoch);
      const sorted = seen.toSorted((a, b) => a - b);
      expect(seen).not.toEqual(sorted);
      expect(sorted).toEqual(Array.from({ length: perEpoch }, (_, i) => sorted[0] + i * context));
      expect(sorted[0]).toBeLessThan(context);
      return sorted[0];
    });
    expect(new Set(phases).size).toBeGreaterThan(1);
    const order = (epoch: number) =>
      starts.slice(epoch * perEpoch, (epoch + 1) * perEpoch).map((s) => (s - phases[epoch]) / context);
    expect(order(0)).not.toEqual(order(1));
  });

  test("a step does not depend on the steps before it, even where a batch spans epochs", () => {
    const options = { context: 30, batch: 50, seed: 3 };
    const files = [{ path: "t", bytes: TEXT }];
    const inOrder = createBatches(files, options);
    const forward = Array.from({ length: 6 }, (_, step) => inOrder.next(step));
    for (const step of [5, 0, 3, 3, 1]) {
      expect(inOrder.next(step)).toEqual(forward[step]);
      expect(createBatches(files, options).next(step)).toEqual(forward[step]);
    }
  });

  test("the sequence of windows does not depend on the batch, and does depend on the seed", () => {
    expect(startsOf(10, 4, 1, 60)).toEqual(startsOf(10, 12, 1, 20));
    expect(startsOf(10, 4, 1, 60)).not.toEqual(startsOf(10, 4, 2, 60));
  });

  test("the first step of a fixed seed is the one it always was", () => {
    expect(startsOf(10, 8, 42, 1)).toEqual([462, 652, 52, 422, 952, 632, 442, 292]);
  });

  test("every byte but the last is learnt from sooner or later", () => {
    const seen = new Set(
      startsOf(10, 1, 5, 99 * 60).flatMap((start) => Array.from({ length: 10 }, (_, i) => start + i)),
    );
    expect(seen.size).toBe(999);
  });

  test("a text of one window more than the context is enough, and one of the context is not", () => {
    const bytes = TEXT.subarray(0, 33);
    const { ids } = createBatches([{ path: "t", bytes }], { context: 32, batch: 2, seed: 1 }).next(9);
    expect(Array.from(ids)).toEqual([...bytes.subarray(0, 32), ...bytes.subarray(0, 32)]);
    const short = () => createBatches([{ path: "t", bytes: TEXT.subarray(0, 32) }], { context: 32, batch: 2, seed: 1 });
    expect(short).toThrow(expect.objectContaining({ name: "InputError", code: "corpus-too-small" }));
  });

  test("texts only a little longer than the context show every start", () => {
    const batches = createBatches([{ path: "t", bytes: TEXT.subarray(0, 25) }], { context: 20, batch: 200, seed: 1 });
    const { ids } = batches.next(0);
    const starts = new Set(Array.from({ length: 200 }, (_, row) => position(ids.subarray(row * 20, row * 20 + 20))));
    expect([...starts].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe("narrowTraining", () => {
  const { files } = corpusOf({ "src/a.ts": "a", "src/deep/b.ts": "b", "docs/c.md": "c", ".github/d.yml": "d" });
  const paths = (include: string[], exclude: string[]) =>
    narrowTraining(files, { include, exclude }).map(({ path }) => path);

  test("the default keeps everything, names with a dot included", () => {
    expect(paths(["**"], [])).toEqual([".github/d.yml", "docs/c.md", "src/a.ts", "src/deep/b.ts"]);
  });

  test("include and exclude are globs over whole paths", () => {
    expect(paths(["src/**"], [])).toEqual(["src/a.ts", "src/deep/b.ts"]);
    expect(paths(["src/*.ts", "**/*.md"], [])).toEqual(["docs/c.md", "src/a.ts"]);
    expect(paths(["**"], ["**/*.{ts,yml}"])).toEqual(["docs/c.md"]);
  });

  test("globs whose matching could go on for ever are refused, as include and as exclude", () => {
    for (const glob of ["+(+(+(*)))b", "(*)+b", "{a,*}+b", `${"*?".repeat(30)}b`]) {
      const refused = expect.objectContaining({ name: "InputError", code: "glob-refused" });
      expect(() => paths([glob], [])).toThrow(refused);
      expect(() => paths(["**"], [glob])).toThrow(refused);
    }
  });

  test("the costliest glob that is allowed ends soon on the longest path", () => {
    const long = corpusOf({ ["a".repeat(200)]: "x", b: "y" }).files;
    const started = performance.now();
    narrowTraining(long, { include: ["*?*?*?*?c", "b"], exclude: [] });
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test("globs that leave nothing are refused", () => {
    expect(() => paths(["nothing/**"], [])).toThrow(
      expect.objectContaining({ name: "InputError", code: "training-empty" }),
    );
    expect(() => paths(["**"], ["**"])).toThrow("none of the 4 training files");
  });
});

test("another stream draws another order from the same seed, and stream 0 is the one without a name", () => {
  const files = [{ path: "t", bytes: new TextEncoder().encode("abcdefghijklmnop".repeat(40)) }];
  const first = (stream?: number) =>
    [
      ...createBatches(files, { context: 16, batch: 4, seed: 1, ...(stream !== undefined && { stream }) }).next(0).ids,
    ].join();
  expect(first(0)).toBe(first());
  expect(first(1)).not.toBe(first());
  expect(first(2)).not.toBe(first(1));
});
