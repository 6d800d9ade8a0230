// The safetensors format: 8 bytes of header length, a JSON header, then raw little-endian tensors. float32 only.

import { InputError } from "../errors.js";
import { elementCount } from "../graph/graph.js";

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const MAX_HEADER = 100_000_000; // the reference implementation's bound

export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: metadata };
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
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

/** @throws InputError `safetensors` for anything but a whole, well-formed file of float32 tensors. */
export function readSafetensors(file: Uint8Array, name: string): Safetensors {
  const refuse = (what: string): never => {
    throw new InputError("safetensors", `${name} is no usable safetensors file: ${what}`, { place: { file: name } });
  };
  if (file.length < 8) refuse("it is shorter than its header");
  const size = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (size > BigInt(Math.min(MAX_HEADER, file.length - 8))) refuse(`its header claims ${size} bytes`);
  const start = 8 + Number(size);
  const { __metadata__: metadata, ...entries } = parseHeader(file.subarray(8, start), refuse);
  const tensors = Object.entries(entries).map(([key, entry]) => {
    return [key, readTensor(key, entry, file.subarray(start), refuse)] as const;
  });
  if (metadata !== undefined && !isRecord(metadata, (value) => typeof value === "string"))
    refuse("its metadata is not text");
  return { tensors: new Map(tensors), metadata: (metadata ?? {}) as Record<string, string> };
}

type Refuse = (what: string) => never;

function parseHeader(bytes: Uint8Array, refuse: Refuse): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return isRecord(header, () => true) ? header : refuse("its header is not an object");
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    return refuse("its header is not JSON");
  }
}

function readTensor(key: string, entry: unknown, data: Uint8Array, refuse: Refuse): NamedTensor {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (dtype !== "F32") refuse(`tensor "${key}" has type ${String(dtype)}, only F32 is read`);
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
    return refuse(`tensor "${key}" has no shape or place`);
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > data.length) refuse(`tensor "${key}" lies outside the file`);
  if (elementCount(shape) * 4 !== end - begin)
    refuse(`tensor "${key}" of shape [${shape.join(", ")}] has ${end - begin} bytes`);
  const bytes = Uint8Array.from(data.subarray(begin, end)); // a copy is aligned and outlives the file; Buffer's slice is none
  return { shape, data: new Float32Array(bytes.buffer) };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
}

function isRecord(value: unknown, each: (value: unknown) => boolean): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(each);
}
