import { describe, expect, test } from "@jest/globals";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { widenBfloat16, widenFloat16 } from "../../src/checkpoint/half-floats.js";
import { readSafetensors, writeSafetensors } from "../../src/checkpoint/safetensors.js";
import { temporaryDirectories } from "../support/temporary.js";

const PYTHON = "/usr/bin/python3";
const torch = spawnSync(PYTHON, ["-c", "import torch"]).status === 0;
const temporary = temporaryDirectories();

/** As bits: once ONNX Runtime has run in this process, subnormal numbers read as zero. */
const bits = ({ buffer }: Float32Array) => new Uint32Array(buffer);

describe("a half widened to float32", () => {
  test.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24],
    [0x83ff, -1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 1365 / 4096],
    [0x3c00, 1],
    [0xc200, -3],
    [0x7bff, 65504],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7c01, Number.NaN],
    [0xfe00, Number.NaN],
  ])("float16 %i is %d", (word, value) => {
    expect([...widenFloat16(Uint16Array.of(word))]).toEqual([value]);
  });

  test.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x0080, 2 ** -126],
    [0x3eab, 171 / 512],
    [0x3f80, 1],
    [0xc040, -3],
    [0x7f7f, 255 * 2 ** 120],
    [0x7f80, Infinity],
    [0xff80, -Infinity],
    [0x7f81, Number.NaN],
    [0xffc0, Number.NaN],
  ])("bfloat16 %i is %d", (word, value) => {
    expect([...widenBfloat16(Uint16Array.of(word))]).toEqual([value]);
  });

  test("keeps the bits of a NaN, and of what is subnormal in bfloat16", () => {
    expect(bits(widenFloat16(Uint16Array.of(0xfe2a)))).toEqual(Uint32Array.of(0xffc54000));
    const words = Uint16Array.of(0xffca, 0x7f81, 0x0001, 0x807f);
    expect(bits(widenBfloat16(words))).toEqual(Uint32Array.of(0xffca0000, 0x7f810000, 0x00010000, 0x807f0000));
  });

  (torch ? test : test.skip)(
    "is PyTorch's for all 65,536 of both kinds, and PyTorch reads our file [needs torch]",
    () => {
      const [ours, theirs] = ["ours.safetensors", "theirs.safetensors"].map((name) => join(temporary(), name));
      const data = Float32Array.of(1.5, -0, 3e38, 2 ** -126, 0.1, -7);
      const tensors = new Map([
        ["größe", { shape: [2, 3], data }],
        ["none", { shape: [0], data: new Float32Array() }],
        ["scalar", { shape: [], data: Float32Array.of(2) }],
      ]);
      writeFileSync(ours, writeSafetensors({ tensors, metadata: { step: "3" } }));
      const said = execFileSync(PYTHON, ["test/fixtures/torch_safetensors.py", ours, theirs], { encoding: "utf8" });
      const expected = [...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: [...tensor.data] }]);
      expect(JSON.parse(said)).toEqual({ step: "3", tensors: Object.fromEntries(expected) });
      const read = readSafetensors(readFileSync(theirs), theirs).tensors;
      for (const kind of ["float16", "bfloat16"]) {
        expect(read.get(kind)!.shape).toEqual([256, 256]);
        expect(read.get(kind)).toEqual(read.get(`${kind} widened`));
      }
    },
  );
});
