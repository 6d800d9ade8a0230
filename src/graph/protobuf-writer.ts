// Writes the protobuf wire format: varints, floats and length-delimited fields. It knows no message by name.

/**
 * Collects the fields of one message. Bytes handed in are not copied until `finish`, which joins everything once, so a nested
 * message costs nothing but its length prefix.
 */
export class ProtobufWriter {
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  /** An integer in the int64 range; negative ones take ten bytes, as protobuf wants it. */
  int(field: number, value: number | bigint): this {
    return this.#tag(field, 0).#push(varint(value));
  }

  /** A 32-bit float. */
  float(field: number, value: number): this {
    return this.#tag(field, 5).#push(floatBytes([value]));
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#tag(field, 2).#push(varint(value.length)).#push(value);
  }

  packedInts(field: number, values: readonly number[]): this {
    const packed = new ProtobufWriter();
    for (const value of values) packed.#push(varint(value));
    return this.message(field, packed);
  }

  packedFloats(field: number, values: readonly number[]): this {
    return this.bytes(field, floatBytes(values));
  }

  message(field: number, inner: ProtobufWriter): this {
    this.#tag(field, 2).#push(varint(inner.#size));
    for (const chunk of inner.#chunks) this.#push(chunk);
    return this;
  }

  /** The whole message as one array. */
  finish(): Uint8Array {
    const file = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) {
      file.set(chunk, at);
      at += chunk.length;
    }
    return file;
  }

  #tag(field: number, wireType: number): this {
    return this.#push(varint(field * 8 + wireType));
  }

  #push(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    return this;
  }
}

/** Seven bits per byte, lowest first, the top bit set on all but the last. */
function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function floatBytes(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setFloat32(i * 4, value, true);
  return bytes;
}
