// Reads the protobuf wire format out of bytes nobody vouches for: no length is believed before it is checked against the
// message it stands in. It knows no message by name.

import { GraphError } from "../errors.js";

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

/**
 * The fields of the message that fills `file` from `start` to `end`, in file order. Groups, long gone from protobuf, are refused.
 * @throws GraphError `onnx-malformed` with the byte where the message breaks.
 */
export function* protobufFields(file: Uint8Array, start = 0, end = file.length): Generator<ProtobufField> {
  let at = start;
  while (at < end) {
    const tag = readVarint(file, at, end);
    const wireType = Number(tag.value & 7n);
    const number = Number(tag.value >> 3n);
    if (number < 1 || number > 0x1fffffff) throw malformed(at, `field number ${number} is out of range`);
    const field = payload(file, number, wireType, tag.next, end);
    yield field;
    at = field.end;
  }
}

function payload(file: Uint8Array, number: number, wireType: number, at: number, end: number): ProtobufField {
  if (wireType === VARINT) return new ProtobufField(file, number, wireType, at, readVarint(file, at, end).next);
  let start = at;
  let length: number;
  if (wireType === FIXED64) length = 8;
  else if (wireType === FIXED32) length = 4;
  else if (wireType === DELIMITED) {
    const prefix = readVarint(file, at, end);
    start = prefix.next;
    length = Number(prefix.value);
  } else throw malformed(at, `wire type ${wireType} of field ${number} is not known`);
  if (length > end - start) throw malformed(at, `field ${number} claims ${length} bytes where ${end - start} are left`);
  return new ProtobufField(file, number, wireType, start, start + length);
}

/** One field: its number and the bytes of its payload, decoded on demand. Every decoder refuses a payload of another kind. */
export class ProtobufField {
  readonly #file: Uint8Array;
  readonly #wireType: number;
  readonly #start: number;
  readonly number: number;
  readonly end: number;

  constructor(file: Uint8Array, number: number, wireType: number, start: number, end: number) {
    this.#file = file;
    this.number = number;
    this.#wireType = wireType;
    this.#start = start;
    this.end = end;
  }

  /** Size of the payload. */
  get byteLength(): number {
    return this.end - this.#start;
  }

  fields(): Generator<ProtobufField> {
    this.#expect(DELIMITED);
    return protobufFields(this.#file, this.#start, this.end);
  }

  /** The payload in place, not copied. */
  bytes(): Uint8Array {
    this.#expect(DELIMITED);
    return this.#file.subarray(this.#start, this.end);
  }

  /** Invalid UTF-8 is refused rather than replaced, or two different names could be read as one. */
  string(): string {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.bytes());
    } catch (cause) {
      if (cause instanceof GraphError) throw cause;
      throw malformed(this.#start, `field ${this.number} is not valid UTF-8`);
    }
  }

  /** A signed 64-bit integer that a double can hold. */
  int(): number {
    this.#expect(VARINT);
    return this.#safe(readVarint(this.#file, this.#start, this.end).value);
  }

  float(): number {
    this.#expect(FIXED32);
    return this.#view().getFloat32(0, true);
  }

  /** Signed integers of a repeated field, packed or one at a time. */
  *bigints(): Generator<bigint> {
    if (this.#wireType !== VARINT) this.#expect(DELIMITED);
    let at = this.#start;
    while (at < this.end) {
      const { value, next } = readVarint(this.#file, at, this.end);
      yield BigInt.asIntN(64, value);
      at = next;
    }
  }

  *ints(): Generator<number> {
    for (const value of this.bigints()) yield this.#safe(value);
  }

  /** 32-bit floats of a repeated field, packed or one at a time. */
  *floats(): Generator<number> {
    const view = this.#elements(FIXED32, 4);
    for (let at = 0; at < view.byteLength; at += 4) yield view.getFloat32(at, true);
  }

  *doubles(): Generator<number> {
    const view = this.#elements(FIXED64, 8);
    for (let at = 0; at < view.byteLength; at += 8) yield view.getFloat64(at, true);
  }

  #elements(single: number, size: number): DataView {
    if (this.#wireType !== single) this.#expect(DELIMITED);
    const view = this.#view();
    if (view.byteLength % size === 0) return view;
    throw malformed(this.#start, `field ${this.number} holds a broken number of ${size}-byte elements`);
  }

  #view(): DataView {
    return new DataView(this.#file.buffer, this.#file.byteOffset + this.#start, this.end - this.#start);
  }

  #safe(value: bigint): number {
    const number = Number(BigInt.asIntN(64, value));
    if (Number.isSafeInteger(number)) return number;
    throw malformed(this.#start, `field ${this.number} holds ${number}, beyond the integers a double can hold`);
  }

  #expect(wireType: number): void {
    if (this.#wireType === wireType) return;
    throw malformed(this.#start, `field ${this.number} has wire type ${this.#wireType} where ${wireType} belongs`);
  }
}

/** Up to ten bytes of seven bits, lowest first; what does not fit 64 bits is refused. */
function readVarint(file: Uint8Array, start: number, end: number): { readonly value: bigint; readonly next: number } {
  let low = 0;
  let high = 0n;
  for (let i = 0; i < 10 && start + i < end; i++) {
    const byte = file[start + i];
    const bits = byte & 0x7f;
    // Seven groups (49 bits) are exact in a double; only longer numbers pay for big integers.
    if (i < 7) low += bits * 2 ** (7 * i);
    else high |= BigInt(bits) << BigInt(7 * i);
    if (byte >= 0x80) continue;
    if (i === 9 && byte > 1) throw malformed(start, "a number has more than 64 bits");
    return { value: i < 7 ? BigInt(low) : BigInt(low) | high, next: start + i + 1 };
  }
  throw malformed(start, start + 10 <= end ? "a number has more than 64 bits" : "a number is cut off");
}

function malformed(at: number, what: string): GraphError {
  return new GraphError("onnx-malformed", `not a readable ONNX file: at byte ${at} ${what}`);
}
