// Reads the protobuf wire format out of bytes nobody vouches for: no length is believed before it is checked against the
// message it stands in. It knows no message by name.

import { GraphError } from "../errors.js";

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Fields, and elements of lists, in one file. Each may take two bytes of the file and a hundred of memory, so a few hostile
 * megabytes would otherwise fill the heap. A graph of ten thousand nodes has a quarter of it.
 */
const MAX_PARTS = 2 ** 20;

/**
 * The fields of a file's outermost message, in file order. Groups, long gone from protobuf, are refused.
 * @throws GraphError `onnx-malformed` with the byte where a message breaks, `unsupported` for a file of more than 2^20 fields.
 */
export function protobufFields(file: Uint8Array): Generator<ProtobufField> {
  return fieldsBetween(new Source(file), 0, file.length);
}

function* fieldsBetween(source: Source, start: number, end: number): Generator<ProtobufField> {
  let at = start;
  while (at < end) {
    source.count();
    const tag = readVarint(source.file, at, end);
    const number = Math.floor(unsigned(tag) / 8);
    if (number < 1 || number > 0x1fffffff) throw malformed(at, `field number ${number} is out of range`);
    const field = payload(source, number, tag.low & 7, tag.next, end);
    yield field;
    at = field.end;
  }
}

function payload(source: Source, number: number, wireType: number, at: number, end: number): ProtobufField {
  const { file } = source;
  if (wireType === VARINT) return new ProtobufField(source, number, wireType, at, readVarint(file, at, end).next);
  let start = at;
  let length: number;
  if (wireType === FIXED64) length = 8;
  else if (wireType === FIXED32) length = 4;
  else if (wireType === DELIMITED) {
    const prefix = readVarint(file, at, end);
    start = prefix.next;
    length = unsigned(prefix);
  } else throw malformed(at, `wire type ${wireType} of field ${number} is not known`);
  if (length > end - start) throw malformed(at, `field ${number} claims ${length} bytes where ${end - start} are left`);
  return new ProtobufField(source, number, wireType, start, start + length);
}

/** The file, and what may still be made of it. */
class Source {
  readonly file: Uint8Array;
  #left = MAX_PARTS;

  constructor(file: Uint8Array) {
    this.file = file;
  }

  count(): void {
    if (this.#left-- > 0) return;
    throw new GraphError("unsupported", `the file has more than ${MAX_PARTS} fields; keep its numbers in raw_data`);
  }

  counted<T>(elements: Iterable<T>): T[] {
    const list: T[] = [];
    for (const element of elements) {
      this.count();
      list.push(element);
    }
    return list;
  }
}

/** One field: its number and the bytes of its payload, decoded on demand. Every decoder refuses a payload of another kind. */
export class ProtobufField {
  readonly #source: Source;
  readonly #wireType: number;
  readonly number: number;
  readonly start: number;
  readonly end: number;

  constructor(source: Source, number: number, wireType: number, start: number, end: number) {
    this.#source = source;
    this.number = number;
    this.#wireType = wireType;
    this.start = start;
    this.end = end;
  }

  /** Size of the payload. */
  get byteLength(): number {
    return this.end - this.start;
  }

