// The safetensors format: 8 bytes of header length, a JSON header, then raw little-endian tensors. Only float32 is written.

import { InputError } from "../errors.js";
import { elementCount } from "../graph/graph.js";
import { quoted } from "../graph/quoted.js";
import { widenBfloat16, widenFloat16 } from "./half-floats.js";
import { readHeader, type Entry, type Refuse } from "./safetensors-header.js";

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const MAX_HEADER = 100_000_000; // the reference implementation's bound

/** @throws InputError `safetensors` for a tensor that has the name of the metadata. */
export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  let offset = 0;
  const header = new Map<string, unknown>([["__metadata__", metadata]]);
  for (const [name, { shape, data }] of tensors) {
    if (header.has(name))
      throw new InputError("safetensors", `no tensor can be called "${name}"; give it another name`);
    header.set(name, { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] });
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const start = 8 + Math.ceil(json.length / 8) * 8; // padded with blanks so that the data is aligned
  const file = new Uint8Array(start + offset).fill(0x20, 8, start);
  new DataView(file.buffer).setBigUint64(0, BigInt(start - 8), true);
  file.set(json, 8);
  let at = start;
  for (const { data } of tensors.values()) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/**
 * Reads float32 tensors, and half-precision ones widened to float32.
 * As the reference implementation does, it refuses files whose tensors overlap, leave holes, or end before the file does: their
 * bytes would mean different things to different readers, and a small file could ask for any amount of memory.
 * @throws InputError `safetensors` for anything but a whole, well-formed file of such tensors.
 */
export function readSafetensors(file: Uint8Array, name: string): Safetensors {
  const refuse = (what: string): never => {
    throw new InputError("safetensors", `${name} is no usable safetensors file: ${what}`, { place: { file: name } });
  };
  if (file.length < 8) refuse("it is shorter than its header");
  const size = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (size > BigInt(Math.min(MAX_HEADER, file.length - 8))) refuse(`its header claims ${size} bytes`);
  const start = 8 + Number(size);
  const { entries, metadata } = readHeader(file.subarray(8, start), refuse);
  const data = file.subarray(start);
  checkLayout(entries, data.length, refuse);
  const tensors = entries.map((entry) => [entry.name, readTensor(entry, data)] as const);
  return { tensors: new Map(tensors), metadata };
}

interface Storage {
  readonly bytesPerElement: number;
  /** Little-endian elements, as on every machine that Node's ONNX Runtime runs on. */
  readonly read: (bytes: ArrayBuffer) => Float32Array;
}

const STORAGE: ReadonlyMap<string, Storage> = new Map([
  ["F32", { bytesPerElement: 4, read: (bytes: ArrayBuffer) => new Float32Array(bytes) }],
  ["F16", { bytesPerElement: 2, read: (bytes: ArrayBuffer) => widenFloat16(new Uint16Array(bytes)) }],
  ["BF16", { bytesPerElement: 2, read: (bytes: ArrayBuffer) => widenBfloat16(new Uint16Array(bytes)) }],
]);

/** Every byte of the data belongs to one tensor. */
function checkLayout(entries: readonly Entry[], size: number, refuse: Refuse): void {
  let next = 0;
  for (const { name, dtype, shape, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    const tensor = `tensor ${quoted(name)}`;
    const storage = STORAGE.get(dtype);
    if (!storage) refuse(`${tensor} has type ${quoted(dtype)}; convert it to F32, F16 or BF16`);
    if (begin > end || end > size) refuse(`${tensor} lies outside the file`);
    if (elementCount(shape) * storage.bytesPerElement !== end - begin) {
      refuse(`${tensor} of type ${dtype} and shape [${shape.join(", ")}] has ${end - begin} bytes`);
    }
    if (begin !== next)
      refuse(`${tensor} starts at byte ${begin} of the data, where byte ${next} is the next free one`);
    next = end;
  }
  if (next !== size) refuse(`${size - next} bytes follow its last tensor`);
}

/** A copy is aligned and outlives the file; the `slice` of a Buffer is none. */
function readTensor({ dtype, shape, begin, end }: Entry, data: Uint8Array): NamedTensor {
  const bytes = new Uint8Array(data.subarray(begin, end));
  return { shape, data: STORAGE.get(dtype)!.read(bytes.buffer) };
}
