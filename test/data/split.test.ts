// Properties of the split, with near-duplication counted by brute force over all windows.
import { describe, expect, test } from "@jest/globals";
import { createHash } from "node:crypto";
import { splitCorpus, type Split } from "../../src/data/split.js";
import { generator } from "../../src/random.js";
import { corpusOf, prose } from "./texts.js";

const MEBIBYTE = 2 ** 20;

/** `count` unrelated texts of 100 to 900 words. */
function unrelated(count: number, key = ""): Record<string, string> {
  const draw = generator("sizes", key);
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`dir/${key}${i}.txt`, prose(`${key}${i}`, 100 + (draw.uint32(i) % 800))]),
  );
}

/** Every `every`-th word replaced, starting somewhere that depends on `every`. */
function edited(text: string, every: number): string {
  return text.replaceAll(/\w+/g, (word, offset: number) => (offset % every === 0 ? "edited" : word));
}

function windows(text: string): Set<string> {
  const bytes = Buffer.from(text).toString("latin1");
  return new Set(Array.from({ length: Math.max(1, bytes.length - 7) }, (_, i) => bytes.slice(i, i + 8)));
}

function jaccard(a: string, b: string): number {
  const [left, right] = [windows(a), windows(b)];
  const common = [...left].filter((window) => right.has(window)).length;
  return common / (left.size + right.size - common);
}

const bytesOf = (files: Split["training"]) => files.reduce((sum, file) => sum + file.bytes.length, 0);

/** Every byte of the corpus on one side, once: heads before tails. */
function expectPartition(texts: Readonly<Record<string, string | Uint8Array>>, split: Split): void {
  const pieces = new Map<string, Buffer>();
  for (const { path, bytes } of [...split.training, ...split.heldOut]) {
    pieces.set(path, Buffer.concat([pieces.get(path) ?? Buffer.alloc(0), bytes]));
  }
  const whole = Object.entries(texts).filter(([, text]) => text.length > 0);
  expect([...pieces.keys()].toSorted()).toEqual(whole.map(([path]) => path).toSorted());
  for (const [path, text] of whole) expect(pieces.get(path)!.equals(Buffer.from(text))).toBe(true);
}

