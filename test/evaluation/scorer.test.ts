import { describe, expect, test } from "@jest/globals";
import { InputError } from "../../src/errors.js";
import type { CorpusFile } from "../../src/data/corpus.js";
import { attribute } from "../../src/graph/builder.js";
import type { Model, Tensor } from "../../src/graph/graph.js";
import { writeOnnx } from "../../src/graph/write-onnx.js";
import { scoreModel, type Score, type Scored, type ScoreRequest } from "../../src/evaluation/scorer.js";
import { generator } from "../../src/random.js";
import { node } from "../graph/models.js";
import { block, number, text } from "../graph/wire.js";
import { atByte, BIGRAM, byteModel, lookup, peekWhere, rowMixer, tableOf, whenAlone, windowed } from "./byte-models.js";

const uniform = tableOf(256, 256, () => 0);
const random = generator("held-out");

function randomText(path: string, length: number): CorpusFile {
  const letters = Uint8Array.from({ length }, (_, i) => 97 + (random.uint32(i + 1000 * path.length) % 26));
  return { path, bytes: letters };
}

const FILES = [randomText("a.txt", 700), randomText("deep/b.txt", 333), randomText("c", 1)];

const score = (model: Model, heldOut = FILES, more: Partial<ScoreRequest> = {}): Promise<Score> =>
  scoreModel({ model: writeOnnx(model), heldOut, threads: 1, ...more });

async function scored(...request: Parameters<typeof score>): Promise<Scored> {
  const result = await score(...request);
  if (!result.ok) throw new Error(`${result.code}: ${result.reason}`);
  return result;
}

async function refused(result: Promise<Score>): Promise<string> {
  const value = await result;
  return value.ok ? "was not refused" : value.code;
}

/** ln Σ exp(x) − x[target]. */
function nats(logits: readonly number[], target: number): number {
  return Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0)) - logits[target];
}

const rowOf = (table: Tensor, row: number) => Array.from({ length: 256 }, (_, i) => Number(table.data[row * 256 + i]));

describe("the score", () => {
  test("of a model that knows nothing is 8 bits per byte", async () => {
    const result = await scored(lookup(uniform));
    expect(result).toMatchObject({ ok: true, bytes: 1034, causal: true, context: 16, windows: 44 + 21 });
    expect(result.bitsPerByte).toBeCloseTo(8, 12);
  });

  test.each([1e15, 1e30, 3e38, -3e38])("is the same 8 bits where all logits are %d", async (level) => {
    expect((await scored(lookup(tableOf(256, 256, () => level)))).bitsPerByte).toBeCloseTo(8, 12);
  });

  test("of a table of byte pairs is what the table says", async () => {
    let total = 0;
    for (const { bytes } of FILES) {
      total += 8;
      for (let i = 1; i < bytes.length; i++) total += nats(rowOf(BIGRAM, bytes[i - 1]), bytes[i]) / Math.LN2;
    }
    expect((await scored(lookup(BIGRAM))).bitsPerByte).toBeCloseTo(total / 1034, 12);
  });

  test("starts every window with the byte before its first target, and tail windows are as short as they are", async () => {
    const context = 7;
    const positions = tableOf(context, 256, (row, column) => ((row * 31 + column * 7) % 11) / 4);
    let total = 0;
    for (const { bytes } of FILES) {
      total += 8;
      for (let i = 1; i < bytes.length; i++) {
        const place = (i - 1) % context;
        const parts = [rowOf(BIGRAM, bytes[i - 1]), rowOf(BIGRAM, bytes[i - 1 - place]), rowOf(positions, place)];
        const logits = parts[0].map((x, v) => x + parts[1][v] + parts[2][v]);
        total += nats(logits, bytes[i]) / Math.LN2;
      }
    }
    expect((await scored(windowed(context, positions))).bitsPerByte).toBeCloseTo(total / 1034, 6);
  });

  test.each([1, 2, 16, 17])("counts 8 bits for a file of one byte and loses none of %d bytes", async (length) => {
    const result = await scored(lookup(uniform), [randomText("x", length)]);
    expect(result.bitsPerByte).toBeCloseTo(8, 12);
    expect(result.bytes).toBe(length);
  });

  test("has the same digits for every secret and every order of the files", async () => {
    const positions = tableOf(16, 256, (row, column) => Math.sin(row + column));
    const model = windowed(16, positions);
    const digits = new Set<number>();
    for (const secret of ["a", "b", "c"]) digits.add((await scored(model, FILES, { secret })).bitsPerByte);
    digits.add((await scored(model, FILES.toReversed())).bitsPerByte);
    expect(digits.size).toBe(1);
  });

  test("counts parameters and says what the proof rests on", async () => {
    const result = await scored(lookup(BIGRAM));
    expect(result.parameters).toBe(3 * 256 * 256);
    expect(result.proof.cuts).toBeGreaterThanOrEqual(256);
    expect(result.proof.largestDifference).toBeLessThan(1e-5);
    expect((1 - result.proof.detectableShare) ** result.proof.cuts).toBeCloseTo(0.01, 6);
  });

  test("of nothing is an error", async () => {
    await expect(score(lookup(uniform), [{ path: "a", bytes: new Uint8Array(0) }])).rejects.toBeInstanceOf(InputError);
  });
});

