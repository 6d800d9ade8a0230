import { describe, expect, test } from "@jest/globals";
import { generator } from "../../src/random.js";
import { readSafetensors, writeSafetensors } from "../../src/training/safetensors.js";

const tensors = new Map([
  ["a", { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-38, -0) }],
  ["b.weight", { shape: [], data: Float32Array.of(7) }],
  ["empty", { shape: [0, 4], data: new Float32Array() }],
]);

/** A file with the given header text and data. */
function file(header: string, data = new Uint8Array()): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const entry = (shape: unknown, offsets: unknown, dtype = "F32") =>
  JSON.stringify({ t: { dtype, shape, data_offsets: offsets } });

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
    ["another type", file(entry([1], [0, 2], "F16"), new Uint8Array(2)), /type F16/],
    ["a place outside the file", file(entry([2], [0, 8]), new Uint8Array(4)), /outside the file/],
    ["a place before its start", file(entry([1], [4, 0]), new Uint8Array(4)), /outside the file/],
    ["a shape that does not fit", file(entry([3], [0, 8]), new Uint8Array(8)), /has 8 bytes/],
    ["2^60 elements", file(entry([2 ** 30, 2 ** 30], [0, 4]), new Uint8Array(4)), /has 4 bytes/],
    ["a negative size", file(entry([-1], [0, 4]), new Uint8Array(4)), /no shape/],
    ["no place", file('{"t":null}'), /type undefined/],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes, "x.safetensors")).toThrow(message);
  });

  test("refuses or reads every damaged file, and never fails in another way", () => {
    const good = writeSafetensors({ tensors, metadata: { step: "3" } });
    const draw = generator("safetensors-fuzz");
    for (let i = 0; i < 3000; i++) {
      const bad = good.slice(0, draw.uint32(3 * i) % 4 === 0 ? draw.uint32(3 * i + 1) % good.length : good.length);
      if (bad.length > 0) bad[draw.uint32(3 * i + 1) % bad.length] = draw.uint32(3 * i + 2) % 256;
      try {
        readSafetensors(bad, "x");
      } catch (error) {
        expect(error).toMatchObject({ name: "InputError", code: "safetensors" });
      }
    }
  });
});
