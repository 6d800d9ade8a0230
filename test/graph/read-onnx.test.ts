import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { GraphError } from "../../src/errors.js";
import { readOnnx } from "../../src/graph/read-onnx.js";
import { writeOnnx } from "../../src/graph/write-onnx.js";
import { everything, floats, mlp, modelOf, node } from "./models.js";
import { block, fixed32, graphFile, initializer, number, text, varint } from "./wire.js";

const tensorOf = (file: Uint8Array) => readOnnx(file).graph.initializers.get("w");

describe("tensors in typed fields", () => {
  test("int64 elements are read packed, one by one, and mixed", () => {
    const expected = { type: "int64", shape: [3], data: BigInt64Array.of(-1n, 300n, 2n ** 62n) };
    const elements = [-1n, 300n, 2n ** 62n];
    const packed = elements.flatMap((each) => varint(BigInt.asUintN(64, each)));
    expect(tensorOf(initializer([3n], 7, block(7, packed)))).toEqual(expected);
    expect(tensorOf(initializer([3n], 7, ...elements.map((each) => number(7, each))))).toEqual(expected);
    expect(tensorOf(initializer([3n], 7, number(7, -1n), block(7, packed.slice(10))))).toEqual(expected);
  });

  test("floats are read packed and one by one, other types through int32_data and double_data", () => {
    const packed = [...new Uint8Array(Float32Array.of(1, -2).buffer)];
    expect(tensorOf(initializer([2n], 1, block(4, packed)))).toEqual(floats([2], [1, -2]));
    expect(tensorOf(initializer([2n], 1, fixed32(4, 1), fixed32(4, -2)))).toEqual(floats([2], [1, -2]));
    const double = [...new Uint8Array(Float64Array.of(0.1).buffer)];
    expect(tensorOf(initializer([1n], 11, block(10, double)))?.data).toEqual(Float64Array.of(0.1));
    expect(tensorOf(initializer([2n], 6, number(5, -5n), number(5, 5n)))?.data).toEqual(Int32Array.of(-5, 5));
    expect(tensorOf(initializer([2n], 9, number(5, 1n), number(5, 0n)))?.data).toEqual(Uint8Array.of(1, 0));
    expect(tensorOf(initializer([1n], 2, number(5, 200n)))?.data).toEqual(Uint8Array.of(200));
  });

  test("dims may come packed, and after the data", () => {
    const file = graphFile(block(5, block(9, [1, 0, 0, 0, 2, 0, 0, 0]), block(1, [2, 1]), number(2, 6n), text(8, "w")));
    expect(tensorOf(file)).toEqual({ type: "int32", shape: [2, 1], data: Int32Array.of(1, 2) });
  });
});

function refusal(read: () => unknown): { readonly code: string; readonly node: string | undefined } {
  try {
    read();
  } catch (error) {
    if (error instanceof GraphError) return { code: error.code, node: error.place.node };
    throw error;
  }
  throw new Error("was not refused");
}

const nested = (depth: number): number[] =>
  depth === 0 ? [] : block(1, text(3, "n"), block(5, text(1, "body"), number(20, 5n), block(6, nested(depth - 1))));

const value = (...dims: number[][]) => block(11, text(1, "x"), block(2, block(1, number(1, 1n), block(2, ...dims))));
const float = (...data: number[][]) => block(5, text(8, "w"), number(1, 1n), number(2, 1n), ...data);

