import { describe, expect, test } from "@jest/globals";
import { readSafetensors, writeSafetensors } from "../../src/checkpoint/safetensors.js";
import { frugally, LARGE } from "../support/fuzzing.js";
import { safetensorsFile as file } from "./safetensors-file.js";

const tensors = new Map([
  ["a", { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-38, -0) }],
  ["b.weight", { shape: [], data: Float32Array.of(7) }],
  ["empty", { shape: [0, 4], data: new Float32Array() }],
]);

const entry = (shape: unknown, offsets: unknown, dtype = "F32") =>
  JSON.stringify({ t: { dtype, shape, data_offsets: offsets } });

const tensor = (offsets: readonly number[]) => JSON.stringify({ dtype: "F32", shape: [1], data_offsets: offsets });
const pair = (a: readonly number[], b: readonly number[], second = "b") =>
  `{"a":${tensor(a)},"${second}":${tensor(b)}}`;

/** Tensors that would take as much memory each as the whole file. */
const overlaps = (count: number) => {
  const whole = { dtype: "F32", shape: [2 ** 14], data_offsets: [0, 2 ** 16] };
  return JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`t${i}`, whole])));
};

describe("safetensors", () => {
  test("reads back what it wrote, bit for bit", () => {
    const file_ = Buffer.concat([Buffer.from("x"), writeSafetensors({ tensors, metadata: { step: "3" } })]).subarray(1);
    const read = readSafetensors(file_, "x"); // as readFile gives it: unaligned, within a larger buffer
    expect(read.tensors).toEqual(tensors);
    expect(Object.is(read.tensors.get("a")!.data[5], -0)).toBe(true);
    expect(read.metadata).toEqual({ step: "3" });
  });

  test("is laid out as the format says: length, JSON padded to 8 bytes, data", () => {
    const bytes = writeSafetensors({ tensors, metadata: {} });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, unknown>;
    expect(header["b.weight"]).toEqual({ dtype: "F32", shape: [], data_offsets: [24, 28] });
    expect(new DataView(bytes.buffer, 8 + length).getFloat32(24, true)).toBe(7);
  });

  test.each([
    ["empty", new Uint8Array(), /shorter than its header/],
    ["a header that lies about its length", Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127, 123, 125), /claims/],
    ["no JSON", file("{"), /not JSON/],
    ["JSON of another kind", file("[1]"), /not an object/],
    ["a byte-order mark", file("\uFEFF{}"), /not JSON/],
    ["a place outside the file", file(entry([2], [0, 8]), 4), /outside the file/],
    ["a place before its start", file(entry([1], [4, 0]), 4), /outside the file/],
    ["a shape that does not fit", file(entry([3], [0, 8]), 8), /shape \[3\] has 8 bytes/],
    ["2^60 elements", file(entry([2 ** 30, 2 ** 30], [0, 4]), 4), /impossible shape/],
    ["2^80 elements and none", file(entry([2 ** 40, 2 ** 40, 0], [0, 0])), /impossible shape/],
    ["a thousand sizes", file(entry(Array(1000).fill(1), [0, 4]), 4), /impossible shape/],
    ["a negative size", file(entry([-1], [0, 4]), 4), /whole numbers/],
    ["a size of -0", file('{"t":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}'), /whole numbers/],
    ["a size of a half", file(entry([0.5], [0, 2]), 2), /whole numbers/],
    ["no tensor", file('{"t":null}'), /"t" has no type/],
    ["a type that is no text", file('{"t":{"dtype":{"toString":1,"valueOf":1}}}'), /"t" has no type/],
    ["double precision", file(entry([1], [0, 8], "F64"), 8), /"t" has type "F64"; convert it to F32, F16 or BF16/],
    ["a type with the name of a method", file(entry([1], [0, 4], "toString"), 4), /has type "toString"/],
    ["metadata of numbers", file('{"__metadata__":{"step":3}}'), /metadata is not text/],
    ["a list of metadata", file('{"__metadata__":["3"]}'), /metadata is not text/],
    ["bytes after the last tensor", file(entry([1], [0, 4]), 5), /1 bytes follow/],
    ["a hole before the first", file(entry([1], [4, 8]), 8), /starts at byte 4 .* byte 0 is/],
    ["a hole between two", file(pair([0, 4], [8, 12]), 12), /"b" starts at byte 8 .* byte 4 is/],
    ["an overlap", file(pair([0, 4], [2, 6]), 6), /"b" starts at byte 2 .* byte 4 is/],
    ["two tensors in one place", file(pair([0, 4], [0, 4]), 4), /starts at byte 0 .* byte 4 is/],
    ["a tensor twice", file(pair([4, 8], [0, 4], "a"), 8), /the key "a" twice/],
    ["a tensor twice, once in disguise", file(pair([4, 8], [0, 4], "\\u0061"), 8), /the key "a" twice/],
    ["a shape twice", file('{"t":{"dtype":"F32","shape":[1],"shape" :[],"data_offsets":[0,4]}}', 4), /"shape" twice/],
    ["lists in lists", file(`{"t":{"dtype":${"[".repeat(1e5)}${"]".repeat(1e5)}}}`), /nests deeper/],
    ["a long name, in short", file(`{"${"n".repeat(1e6)}":0}`), /"n{120}…" has no type$/],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes, "x.safetensors")).toThrow(message);
  });

  test.each([
    ["ten thousand tensors in the same place", file(overlaps(10_000), 2 ** 16), /starts at byte 0/],
    ["a million keys", file(`{${Array.from({ length: 1e6 }, (_, i) => `"${i}":0`).join()}}`), /more than 524288 parts/],
    ["five million sizes", file(`{"t":{"shape":[${"1,".repeat(5e6)}1]}}`), /more than 524288 parts/],
  ])("refuses %s before they take time or memory", (_, bytes, message) => {
    expect(frugally(() => readSafetensors(bytes, "x"), LARGE)).toEqual({
      error: expect.objectContaining({ name: "InputError", message: expect.stringMatching(message) }),
    });
  });

  test("reads what others write: a header of any length and order, empty tensors anywhere, further keys", () => {
    const empty = '{"dtype":"F16","shape":[0,3],"data_offsets":[4,4]}';
    const header = `{"e":${empty},"b":{"data_offsets":[4,8],"shape":[1],"dtype":"F32","note":1},  "a":${tensor([0, 4])}}`;
    const read = readSafetensors(file(header, Uint8Array.of(0, 0, 128, 63, 0, 0, 0, 64)), "x");
    expect([...read.tensors].map(([name, { shape, data }]) => [name, shape, [...data]])).toEqual([
      ["e", [0, 3], []],
      ["b", [1], [2]],
      ["a", [1], [1]],
    ]);
    expect(read.metadata).toEqual({});
  });

  test("reads half-precision tensors widened to float32, wherever they lie", () => {
    const header = `{"h":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"BF16","shape":[1,1],"data_offsets":[2,4]}}`;
    const read = readSafetensors(file(header, Uint8Array.of(0, 0xc2, 0x40, 0xc0)), "x");
    expect(read.tensors.get("h")).toEqual({ shape: [1], data: Float32Array.of(-3) });
    expect(read.tensors.get("b")).toEqual({ shape: [1, 1], data: Float32Array.of(-3) });
  });

  test("knows no name that is special to JavaScript, and refuses to write the one that is to the format", () => {
    const odd = new Map(["__proto__", "constructor", "10", "2"].map((name) => [name, tensors.get("a")!]));
    const metadata = Object.fromEntries([["__proto__", "x"]]);
    const read = readSafetensors(writeSafetensors({ tensors: odd, metadata }), "x");
    expect(new Set(read.tensors.keys())).toEqual(new Set(odd.keys()));
    expect(Object.entries(read.metadata)).toEqual([["__proto__", "x"]]);
    const reserved = new Map([["__metadata__", tensors.get("a")!]]);
    expect(() => writeSafetensors({ tensors: reserved, metadata: {} })).toThrow(/no tensor can be called/);
  });
});