  fields(): Generator<ProtobufField> {
    this.#expect(DELIMITED);
    return fieldsBetween(this.#source, this.start, this.end);
  }

  /** The payload in place, not copied. */
  bytes(): Uint8Array {
    this.#expect(DELIMITED);
    return this.#source.file.subarray(this.start, this.end);
  }

  /** Invalid UTF-8 is refused rather than replaced, or two different names could be read as one. */
  string(): string {
    try {
      return UTF8.decode(this.bytes());
    } catch (cause) {
      if (cause instanceof GraphError) throw cause;
      throw malformed(this.start, `field ${this.number} is not valid UTF-8`);
    }
  }

  /** A signed 64-bit integer that a double can hold. */
  int(): number {
    this.#expect(VARINT);
    return this.#safe(readVarint(this.#source.file, this.start, this.end));
  }

  float(): number {
    this.#expect(FIXED32);
    return this.#view().getFloat32(0, true);
  }

  /** Signed integers of a repeated field, packed or one at a time. */
  *bigints(): Generator<bigint> {
    for (const varint of this.#varints()) yield signedBig(varint);
  }

  *ints(): Generator<number> {
    for (const varint of this.#varints()) yield this.#safe(varint);
  }

  /** As `ints`, for lists that are kept as such: their elements count as fields do. */
  intList(): number[] {
    return this.#source.counted(this.ints());
  }

  /** 32-bit floats of a repeated field, packed or one at a time. */
  *floats(): Generator<number> {
    const view = this.#elements(FIXED32, 4);
    for (let at = 0; at < view.byteLength; at += 4) yield view.getFloat32(at, true);
  }

  floatList(): number[] {
    return this.#source.counted(this.floats());
  }

  *doubles(): Generator<number> {
    const view = this.#elements(FIXED64, 8);
    for (let at = 0; at < view.byteLength; at += 8) yield view.getFloat64(at, true);
  }

  *#varints(): Generator<Varint> {
    if (this.#wireType !== VARINT) this.#expect(DELIMITED);
    let at = this.start;
    while (at < this.end) {
      const varint = readVarint(this.#source.file, at, this.end);
      yield varint;
      at = varint.next;
    }
  }

  #elements(single: number, size: number): DataView {
    if (this.#wireType !== single) this.#expect(DELIMITED);
    const view = this.#view();
    if (view.byteLength % size === 0) return view;
    throw malformed(this.start, `field ${this.number} holds a broken number of ${size}-byte elements`);
  }

  #view(): DataView {
    const { buffer, byteOffset } = this.#source.file;
    return new DataView(buffer, byteOffset + this.start, this.byteLength);
  }

  #safe(varint: Varint): number {
    const number = signed(varint);
    if (Number.isSafeInteger(number)) return number;
    throw malformed(this.start, `field ${this.number} holds ${number}, beyond the integers a double can hold`);
  }

  #expect(wireType: number): void {
    if (this.#wireType === wireType) return;
    throw malformed(this.start, `field ${this.number} has wire type ${this.#wireType} where ${wireType} belongs`);
  }
}

/** 64 bits as two unsigned words, and the byte after them: big integers would take most of the time of reading a graph. */
interface Varint {
  readonly low: number;
  readonly high: number;
  readonly next: number;
}

/** Up to ten bytes of seven bits, lowest first; what does not fit 64 bits is refused. */
function readVarint(file: Uint8Array, start: number, end: number): Varint {
  let low = 0;
  let high = 0;
  for (let i = 0; i < 10 && start + i < end; i++) {
    const byte = file[start + i];
    const bits = byte & 0x7f;
    if (i < 5) low |= bits << (7 * i); // of the fifth group, four bits belong here and three to the upper word
    if (i === 4) high = bits >> 4;
    else if (i > 4) high |= bits << (7 * i - 32);
    if (byte >= 0x80) continue;
    if (i === 9 && byte > 1) throw malformed(start, "a number has more than 64 bits");
    return { low: low >>> 0, high: high >>> 0, next: start + i + 1 };
  }
  throw malformed(start, start + 10 <= end ? "a number has more than 64 bits" : "a number is cut off");
}

// As doubles, exact up to 2^53 and never less than that beyond.
const unsigned = ({ low, high }: Varint): number => high * 2 ** 32 + low;
const signed = ({ low, high }: Varint): number => (high | 0) * 2 ** 32 + low;

function signedBig({ low, high }: Varint): bigint {
  return high === 0 ? BigInt(low) : (BigInt(high | 0) << 32n) | BigInt(low);
}

function malformed(at: number, what: string): GraphError {
  return new GraphError("onnx-malformed", `not a readable ONNX file: at byte ${at} ${what}`);
}
