import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import * as ort from "onnxruntime-node";
import { readOnnx } from "../../src/graph/read-onnx.js";
import { writeOnnx } from "../../src/graph/write-onnx.js";
import { createSession } from "../../src/runtime/session.js";
import { everything, floats, mlp, modelOf } from "./models.js";

const fixture = (name: string) => new Uint8Array(readFileSync(join(process.cwd(), "test/fixtures", name)));

describe("writing and reading", () => {
  test("gives back every element type, attribute kind and size", () => {
    expect(readOnnx(writeOnnx(everything))).toEqual(everything);
    expect(readOnnx(writeOnnx(mlp()))).toEqual(mlp());
  });

  test("reads from the middle of a larger buffer", () => {
    const bytes = writeOnnx(mlp());
    const padded = new Uint8Array(bytes.length + 9);
    padded.set(bytes, 5);
    expect(readOnnx(padded.subarray(5, 5 + bytes.length))).toEqual(mlp());
  });

  test("ONNX Runtime computes what the graph says", async () => {
    const session = await createSession(writeOnnx(mlp()), { threads: 1 });
    const { y } = await session.run({ x: floats([1, 2], [2, -1]) });
    const expected = [0.75, -5, 4.125].map((value, i) => Math.tanh(value) + i + 1);
    for (const [i, value] of [...y.data].entries()) expect(Number(value)).toBeCloseTo(expected[i], 6);
    await session.close();
  });

  test("a model of 100 MB takes about its own size in time and memory", () => {
    const data = new Float32Array(25_000_000).fill(1);
    const big = modelOf({ initializers: new Map([["w", { type: "float32", shape: [25_000_000], data }]]) });
    const started = performance.now();
    const { graph } = readOnnx(writeOnnx(big));
    expect(graph.initializers.get("w")!.data.length).toBe(25_000_000);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

describe("files by other writers", () => {
  test("a model exported by PyTorch computes PyTorch's numbers, read and written again", async () => {
    const model = readOnnx(fixture("torch-mlp.onnx"));
    expect(model.graph.inputs).toEqual([{ name: "x", type: "float32", shape: ["batch", 5] }]);
    expect(model.graph.nodes.map((each) => each.opType)).toEqual(["Gemm", "Tanh", "Gemm"]);
    const numbers: { x: number[][]; y: number[][] } = JSON.parse(new TextDecoder().decode(fixture("torch-mlp.json")));
    const session = await createSession(writeOnnx(model), { threads: 1 });
    const { y } = await session.run({ x: floats([4, 5], numbers.x.flat()) });
    for (const [i, value] of numbers.y.flat().entries()) expect(Number(y.data[i])).toBeCloseTo(value, 6);
    await session.close();
  });

  test("a model that ONNX Runtime optimised and saved computes the same", async () => {
    const folder = await mkdtemp(join(tmpdir(), "axon-"));
    const path = join(folder, "optimised.onnx");
    const original = await ort.InferenceSession.create(writeOnnx(mlp()), {
      optimizedModelFilePath: path,
      graphOptimizationLevel: "extended",
    });
    const model = readOnnx(new Uint8Array(await readFile(path)));
    const again = await ort.InferenceSession.create(writeOnnx(model));
    const x = new ort.Tensor("float32", Float32Array.of(1, 2, 3, 4), [2, 2]);
    const [a, b] = [await original.run({ x }), await again.run({ x })];
    expect(b.y.data).toEqual(a.y.data);
    await rm(folder, { recursive: true });
  });
});
