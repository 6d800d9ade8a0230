// A second, independent writer of the container, for what writeSafetensors never writes.

/** A file with the given header text and data, or that many zero bytes of data. */
export function safetensorsFile(header: string, data: number | Uint8Array = 0): Uint8Array {
  const json = new TextEncoder().encode(header);
  const body = typeof data === "number" ? new Uint8Array(data) : data;
  const bytes = new Uint8Array(8 + json.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(body, 8 + json.length);
  return bytes;
}