describe("cheats", () => {
  const always: Tensor = { type: "float32", shape: [], data: Float32Array.of(1) };
  const constantGate = (value: number) =>
    peekWhere([node("Identity", ["strength"], ["gate"])], {
      strength: { ...always, data: Float32Array.of(value) },
    });

  test("a model that reads the next byte is refused", async () => {
    expect(await refused(score(constantGate(1)))).toBe("not-causal");
  });

  test("so is one that takes only a hint from it", async () => {
    expect(await refused(score(constantGate(1e-3)))).toBe("not-causal");
  });

  test("so is one that looks ahead at one letter of the alphabet only", async () => {
    expect(await refused(score(atByte("e".charCodeAt(0)), FILES, { secret: "fixed" }))).toBe("not-causal");
  });

  test("so is one that looks ahead only when it is run alone", async () => {
    expect(await refused(score(whenAlone()))).toBe("not-causal");
  });

  test("a rare look ahead escapes as seldom as the proof says", async () => {
    const file = randomText("rare", 1025);
    for (const place of [100, 500]) file.bytes[place] = 0;
    let escaped = 0;
    for (let secret = 0; secret < 40; secret++) {
      const result = await score(atByte(0), [file], { secret: String(secret) });
      if (result.ok) escaped++;
    }
    // 64 windows with 4 cuts each; both places lie in a part of 4 positions, so each escapes with probability 3/4.
    expect(Math.abs(escaped - 40 * 0.5625)).toBeLessThan(3 * Math.sqrt(40 * 0.5625 * 0.4375));
  });

  test("a trigger that never occurs gains nothing and is let through", async () => {
    const honest = await scored(lookup(BIGRAM));
    expect((await scored(atByte(0), FILES)).bitsPerByte).toBeCloseTo(honest.bitsPerByte, 9);
  });

  test("a model that mixes the rows of a batch is refused", async () => {
    expect(await refused(score(rowMixer(0.02)))).toBe("rows-depend");
    expect(await refused(score(rowMixer(0.02), [randomText("one window", 17)]))).toBe("rows-depend");
  });
});

const broken = (value: number) => lookup(tableOf(256, 256, (row, column) => (row === 101 && column === 3 ? value : 0)));