describe("splitCorpus by clusters", () => {
  test("puts every file on one side, about a tenth of the bytes on the held-out side, whatever the epoch", () => {
    const texts = unrelated(120);
    for (let epoch = 0; epoch < 10; epoch++) {
      const corpus = corpusOf(texts);
      const split = splitCorpus(corpus, { epoch });
      expect(split).toMatchObject({ mode: "clusters", clusters: 120, epoch });
      expectPartition(texts, split);
      const share = bytesOf(split.heldOut) / corpus.bytes;
      expect(share).toBeGreaterThanOrEqual(0.08);
      expect(share).toBeLessThanOrEqual(0.12);
      for (const { path } of split.heldOut) expect(split.sides[path]).toBe("held-out");
      for (const { path } of split.training) expect(split.sides[path]).toBe("training");
    }
  });

  test("gives the same digits for the same input in any order, and other text to judge in another epoch", () => {
    const texts = unrelated(60);
    const first = splitCorpus(corpusOf(texts), { epoch: 3 });
    expect(splitCorpus(corpusOf(Object.fromEntries(Object.entries(texts).toReversed())), { epoch: 3 })).toEqual(first);
    const hash = createHash("sha256");
    for (const { path, bytes } of first.heldOut) hash.update(`${path}\0${bytes.length}\0`).update(bytes);
    expect(first.sha256).toBe(hash.digest("hex"));
    expect(splitCorpus(corpusOf(texts), { epoch: 4 }).sha256).not.toBe(first.sha256);
  });

  test("keeps near-duplicates, found by brute force, together and unrelated texts apart", () => {
    const texts = unrelated(40);
    for (const [path, text] of Object.entries(texts).slice(0, 12)) {
      texts[`copy/${path}`] = text;
      texts[`near/${path}`] = edited(text, 40);
      texts[`far/${path}`] = text.slice(0, text.length / 5) + prose(`tail of ${path}`, 300);
    }
    for (let epoch = 0; epoch < 8; epoch++) {
      const { sides, clusters } = splitCorpus(corpusOf(texts), { epoch });
      expect(clusters).toBe(52);
      for (const path of Object.keys(texts).filter((name) => `near/${name}` in texts)) {
        expect(jaccard(texts[path], texts[`near/${path}`])).toBeGreaterThan(0.6);
        expect(jaccard(texts[path], texts[`far/${path}`])).toBeLessThan(0.4);
        expect([sides[`copy/${path}`], sides[`near/${path}`]]).toEqual([sides[path], sides[path]]);
      }
    }
  });

  test("finds nearly all pairs above the threshold and nearly none below, for long and for very short texts", () => {
    for (const words of [4, 30, 2000]) {
      const texts: Record<string, string> = {};
      const base = Array.from({ length: 60 }, (_, i) => prose(`${words} ${i}`, words));
      for (const [i, text] of base.entries()) {
        texts[`a${i}`] = text;
        texts[`b${i}`] = `${text}${prose(`more ${i}`, Math.round(words * (i % 2 === 0 ? 0.6 : 4)))}`;
      }
      texts.filler = prose("filler", 20_000);
      const near = base.filter((_, i) => jaccard(texts[`a${i}`], texts[`b${i}`]) >= 0.5).length;
      const { clusters } = splitCorpus(corpusOf(texts), { epoch: 0, inherited: { filler: "training" } });
      expect(Math.abs(clusters - (121 - near))).toBeLessThanOrEqual(3);
      expect(near).toBeGreaterThan(25);
    }
  });

  test("a renamed file keeps its side, always", () => {
    const texts = unrelated(60);
    const before = splitCorpus(corpusOf(texts), { epoch: 0 });
    const renames = new Map(Object.keys(texts).map((path, i) => [path, `${(i * 37) % 60}/${path}.renamed`]));
    const after = splitCorpus(
      corpusOf(Object.fromEntries(Object.entries(texts).map(([path, text]) => [renames.get(path)!, text]))),
      {
        epoch: 0,
      },
    );
    for (const path of Object.keys(texts)) expect(after.sides[renames.get(path)!]).toBe(before.sides[path]);
  });

  test("an edited file keeps its side nearly always, and always when the sides are inherited", () => {
    const texts = unrelated(100);
    const before = splitCorpus(corpusOf(texts), { epoch: 0 });
    let moved = 0;
    for (let i = 0; i < 40; i++) {
      const path = `dir/${i}.txt`;
      const changed = { ...texts, [path]: texts[path].replace(/\n.*\n/, `\nline ${i} now says this\n`) };
      moved += splitCorpus(corpusOf(changed), { epoch: 0 }).sides[path] === before.sides[path] ? 0 : 1;
    }
    expect(moved).toBeLessThanOrEqual(2);

    const all = Object.fromEntries(Object.entries(texts).map(([path, text]) => [path, edited(text, 7)]));
    const inherited = splitCorpus(corpusOf({ ...all, ...unrelated(30, "new") }), { epoch: 0, inherited: before.sides });
    expect(inherited.sides).toMatchObject(before.sides);
    expect(Object.keys(inherited.sides)).toHaveLength(130);
  });

  test("a cluster that has trained in part never judges", () => {
    const texts = unrelated(60);
    const before = splitCorpus(corpusOf(texts), { epoch: 0 });
    const [held] = before.heldOut;
    const [trained] = before.training;
    const merged = { ...texts, [held.path]: `${texts[trained.path]}one line more\n` };
    const after = splitCorpus(corpusOf(merged), { epoch: 0, inherited: before.sides });
    expect([after.sides[held.path], after.sides[trained.path]]).toEqual(["training", "training"]);
  });

  test("never holds out more than a mebibyte", () => {
    const texts = Object.fromEntries(
      Array.from({ length: 48 }, (_, i) => [`${i}`, Buffer.alloc(330_000, prose(`big ${i}`, 2000))]),
    );
    const corpus = corpusOf(texts);
    expect(corpus.bytes).toBeGreaterThan(15 * MEBIBYTE);
    const inherited = Object.fromEntries(Object.keys(texts).map((path) => [path, "held-out" as const]));
    for (const split of [splitCorpus(corpus, { epoch: 0 }), splitCorpus(corpus, { epoch: 0, inherited })]) {
      expect(split.mode).toBe("clusters");
      expect(bytesOf(split.heldOut)).toBeGreaterThan(MEBIBYTE / 2);
      expect(bytesOf(split.heldOut)).toBeLessThanOrEqual(MEBIBYTE);
    }
  });

  test("files are cut instead when a few clusters are nearly all of the text", () => {
    const texts = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}`, prose(`${i}`, i < 6 ? 5000 : 3)]));
    const split = splitCorpus(corpusOf(texts), { epoch: 0 });
    expect(split).toMatchObject({ mode: "tail", clusters: 30 });
    expectPartition(texts, split);
  });

  test("no file judges in two epochs, and when none is left the next epoch is refused", () => {
    const corpus = corpusOf(unrelated(60));
    const judged = new Set<string>();
    let epochs = 0;
    const rotate = () => {
      for (; epochs < 100; epochs++) {
        for (const { path } of splitCorpus(corpus, { epoch: epochs }).heldOut) {
          expect(judged.has(path)).toBe(false);
          judged.add(path);
        }
      }
    };
    expect(rotate).toThrow(expect.objectContaining({ name: "InputError", code: "held-out-spent" }));
    expect(epochs).toBeGreaterThan(5);
    expect(judged.size).toBeGreaterThan(50);
  });

  test("a path that JavaScript treats specially has a side like any other", () => {
    const texts = Object.fromEntries([
      ...Object.entries(unrelated(30)),
      ["__proto__", prose("proto", 200)],
      ["constructor", "c"],
    ]);
    const { sides } = splitCorpus(corpusOf(texts), { epoch: 0 });
    expect(Object.keys(sides)).toHaveLength(32);
    expect(splitCorpus(corpusOf(texts), { epoch: 1, inherited: sides }).sides).toEqual(sides);
  });
});

describe("splitCorpus by tails", () => {
  test("cuts each of a few files at 90 % of its bytes", () => {
    const texts = { a: prose("a", 1000), b: prose("b", 3000), c: "tiny", d: "x" };
    const split = splitCorpus(corpusOf(texts), { epoch: 0 });
    expect(split).toMatchObject({ mode: "tail", sides: { a: "cut", b: "cut", c: "cut", d: "cut" } });
    expectPartition(texts, split);
    const head = new Map(split.training.map(({ path, bytes }) => [path, bytes.length]));
    expect(head.get("a")).toBe(Math.floor(texts.a.length * 0.9));
    expect(head.get("b")).toBe(Math.floor(texts.b.length * 0.9));
    expect([head.get("c"), head.get("d")]).toEqual([3, undefined]);
  });

  test("another epoch holds out another tenth, until every byte has judged once", () => {
    const texts = { a: prose("a", 1000), b: prose("b", 3000), c: "tiny" };
    const corpus = corpusOf(texts);
    const judged = new Map(Object.keys(texts).map((path) => [path, new Array<string>()]));
    for (let epoch = 0; epoch < 10; epoch++) {
      const { heldOut, training } = splitCorpus(corpus, { epoch });
      expect(bytesOf(heldOut) + bytesOf(training)).toBe(corpus.bytes);
      for (const { path, bytes } of heldOut) judged.get(path)!.unshift(Buffer.from(bytes).toString());
    }
    expect(Object.fromEntries([...judged].map(([path, pieces]) => [path, pieces.join("")]))).toEqual(texts);
    expect(() => splitCorpus(corpus, { epoch: 10 })).toThrow(expect.objectContaining({ code: "held-out-spent" }));
  });

  test("a corpus of one long file holds out its last mebibyte at most", () => {
    const text = Buffer.alloc(15 * MEBIBYTE, prose("long", 5000));
    const split = splitCorpus(corpusOf({ text }), { epoch: 0 });
    expect(bytesOf(split.heldOut)).toBe(MEBIBYTE);
    expect(text.subarray(0, 14 * MEBIBYTE).equals(split.training[0].bytes)).toBe(true);
  });

  test("too little text is refused with how much there is, how much is needed, and what was left out", () => {
    const leftOut = { binary: { files: 5, samples: ["a.png", "b.png", "c.png"] } };
    const small = { ...corpusOf({ a: "x".repeat(16_383) }), leftOut };
    expect(() => splitCorpus(small, { epoch: 0 })).toThrow(
      "the corpus has 16383 bytes of text, and at least 16384 are needed, a tenth of them to judge by; 5 files left out: 5 binary (a.png, b.png, c.png, …)",
    );
    expect(() => splitCorpus(corpusOf({}), { epoch: 0 })).toThrow(
      expect.objectContaining({ code: "corpus-too-small" }),
    );
    expect(splitCorpus(corpusOf({ a: "x".repeat(16_384) }), { epoch: 0 }).mode).toBe("tail");
  });
});