describe("hostile files", () => {
  test.each([
    ["a tensor of 2^53 - 1 elements", initializer([2n ** 53n - 1n], 1, block(9, [])), "bad-tensor"],
    ["sizes whose product overflows", initializer([2n ** 40n, 2n ** 40n], 1), "bad-shape"],
    ["a thousand sizes", initializer(Array<bigint>(1000).fill(1n), 1, block(9, [0, 0, 0, 0])), "bad-shape"],
    ["a tensor larger than the file", initializer([2n ** 33n], 1, block(9, [0, 0, 0, 0])), "bad-tensor"],
    ["a negative size", initializer([-1n], 1, block(9, [0, 0, 0, 0])), "bad-shape"],
    ["too few raw bytes", initializer([2n], 1, block(9, [0, 0, 0, 0])), "bad-tensor"],
    ["no data at all", initializer([2n], 1), "bad-tensor"],
    ["too many elements", initializer([1n], 7, number(7, 1n), number(7, 2n)), "bad-tensor"],
    ["too few elements", initializer([3n], 1, block(4, [0, 0, 0, 0, 0, 0, 0, 0])), "bad-tensor"],
    ["an element out of range", initializer([1n], 6, number(5, 2n ** 40n)), "bad-tensor"],
    ["a bool of 2", initializer([1n], 9, block(9, [2])), "bad-tensor"],
    ["data of two kinds", initializer([1n], 1, block(9, [0, 0, 0, 0]), fixed32(4, 1)), "bad-tensor"],
    ["data in the wrong field", initializer([1n], 1, number(7, 1n)), "bad-tensor"],
    ["strings", initializer([1n], 8, text(6, "a")), "unsupported-type"],
    ["float16", initializer([1n], 10, block(9, [0, 0])), "unsupported-type"],
    ["external data", initializer([1n], 1, block(13, text(1, "location"), text(2, "../secret"))), "external-data"],
    ["external data by location only", initializer([1n], 1, number(14, 1n), block(9, [0, 0, 0, 0])), "external-data"],
    ["the same initializer twice", graphFile(float(fixed32(4, 1)), float(fixed32(4, 2))), "duplicate-name"],
  ])("%s is refused, naming the tensor", (_, file, code) => {
    expect(refusal(() => readOnnx(file))).toEqual({ code, node: "w" });
  });

  test.each([
    ["a negative size of an input", graphFile(value(block(1, number(1, -3n)))), "bad-shape"],
    [
      "an input without a shape",
      graphFile(block(11, text(1, "x"), block(2, block(1, number(1, 1n))))),
      "unsupported-type",
    ],
    [
      "an input of two shapes",
      graphFile(block(11, text(1, "x"), block(2, block(1, number(1, 1n), block(2), block(2))))),
      "duplicate-name",
    ],
    ["a length beyond the file", Uint8Array.of(0x3a, 0xff, 0x01, 0x00), "onnx-malformed"],
    ["a length beyond its message", graphFile([0x12, 0x05, 0x61]), "onnx-malformed"],
    ["a number cut off", Uint8Array.of(0x08, 0x80), "onnx-malformed"],
    ["a number of eleven bytes", Uint8Array.of(0x08, ...Array<number>(10).fill(0x80), 1), "onnx-malformed"],
    ["a number of 65 bits", Uint8Array.of(0x08, ...Array<number>(9).fill(0xff), 2), "onnx-malformed"],
    ["field number zero", Uint8Array.of(0x00, 0x00), "onnx-malformed"],
    ["a group", Uint8Array.of(0x0b, 0x0c), "onnx-malformed"],
    ["the wrong wire type", Uint8Array.from(number(7, 1n)), "onnx-malformed"],
    ["a name that is not UTF-8", graphFile(block(2, [0xff])), "onnx-malformed"],
    ["two graphs", Uint8Array.from([...block(7), ...block(7)]), "duplicate-name"],
    ["no graph", new Uint8Array(0), "onnx-malformed"],
    ["functions", Uint8Array.from([...block(7), ...block(25)]), "unsupported"],
    ["sparse initializers", graphFile(block(15)), "unsupported"],
    ["graphs inside graphs without end", graphFile(nested(300)), "unsupported"],
    [
      "an attribute of unknown type",
      graphFile(block(1, text(3, "n"), block(5, text(1, "a"), number(20, 13n)))),
      "unsupported",
    ],
    [
      "an attribute twice",
      graphFile(block(1, ...[1n, 2n].map((i) => block(5, text(1, "a"), number(20, 2n), number(3, i))))),
      "duplicate-name",
    ],
    [
      "an integer beyond 2^53",
      graphFile(block(1, block(5, text(1, "a"), number(20, 2n), number(3, 2n ** 60n)))),
      "onnx-malformed",
    ],
  ])("%s is refused", (_, file, code) => {
    expect(refusal(() => readOnnx(file)).code).toBe(code);
  });

  test("graphs nested as deep as exporters go are read", () => {
    expect(() => readOnnx(graphFile(nested(6)))).not.toThrow();
  });

  test("unknown fields are skipped", () => {
    const known = writeOnnx(mlp());
    const file = Uint8Array.from([...number(99, 7n), ...text(100, "future"), ...fixed32(101, 1), ...known]);
    expect(readOnnx(file)).toEqual(mlp());
  });

  test.each([
    ["a cycle", [node("Neg", ["b"], ["a"]), node("Neg", ["a"], ["b"])], "undefined-value", "Neg_a"],
    ["nodes out of order", [node("Neg", ["a"], ["b"]), node("Neg", ["x"], ["a"])], "undefined-value", "Neg_b"],
    ["a node that reads itself", [node("Neg", ["a"], ["a"])], "undefined-value", "Neg_a"],
    ["one name made twice", [node("Neg", ["x"], ["a"]), node("Abs", ["x"], ["a"])], "duplicate-name", "Abs_a"],
    ["a node that overwrites an input", [node("Neg", ["x"], ["x"])], "duplicate-name", "Neg_x"],
  ])("%s is refused, naming the node", (_, nodes, code, name) => {
    const inputs = [{ name: "x", type: "float32" as const, shape: [1] }];
    expect(refusal(() => readOnnx(writeOnnx(modelOf({ inputs, nodes }))))).toEqual({ code, node: name });
  });

  test("an output that nothing makes is refused", () => {
    const outputs = [{ name: "y", type: "float32" as const, shape: [1] }];
    expect(refusal(() => readOnnx(writeOnnx(modelOf({ outputs }))))).toEqual({ code: "undefined-value", node: "y" });
  });

  test("thousands of mutated files are read or refused, and quickly", () => {
    const seeds = [writeOnnx(mlp()), writeOnnx(everything), readFileSync("test/fixtures/torch-mlp.onnx")];
    let state = 12345;
    const random = (below: number) => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % below;
    let refused = 0;
    const started = performance.now();
    for (let round = 0; round < 9000; round++) {
      const file = mutate(seeds[round % seeds.length], random);
      try {
        readOnnx(file);
      } catch (error) {
        if (!(error instanceof GraphError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(3000);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

function mutate(seed: Uint8Array, random: (below: number) => number): Uint8Array {
  const file = seed.slice(0, random(3) === 0 ? random(seed.length) : seed.length);
  for (let edits = 1 + random(4); edits > 0 && file.length > 0; edits--) {
    const at = (random(2 ** 16) * 65536 + random(2 ** 16)) % file.length;
    const kind = random(3);
    if (kind === 0) file[at] = random(256);
    else if (kind === 1) file[at] = file[at] ^ (1 << random(8));
    else file.copyWithin(at, random(file.length), Math.min(file.length, at + random(20)));
  }
  return file;
}
