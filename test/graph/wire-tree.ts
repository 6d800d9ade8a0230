// A file in the wire format as a tree that can be damaged and written again. It knows no message by name: whatever parses as a
// message, and is written back as the same bytes, is one.

import { listOf, HOSTILE, pick, type Roll } from "../support/fuzzing.js";
import { varint } from "./wire.js";

interface Field {
  number: number;
  wireType: number;
  /** A number, the bytes of a payload, or the fields of a message. */
  payload: bigint | readonly number[] | Field[];
  /** The length that is written, where it is not the true one. */
  lie?: bigint;
}

export function parseTree(bytes: readonly number[]): Field[] | null {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = takeVarint(bytes, at);
    const wireType = Number((tag?.value ?? 7n) & 7n);
    const number = Number((tag?.value ?? 0n) >> 3n);
    const start = tag?.next ?? 0;
    const size = wireType === 5 ? 4 : wireType === 1 ? 8 : null;
    const prefix = size === null ? takeVarint(bytes, start) : { value: BigInt(size), next: start };
    if (![0, 1, 2, 5].includes(wireType) || number === 0 || !prefix) return null;
    const end = wireType === 0 ? prefix.next : prefix.next + Number(prefix.value);
    if (end > bytes.length) return null;
    const content = bytes.slice(prefix.next, end);
    const payload = wireType === 0 ? prefix.value : wireType === 2 ? (message(content) ?? content) : content;
    fields.push({ number, wireType, payload });
    at = end;
  }
  return fields;
}

function message(bytes: readonly number[]): Field[] | null {
  const fields = bytes.length > 1 ? parseTree(bytes) : null;
  return fields && String(writeTree(fields)) === String(bytes) ? fields : null;
}

function takeVarint(bytes: readonly number[], start: number): { readonly value: bigint; readonly next: number } | null {
  let value = 0n;
  for (let i = 0; i < 10 && start + i < bytes.length; i++) {
    value |= BigInt(bytes[start + i] & 127) << BigInt(7 * i);
    if (bytes[start + i] < 128) return { value, next: start + i + 1 };
  }
  return null;
}

export function writeTree(fields: readonly Field[]): number[] {
  return fields.flatMap(({ number, wireType, payload, lie }) => {
    const tag = varint(BigInt(number * 8 + wireType));
    if (typeof payload === "bigint") return [...tag, ...varint(payload)];
    const body = isMessage(payload) ? writeTree(payload) : payload;
    return wireType === 2 ? [...tag, ...varint(lie ?? BigInt(body.length)), ...body] : [...tag, ...body];
  });
}

function isMessage(payload: readonly number[] | Field[]): payload is Field[] {
  return typeof payload[0] === "object";
}

/** One edit somewhere in the tree. The lengths around it are right again afterwards, unless lying is the edit. */
export function damageTree(root: Field[], roll: Roll): void {
  const lists = messagesOf(root).filter((fields) => fields.length > 0);
  if (lists.length === 0) return;
  const fields = pick(roll, lists);
  const at = roll(fields.length);
  const other = pick(roll, pick(roll, lists));
  pick(roll, EDITS)(fields, at, structuredClone(other), roll);
}

function messagesOf(fields: Field[]): Field[][] {
  const inner = fields.flatMap(({ payload }) => (typeof payload === "object" && isMessage(payload) ? [payload] : []));
  return [fields, ...inner.flatMap(messagesOf)];
}

type Edit = (fields: Field[], at: number, other: Field, roll: Roll) => void;

const EDITS: readonly Edit[] = [
  (fields, at, _, roll) => (fields[at] = { ...fields[at], wireType: 0, payload: pick(roll, HOSTILE) }),
  (fields, at, _, roll) => (fields[at].lie = pick(roll, HOSTILE)),
  (fields, at, _, roll) => (fields[at].number = 1 + roll(30)),
  (fields, at, _, roll) => (fields[at].wireType = roll(8)),
  (fields, at) => fields.splice(at, 1),
  (fields, at) => (fields[at] = { ...fields[at], wireType: 2, payload: [] }),
  (fields, at, other) => (fields[at] = { ...other, number: fields[at].number }),
  (fields, at, other) => fields.splice(at, 0, other),
  (fields, at, other, roll) => fields.splice(at, 0, ...listOf(roll(40), () => other)),
  (fields, at, _, roll) => fields.splice(roll(fields.length), 0, ...fields.splice(at, 1)),
  (fields, at, _, roll) => {
    for (let depth = roll(30); depth > 0; depth--) fields[at] = { ...fields[at], wireType: 2, payload: [fields[at]] };
  },
  (fields, at, _, roll) => {
    fields[at] = { ...fields[at], wireType: 2, payload: listOf(roll(20), () => roll(256)) };
  },
];
