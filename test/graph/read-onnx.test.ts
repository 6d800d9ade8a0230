import { describe, expect, test } from "@jest/globals";
import { readOnnx } from "../../src/graph/read-onnx.js";
import { writeOnnx } from "../../src/graph/write-onnx.js";
import { frugally, LARGE } from "../support/fuzzing.js";
import { floats, mlp, modelOf, node } from "./models.js";
import { refusal } from "./refusal.js";
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

const nested = (depth: number): number[] =>
  depth === 0
    ? []
    : block(1, text(3, "n"), text(4, "Op"), block(5, text(1, "body"), number(20, 5n), block(6, nested(depth - 1))));

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
    ["a type of no meaning", initializer([1n], -1, block(9, [0, 0, 0, 0])), "unsupported-type"],
    ["2^80 elements and none", initializer([2n ** 40n, 2n ** 40n, 0n], 1), "bad-shape"],
    ["raw data twice", initializer([1n], 1, block(9, [0, 0, 0, 0]), block(9, [0, 0, 0, 0])), "bad-tensor"],
    ["a segment of a tensor", initializer([1n], 1, block(3), block(9, [0, 0, 0, 0])), "bad-tensor"],
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
    [
      "an input that is a tensor and a sequence",
      graphFile(block(11, text(1, "x"), block(2, block(1, number(1, 1n), block(2)), block(4)))),
      "duplicate-name",
    ],
    ["an input without a name", graphFile(block(11, block(2, block(1, number(1, 1n), block(2))))), "duplicate-name"],
    ["two graphs", Uint8Array.from([...block(7), ...block(7)]), "duplicate-name"],
    ["functions", Uint8Array.from([...block(7), ...block(25)]), "unsupported"],
    ["sparse initializers", graphFile(block(15)), "unsupported"],
    ["graphs inside graphs without end", graphFile(nested(300)), "unsupported"],
    [
      "an attribute of unknown type",
      graphFile(block(1, text(3, "n"), text(4, "Op"), block(5, text(1, "a"), number(20, 13n)))),
      "unsupported",
    ],
    ["a node without an operator", graphFile(block(1, text(3, "n"))), "onnx-malformed"],
    [
      "an integer attribute with a text",
      graphFile(block(1, text(4, "Op"), block(5, text(1, "a"), number(20, 2n), text(4, "x"), number(3, 1n)))),
      "onnx-malformed",
    ],
    [
      "an attribute of two tensors",
      graphFile(block(1, text(4, "Op"), block(5, text(1, "a"), number(20, 4n), block(5), block(5)))),
      "onnx-malformed",
    ],
    [
      "an attribute that refers to a function's",
      graphFile(block(1, text(4, "Op"), block(5, text(1, "a"), number(20, 2n), text(21, "b")))),
      "unsupported",
    ],
    [
      "an attribute twice",
      graphFile(block(1, text(4, "Op"), ...[1n, 2n].map((i) => block(5, text(1, "a"), number(20, 2n), number(3, i))))),
      "duplicate-name",
    ],
    [
      "an integer beyond 2^53",
      graphFile(block(1, text(4, "Op"), block(5, text(1, "a"), number(20, 2n), number(3, 2n ** 60n)))),
      "onnx-malformed",
    ],
  ])("%s is refused", (_, file, code) => {
    expect(refusal(() => readOnnx(file)).code).toBe(code);
  });

  test.each([
    [
      "a length beyond the file",
      Uint8Array.of(0x3a, 0xff, 0x01, 0),
      "at byte 1 field 7 claims 255 bytes where 1 are left",
    ],
    ["a length beyond its message", graphFile([0x12, 0x05, 0x61]), "at byte 3 field 2 claims 5 bytes where 1 are left"],
    ["a length of 2^63", Uint8Array.of(0x3a, ...varint(2n ** 63n), 0), "field 7 claims 9223372036854776000 bytes"],
    ["a length of -1", Uint8Array.of(0x3a, ...varint(2n ** 64n - 1n), 0), "field 7 claims 18446744073709552000 bytes"],
    ["a number cut off", Uint8Array.of(0x08, 0x80), "at byte 1 a number is cut off"],
    ["a number of eleven bytes", Uint8Array.of(0x08, ...Array<number>(10).fill(0x80), 1), "more than 64 bits"],
    ["a number of 65 bits", Uint8Array.of(0x08, ...Array<number>(9).fill(0xff), 2), "more than 64 bits"],
    ["field number zero", Uint8Array.of(0x00, 0x00), "at byte 0 field number 0 is out of range"],
    ["field number 2^29", Uint8Array.from([...varint(2n ** 32n), 0]), "field number 536870912 is out of range"],
    ["a group", Uint8Array.of(0x0b, 0x0c), "wire type 3 of field 1 is not known"],
    ["a wire type of no meaning", Uint8Array.of(0x0e), "wire type 6 of field 1 is not known"],
    ["the wrong wire type", Uint8Array.from(number(7, 1n)), "field 7 has wire type 0 where 2 belongs"],
    ["a name that is not UTF-8", graphFile(block(2, [0xff])), "at byte 4 field 2 is not valid UTF-8"],
    ["half a float", initializer([1n], 1, block(4, [0, 0])), "field 4 holds a broken number of 4-byte elements"],
    ["no graph", new Uint8Array(0), "it has no graph"],
  ])("%s is no ONNX file", (_, file, message) => {
    expect(refusal(() => readOnnx(file)).code).toBe("onnx-malformed");
    expect(() => readOnnx(file)).toThrow(message);
  });

  test("graphs nested as deep as exporters go are read", () => {
    expect(() => readOnnx(graphFile(nested(6)))).not.toThrow();
  });

  test("unknown fields are skipped", () => {
    const known = writeOnnx(mlp());
    const file = Uint8Array.from([...number(99, 7n), ...text(100, "future"), ...fixed32(101, 1), ...known]);
    expect(readOnnx(file)).toEqual(mlp());
  });

  test("a hostile name is told in one short line", () => {
    const name = `\u001b[2J\n${"n".repeat(1e6)}`;
    const file = writeOnnx(modelOf({ nodes: [node("Neg", ["x"], [name])] }));
    expect(() => readOnnx(file)).toThrow(/^node "Neg_\\u001b\[2J\\nn{50,120}…" \("Neg"\) reads "x", which no .{1,80}$/);
  });

  const many = 2 ** 20 + 1;
  const operator = text(4, "Op");
  const wrapped = (body: Uint8Array, ...fields: number[]) =>
    fields.reduce<Uint8Array>((inner, field) => {
      const prefix = [...varint(BigInt(field * 8 + 2)), ...varint(BigInt(inner.length))];
      return Buffer.concat([Uint8Array.from(prefix), inner]);
    }, body);
  const list = (kind: bigint, field: number, bytes: number[]) =>
    graphFile(block(1, operator, block(5, text(1, "a"), number(20, kind), block(field, bytes))));

  test.each([
    ["fields", Uint8Array.from({ length: 2 * many }, (_, i) => (i % 2 === 0 ? 0x20 : 0)), "unsupported"],
    ["integers in an attribute", list(7n, 8, Array<number>(many).fill(1)), "unsupported"],
    ["floats in an attribute", list(6n, 7, Array<number>(4 * many).fill(0)), "unsupported"],
    [
      "pieces of data",
      initializer(
        [0n],
        1,
        Array.from({ length: 2 * many }, (_, i) => (i % 2 === 0 ? 34 : 0)),
      ),
      "unsupported",
    ],
    ["sizes, times forty,", wrapped(new Uint8Array(40 * many).fill(1), 1, 5, 7), "unsupported-type"],
  ])("a million %s are refused before they take time or memory", (_, file, code) => {
    const outcome = frugally(() => refusal(() => readOnnx(file)), LARGE);
    expect(outcome).toMatchObject({ value: { code } });
  });
});
