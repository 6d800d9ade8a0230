// Scoring in a process of its own: the digits of the scorer, and an answer in bounded time whatever the model does.

import { describe, expect, test } from "@jest/globals";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../src/errors.js";
import { scoreModel, type Scored } from "../../src/evaluation/scorer.js";
import { readAnswer, scoreWithin, scoringLimits, startScoring } from "../../src/evaluation/scoring.js";
import { decodeRequest, encodeRequest } from "../../src/evaluation/scoring-request.js";
import { attribute } from "../../src/graph/builder.js";
import type { Model, Node, Tensor } from "../../src/graph/graph.js";
import { writeOnnx } from "../../src/graph/write-onnx.js";
import { availableMemory } from "../../src/machine.js";
import { runPlain } from "../../src/sandbox/run.js";
import { Readable } from "node:stream";
import { node } from "../graph/models.js";
import { processesWith, runWithoutSandbox, sandboxed } from "../support/sandbox.js";
import { temporaryDirectories } from "../support/temporary.js";
import { someFiles } from "../support/text.js";
import { BIGRAM, byteModel, lookup } from "./byte-models.js";

const temporary = temporaryDirectories();
const heldOut = someFiles(2000);
const bytes = heldOut.reduce((sum, file) => sum + file.bytes.length, 0);
const requestFor = (model: Model, foreign: boolean) => ({ model: writeOnnx(model), heldOut, threads: 1, foreign });
const honest = requestFor(lookup(BIGRAM), true);
const digits = ({ secondsPerByte: _, ...rest }: Scored) => ({ ...rest, proof: { cuts: rest.proof.cuts } });

async function expected(): Promise<ReturnType<typeof digits>> {
  const { foreign: _, ...request } = honest;
  return digits((await scoreModel(request)) as Scored);
}

describe("scoring in a process of its own", () => {
  const agrees = async (foreign: boolean) => {
    const found = (await startScoring({ ...honest, foreign })) as Scored;
    expect(digits(found)).toEqual(await expected());
    expect(found.secondsPerByte).toBeGreaterThan(0);
    expect(found.secondsPerByte).toBeLessThan(0.01);
  };

  test("gives the scorer's digits", () => agrees(false));
  sandboxed("gives them for a foreign model [needs bwrap]", () => agrees(true));

  test("gives them without a sandbox too", async () => {
    const command = [process.execPath, "dist/evaluation/worker.js"];
    const outcome = await runPlain({
      command,
      input: encodeRequest(honest),
      limits: { wallSeconds: 30, outputBytes: 10_000 },
    });
    const { score } = JSON.parse(outcome.output) as { readonly score: Scored };
    expect(digits(score)).toEqual(await expected());
  });

  test("hands on what the scorer refuses, and what the caller got wrong", async () => {
    const broken = { ...honest, foreign: false, model: Buffer.from("no model") };
    expect(await startScoring(broken)).toMatchObject({ ok: false, code: "onnx-malformed" });
    await expect(startScoring({ ...honest, foreign: false, heldOut: [] })).rejects.toThrow(InputError);
    await expect(startScoring({ ...honest, foreign: false }, AbortSignal.abort())).rejects.toMatchObject({
      code: "interrupted",
    });
  });

  sandboxed("refuses foreign models where no sandbox works, and scores our own [needs bwrap]", async () => {
    const directory = temporary();
    writeFileSync(join(directory, "model.onnx"), honest.model);
    const script = `
      import { readFileSync } from "node:fs";
      import { startScoring } from "${process.cwd()}/dist/evaluation/scoring.js";
      const text = { path: "a", bytes: readFileSync("${process.cwd()}/package.json") };
      const request = { model: readFileSync("${directory}/model.onnx"), heldOut: [text], threads: 1 };
      for (const foreign of [true, false]) console.log(JSON.stringify(await startScoring({ ...request, foreign })));`;
    const { output } = await runWithoutSandbox(["--input-type=module", "-e", script], [directory]);
    const [foreign, own] = output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    expect(foreign).toMatchObject({ ok: false, code: "no-sandbox", reason: expect.stringContaining("namespace") });
    expect(own).toMatchObject({ ok: true, bitsPerByte: expect.any(Number) });
  });
});

const int64 = (...data: bigint[]): Tensor => ({ type: "int64", shape: [data.length], data: BigInt64Array.from(data) });
const ROW = node("Gather", ["bigram", "input_ids"], ["row"]);
const ADDED = [
  node("ReduceSum", ["huge"], ["sum"], { keepdims: attribute.int(0) }),
  node("Add", ["row", "sum"], ["logits"]),
];
const TERA = int64(2n ** 20n, 2n ** 20n);

/** A product of matrices again and again: a minute and more of computing. */
const products = Array.from({ length: 400 }, (_, i) => node("MatMul", [`m${i}`, "m0"], [`m${i + 1}`]));
const SLOW: Node[] = [
  node("Shape", ["input_ids"], ["sizes"]),
  node("ReduceMax", ["sizes"], ["most"], { keepdims: attribute.int(0) }),
  node("Cast", ["most"], ["scale"], { to: attribute.int(1) }),
  node("Expand", ["scale", "square"], ["m0"]),
  ...products,
  node("Mul", ["m400", "naught"], ["huge"]),
];

