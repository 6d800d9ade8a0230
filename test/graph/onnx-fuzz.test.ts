import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { GraphError } from "../../src/errors.js";
import { elementCount, type Graph, type Model } from "../../src/graph/graph.js";
import { readOnnx } from "../../src/graph/read-onnx.js";
import { writeOnnx } from "../../src/graph/write-onnx.js";
import { damage, frugally, listOf, rolls } from "../support/fuzzing.js";
import { everything, mlp } from "./models.js";
import { randomModel } from "./random-model.js";
import { damageTree, parseTree, writeTree } from "./wire-tree.js";

/** Reads the file, or gives null where it is refused as it should be. Anything else fails the test. */
function readOrRefuse(file: Uint8Array): Model | null {
  const outcome = frugally(() => readOnnx(file));
  if ("value" in outcome) return consistent(outcome.value);
  const { error } = outcome;
  if (!(error instanceof GraphError)) throw error;
  // What breaks the format is at a byte; everything else has an owner with a name, or is about the model as a whole.
  expect(error.message).toMatch(/^.{10,500}$/);
  if (error.code !== "onnx-malformed" && error.code !== "unsupported") expect(error.place.node).toBeDefined();
  return null;
}

function consistent(model: Model): Model {
  checkTensors(model.graph);
  const written = writeOnnx(model);
  const again = readOnnx(written);
  expectSame(again, model);
  if (Buffer.compare(writeOnnx(again), written) !== 0) throw new Error("a model was written in two ways");
  return model;
}

/** Jest's comparison is slow, and worth its time only where it tells the difference. */
function expectSame(actual: Model | null, expected: Model): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
}

function checkTensors(graph: Graph): void {
  for (const [name, { shape, data }] of graph.initializers) {
    if (data.length !== elementCount(shape))
      throw new Error(`"${name}" [${shape.join()}] holds ${data.length} elements`);
  }
}

const seeds = [writeOnnx(mlp()), writeOnnx(everything), new Uint8Array(readFileSync("test/fixtures/torch-mlp.onnx"))];

/** How many of `count` files are refused. */
function refusals(count: number, make: (i: number) => Uint8Array): number {
  let refused = 0;
  for (let i = 0; i < count; i++) if (!readOrRefuse(make(i))) refused++;
  return refused;
}

describe("ONNX files by chance", () => {
  test("are read as they were written", () => {
    const roll = rolls("onnx", "valid");
    for (let i = 0; i < 500; i++) {
      const model = randomModel(roll);
      expectSame(readOrRefuse(writeOnnx(model)), model);
    }
  });

  test("are read or refused when cut off anywhere", () => {
    for (const file of seeds) {
      const refused = refusals(file.length, (size) => file.slice(0, size));
      // Some cuts fall between two fields of the outermost message.
      expect(refused).toBeGreaterThan(file.length - 40);
      expect(refused).toBeLessThan(file.length);
    }
  });

  test("are read or refused when bytes are damaged", () => {
    const roll = rolls("onnx", "bytes");
    const refused = refusals(4000, (i) => damage(seeds[i % seeds.length], roll));
    expect(refused).toBeGreaterThan(2000);
    expect(refused).toBeLessThan(3800);
  });

  test("are read or refused when fields are, with the lengths around them right", () => {
    const roll = rolls("onnx", "fields");
    const models = [...seeds, ...listOf(30, () => writeOnnx(randomModel(roll)))];
    const trees = models.map((file) => parseTree([...file])!);
    const refused = refusals(3000, (i) => {
      const tree = structuredClone(trees[i % trees.length]);
      for (let edits = 1 + roll(3); edits > 0; edits--) damageTree(tree, roll);
      return Uint8Array.from(writeTree(tree));
    });
    expect(refused).toBeGreaterThan(1500);
    expect(refused).toBeLessThan(2700);
  });
});