describe("the contract", () => {
  const withGraph = (change: Partial<Model["graph"]>): Model => {
    const model = lookup(uniform);
    return { ...model, graph: { ...model.graph, ...change } };
  };
  const ids = { name: "input_ids", type: "int64", shape: ["batch", "sequence"] } as const;
  const logits = { name: "logits", type: "float32", shape: ["batch", "sequence", 256] } as const;
  const narrow = tableOf(256, 255, () => 0);
  const gather = node("Gather", ["bigram", "input_ids"], ["x"]);
  const body = { ...lookup(uniform).graph, inputs: [], nodes: [], outputs: [], initializers: new Map() };

  test.each([
    ["NaN", broken(Number.NaN), "not-finite"],
    ["Infinity", broken(Infinity), "not-finite"],
    ["-Infinity", broken(-Infinity), "not-finite"],
    ["another input name", { ...lookup(uniform), graph: withGraph({ inputs: [] }).graph }, "undefined-value"],
    ["int32 input", withGraph({ inputs: [{ ...ids, type: "int32" }] }), "wrong-input"],
    ["a fixed batch", withGraph({ inputs: [{ ...ids, shape: [8, "sequence"] }] }), "wrong-input"],
    ["a further input", withGraph({ inputs: [ids, { ...ids, name: "other" }] }), "wrong-input"],
    ["a further output", withGraph({ outputs: [logits, { ...logits, name: "bigram" }] }), "wrong-output"],
    [
      "a declared width of 255",
      withGraph({ outputs: [{ ...logits, shape: ["batch", "sequence", 255] }] }),
      "wrong-output",
    ],
    ["float64 logits", withGraph({ outputs: [{ ...logits, type: "float64" }] }), "wrong-output"],
    ["random numbers", byteModel([gather, node("RandomNormalLike", ["x"], ["logits"])]), "foreign-operator"],
    [
      "an unknown domain",
      byteModel([{ ...node("Gather", ["bigram", "input_ids"], ["logits"]), domain: "evil" }]),
      "foreign-operator",
    ],
    [
      "control flow",
      byteModel([gather, node("If", ["x"], ["logits"], { then_branch: { kind: "graph", value: body } })]),
      "foreign-operator",
    ],
    ["dropout in training", byteModel([gather, node("Dropout", ["x", "", "one"], ["logits"])]), "foreign-operator"],
    [
      "racing sums",
      byteModel([gather, node("ScatterND", ["x", "one", "x"], ["logits"], { reduction: attribute.string("add") })]),
      "foreign-operator",
    ],
    [
      "a broken attribute",
      byteModel([gather, node("Transpose", ["x"], ["logits"], { perm: attribute.ints([0, 0, 9]) })]),
      "run-failed",
    ],
    [
      "shapes that do not fit",
      windowed(
        16,
        tableOf(3, 256, () => 0),
      ),
      "run-failed",
    ],
  ])("%s is refused", async (_, model: Model, code) => {
    expect(await refused(score(model))).toBe(code);
  });

  test("logits of width 255 behind a declaration that leaves the width open are refused", async () => {
    const open = lookup(narrow).graph;
    const model = { ...lookup(narrow), graph: { ...open, outputs: [{ ...logits, shape: ["batch", "sequence", ""] }] } };
    expect(await refused(score(model))).toBe("wrong-output");
  });

  test.each(["0", "-1", "1e3", "4097", "", "12x"])("axon.context of %j is refused", async (context) => {
    expect(await refused(score({ ...lookup(uniform), metadata: { "axon.context": context } }))).toBe("bad-context");
  });

  test("axon.context is 128 where the model does not say", async () => {
    expect((await scored({ ...lookup(uniform), metadata: {} })).context).toBe(128);
  });

  test("a file that is no model, one with external data, and one that is too large are refused", async () => {
    const heldOut = FILES;
    const external = block(7, block(5, text(8, "w"), number(1, 1n), number(2, 1n), number(14, 1n)));
    const refuse = (bytes: Uint8Array, maxBytes?: number) =>
      refused(scoreModel({ model: bytes, heldOut, threads: 1, ...(maxBytes !== undefined && { maxBytes }) }));
    expect(await refuse(new TextEncoder().encode("bits per byte: 0.1"))).toBe("onnx-malformed");
    expect(await refuse(Uint8Array.from(external))).toBe("external-data");
    expect(await refuse(writeOnnx(lookup(uniform)), 1000)).toBe("too-large");
  });
});