const WILD: readonly (readonly [string, Model, RegExp])[] = [
  [
    "allocates terabytes when loaded",
    byteModel([node("ConstantOfShape", ["tera"], ["huge"]), ROW, ...ADDED], { tera: TERA }),
    /run-failed|out-of-memory/,
  ],
  [
    "allocates terabytes when run",
    byteModel(
      [
        node("Cast", ["input_ids"], ["f"], { to: attribute.int(1) }),
        node("ReduceMax", ["f"], ["m"], { keepdims: attribute.int(0) }),
        node("Expand", ["m", "tera"], ["huge"]),
        ROW,
        ...ADDED,
      ],
      { tera: TERA },
    ),
    /run-failed|out-of-memory/,
  ],
  [
    "fills memory bit by bit",
    byteModel(
      [
        node("Cast", ["input_ids"], ["f"], { to: attribute.int(1) }),
        node("ReduceMax", ["f"], ["m"], { keepdims: attribute.int(0) }),
        node("Expand", ["m", "some"], ["huge"]),
        ROW,
        ...ADDED,
      ],
      { some: int64(2n ** 15n, 2n ** 15n) },
    ),
    /out-of-memory/,
  ],
  [
    "computes for ever",
    byteModel([...SLOW, ROW, ...ADDED], {
      square: int64(2048n, 2048n),
      naught: { type: "float32", shape: [], data: Float32Array.of(0) },
    }),
    /timed-out/,
  ],
];

describe("a foreign model that", () => {
  const limits = { ...scoringLimits(honest), wallSeconds: 4, memoryBytes: 2 ** 30 };

  sandboxed.each(WILD)("%s is refused in bounded time [needs bwrap]", async (_, model, code) => {
    const started = performance.now();
    const found = await scoreWithin(limits, requestFor(model, true));
    expect(found).toMatchObject({ ok: false, code: expect.stringMatching(code) });
    expect(performance.now() - started).toBeLessThan(6000);
    expect(processesWith("evaluation/worker.js")).toEqual([]);
  });

  test("has more nodes than any model needs is refused unrun, one with very many is scored", async () => {
    const chain = (length: number) => {
      const links = Array.from({ length }, (_, i) =>
        node("Neg", [i === 0 ? "row" : `n${i - 1}`], [i === length - 1 ? "logits" : `n${i}`]),
      );
      return requestFor(byteModel([ROW, ...links]), false);
    };
    expect(await scoreModel(chain(60_000))).toMatchObject({ code: "too-large", reason: /60001 nodes/ });
    expect(await startScoring({ ...chain(2000), heldOut: someFiles(200) })).toMatchObject({ ok: true });
  }, 120_000);
});

describe("an answer of the scoring process", () => {
  const good = {
    ok: true,
    bitsPerByte: 1,
    bytes,
    causal: true,
    parameters: 1,
    context: 1,
    windows: 1,
    secondsPerByte: 0,
  };
  const score = { ...good, proof: { cuts: 1, largestDifference: 0, detectableShare: 0 } };
  const say =
    (answer: unknown, foreign = true) =>
    () =>
      readAnswer(`noise\n${JSON.stringify(answer)}\n`, { ...honest, foreign });

  test("is taken for what it is where it makes sense", () => {
    expect(say({ kind: "score", score })()).toEqual(score);
    expect(say({ kind: "score", score: { ok: false, code: "a", reason: "b" } })()).toMatchObject({ code: "a" });
    expect(say({ kind: "failure", input: true, code: "a", message: "b" })).toThrow(InputError);
  });

  test.each([
    ["nothing", undefined],
    ["another kind", { kind: "shell", command: "rm" }],
    ["a score that is no number", { kind: "score", score: { ...score, bitsPerByte: "0" } }],
    ["a negative score", { kind: "score", score: { ...score, bitsPerByte: -1 } }],
    ["other text than was given", { kind: "score", score: { ...score, bytes: bytes - 1 } }],
    ["more than was asked", { kind: "score", score: { ...score, __proto__: null, more: 1 } }],
    ["a model that is not causal", { kind: "score", score: { ...score, causal: false } }],
  ])("is not believed: %s", (_, answer) => {
    expect(say(answer)()).toMatchObject({ ok: false, code: "scorer-crashed" });
    expect(say(answer, false)).toThrow(expect.objectContaining({ code: "child-crashed" }));
  });
});

describe("a scoring request", () => {
  test("survives its way through a pipe, in pieces of any size", async () => {
    const request = {
      model: Uint8Array.of(10, 0, 255),
      heldOut: [
        { path: "ä\n", bytes: Uint8Array.of(1) },
        { path: "b", bytes: new Uint8Array(0) },
      ],
      threads: 2,
      maxBytes: 7,
    };
    const whole = Buffer.concat(encodeRequest(request));
    for (const size of [1, 2, 7, 1000]) {
      const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) =>
        whole.subarray(i * size, (i + 1) * size),
      );
      const { heldOut: files, model, ...rest } = await decodeRequest(Readable.from(pieces));
      expect([...model]).toEqual([10, 0, 255]);
      expect(files.map((file) => [file.path, ...file.bytes])).toEqual([["ä\n", 1], ["b"]]);
      expect(rest).toEqual({ threads: 2, maxBytes: 7 });
    }
    await expect(decodeRequest(Readable.from([whole.subarray(0, 20)]))).rejects.toThrow(/too early/);
  });

  test("is given time and memory that grow with model and text", () => {
    const request = (foreign: boolean) => ({ model: new Uint8Array(1_000_000), heldOut, threads: 2, foreign });
    const { wallSeconds, cpuSeconds } = scoringLimits(request(true));
    expect(wallSeconds).toBeCloseTo(60 + bytes * 0.0013);
    expect(cpuSeconds).toBe(2 * wallSeconds);
    expect(scoringLimits(request(true)).memoryBytes).toBe(Math.min(availableMemory(), 2 ** 32 + 8e6 + 4 * bytes));
    expect(scoringLimits(request(false)).memoryBytes).toBe(availableMemory());
  });
});
