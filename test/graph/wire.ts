// A second, independent writer of the wire format, for what writeOnnx never writes.
export const varint = (value: bigint): number[] =>
  value < 128n ? [Number(value)] : [Number(value % 128n) + 128, ...varint(value / 128n)];
export const number = (field: number, value: bigint) => [
  ...varint(BigInt(field * 8)),
  ...varint(BigInt.asUintN(64, value)),
];
export const block = (field: number, ...parts: number[][]) => {
  const body = parts.flat();
  return [...varint(BigInt(field * 8 + 2)), ...varint(BigInt(body.length)), ...body];
};
export const text = (field: number, value: string) => block(field, [...new TextEncoder().encode(value)]);
export const fixed32 = (field: number, value: number) => [
  ...varint(BigInt(field * 8 + 5)),
  ...new Uint8Array(Float32Array.of(value).buffer),
];
export const graphFile = (...parts: number[][]) => Uint8Array.from(block(7, ...parts));
export const initializer = (dims: bigint[], type: number, ...data: number[][]) =>
  graphFile(block(5, text(8, "w"), ...dims.map((dim) => number(1, dim)), number(2, BigInt(type)), ...data));
