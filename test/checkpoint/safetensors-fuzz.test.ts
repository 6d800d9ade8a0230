import { describe, expect, test } from "@jest/globals";
import { InputError } from "../../src/errors.js";
import { elementCount } from "../../src/graph/graph.js";
import {
  readSafetensors,
  writeSafetensors,
  type NamedTensor,
  type Safetensors,
} from "../../src/checkpoint/safetensors.js";
import { damage, frugally, HOSTILE, listOf, pick, rolls, type Roll } from "../support/fuzzing.js";
import { safetensorsFile } from "./safetensors-file.js";

const BYTES: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2 };

/** Reads the file, or gives null where it is refused as it should be. Anything else fails the test. */
function readOrRefuse(file: Uint8Array): Safetensors | null {
  const outcome = frugally(() => readSafetensors(file, "some/model.safetensors"));
  if ("value" in outcome) return consistent(outcome.value, file);
  const { error } = outcome;
  if (!(error instanceof InputError)) throw error;
  expect(error).toMatchObject({ code: "safetensors", place: { file: "some/model.safetensors" } });
  expect(error.message).toMatch(/^some\/model\.safetensors is no usable safetensors file: .{5,400}$/);
  return null;
}

function consistent(read: Safetensors, file: Uint8Array): Safetensors {
  let elements = 0;
  for (const { shape, data } of read.tensors.values()) {
    if (data.length !== elementCount(shape)) throw new Error(`[${shape.join()}] holds ${data.length} elements`);
    elements += data.length;
  }
  if (elements * 2 > file.length) throw new Error(`${elements} elements out of ${file.length} bytes`);
  expect(readSafetensors(writeSafetensors(read), "again")).toEqual(read);
  return read;
}

const LETTERS = ["a", "b.", "wte", "ß", "名", "🙂", "\u0000", '"', "\\", "\n", "1", "__proto__", "constructor", " "];

const word = (roll: Roll): string => listOf(1 + roll(3), () => pick(roll, LETTERS)).join("");

/** Any 32 bits but those of a NaN, which no number equals. */
const float = (roll: Roll): number => {
  const [value] = new Float32Array(Uint32Array.of(roll(2 ** 32)).buffer);
  return Number.isNaN(value) ? 0 : value;
};

function randomTensors(roll: Roll): Safetensors {
  const tensors = new Map<string, NamedTensor>();
  for (let left = roll(6); left > 0; left--) {
    const shape = listOf(roll(4), () => roll(4));
    tensors.set(word(roll), { shape, data: Float32Array.from(listOf(elementCount(shape), () => float(roll))) });
  }
  return { tensors, metadata: Object.fromEntries(listOf(roll(3), () => [word(roll), word(roll)])) };
}

interface Entry {
  dtype: string;
  shape: unknown[];
  data_offsets: unknown[];
  [further: string]: unknown;
}

/** Entries that fill `size` bytes one after another. */
function randomEntries(roll: Roll): { readonly entries: [string, Entry][]; readonly size: number } {
  let size = 0;
  const entries = listOf(1 + roll(4), (i): [string, Entry] => {
    const dtype = pick(roll, Object.keys(BYTES));
    const shape = listOf(roll(3), () => 1 + roll(3));
    const begin = size;
    size += elementCount(shape) * BYTES[dtype];
    return [`t${i}`, { dtype, shape, data_offsets: [begin, size] }];
  });
  return { entries, size };
}

/** Numbers that cannot stand in a header in the place of a small size; 1e400 is infinite to JavaScript. */
const WRONG = [
  "-1",
  "0.5",
  "-0",
  "1e400",
  "null",
  '"1"',
  "[]",
  "{}",
  "true",
  ...HOSTILE.filter((value) => value > 1000n).map(String),
];

/** Each makes a correct header incorrect, whatever the entry. */
const BREAKS: readonly ((entry: Entry, roll: Roll) => void)[] = [
  (entry, roll) => (entry.shape[roll(entry.shape.length + 1)] = `#${pick(roll, WRONG)}#`),
  (entry, roll) => (entry.data_offsets[roll(2)] = `#${pick(roll, WRONG)}#`),
  (entry, roll) => (entry.data_offsets[roll(2)] = 1 + roll(2) + Number(entry.data_offsets[1])),
  (entry) => (entry.data_offsets = entry.data_offsets.toReversed()),
  (entry) => (entry.data_offsets = entry.data_offsets.map((offset) => Number(offset) + 1)),
  (entry) => (entry.data_offsets = entry.data_offsets.map((offset) => Math.max(0, Number(offset) - 1))),
  (entry) => entry.data_offsets.push(0),
  (entry) => entry.shape.push(2),
  (entry) => entry.shape.push(0),
  (entry, roll) => (entry.dtype = pick(roll, ["F64", "I32", "BOOL", "f32", "", "__proto__", "toString"])),
  (entry, roll) => (entry[pick(roll, ["dtype", "shape", "data_offsets"])] = pick(roll, [null, 1, {}, [[]], "F32 "])),
  (entry, roll) => delete entry[pick(roll, ["dtype", "shape", "data_offsets"])],
];

const headerText = (entries: readonly [string, Entry][]) =>
  JSON.stringify(Object.fromEntries(entries)).replaceAll(/"#(.*?)#"/g, (_, raw: string) => raw.replaceAll("\\", ""));

describe("safetensors files by chance", () => {
  test("are read as they were written", () => {
    const roll = rolls("safetensors", "valid");
    for (let i = 0; i < 1000; i++) {
      const some = randomTensors(roll);
      expect(readOrRefuse(writeSafetensors(some))).toEqual(some);
    }
  });

  test("are refused when cut off anywhere or longer than they say", () => {
    const roll = rolls("safetensors", "cut");
    for (let i = 0; i < 20; i++) {
      const file = writeSafetensors(randomTensors(roll));
      for (let size = 0; size < file.length; size++) expect(readOrRefuse(file.slice(0, size))).toBeNull();
      expect(readOrRefuse(Uint8Array.from([...file, 0]))).toBeNull();
    }
  });

  test("are refused when the length of the header lies", () => {
    const tensors = new Map([["t", { shape: [20], data: new Float32Array(20) }]]);
    const file = writeSafetensors({ tensors, metadata: {} });
    const length = new DataView(file.buffer).getBigUint64(0, true);
    for (const lie of [...HOSTILE, length - 8n, length + 1n, BigInt(file.length), BigInt(file.length - 8)]) {
      new DataView(file.buffer).setBigUint64(0, lie, true);
      expect(readOrRefuse(file)).toBeNull();
    }
  });

  test("are read or refused when damaged", () => {
    const roll = rolls("safetensors", "damaged");
    let refused = 0;
    for (let i = 0; i < 6000; i++) {
      if (!readOrRefuse(damage(writeSafetensors(randomTensors(roll)), roll))) refused++;
    }
    expect(refused).toBeGreaterThan(3000);
    expect(refused).toBeLessThan(5700);
  });

  test("are read when their header is right, and refused after one wrong turn in it", () => {
    const roll = rolls("safetensors", "headers");
    for (let i = 0; i < 3000; i++) {
      const { entries, size } = randomEntries(roll);
      expect(readOrRefuse(safetensorsFile(headerText(entries), size))?.tensors.size).toBe(entries.length);
      const broken = structuredClone(entries);
      pick(roll, BREAKS)(pick(roll, broken)[1], roll);
      const text = headerText(broken);
      if (readOrRefuse(safetensorsFile(text, size))) throw new Error(`was not refused: ${text}`);
    }
  });
});
