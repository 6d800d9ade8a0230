// Chance and damage for tests of readers, and the watch over what a reader may cost. The same names always give the same files.

import { generator } from "../../src/random.js";

/** Whole numbers from 0 to `below` - 1. */
export type Roll = (below: number) => number;

export function rolls(...keys: readonly (string | number)[]): Roll {
  const stream = generator(...keys);
  let thrown = 0;
  return (below) => Math.floor(stream.uniform(thrown++) * below);
}

export const pick = <T>(roll: Roll, list: readonly T[]): T => list[roll(list.length)];

export const listOf = <T>(length: number, make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i));

/** Sizes and lengths at which arithmetic turns over: of bytes, of words, of doubles, of 64 bits. */
export const HOSTILE: readonly bigint[] = [
  0n,
  1n,
  2n,
  3n,
  ...[7n, 8n, 31n, 32n, 53n, 60n, 62n, 63n].flatMap((power) => [2n ** power - 1n, 2n ** power]),
  2n ** 64n - 1n,
];

/** One to four edits: bits flipped, bytes set, copied over, put in, taken out, or the rest cut off. */
export function damage(file: Uint8Array, roll: Roll): Uint8Array {
  let bytes = [...file];
  for (let edits = 1 + roll(4); edits > 0 && bytes.length > 0; edits--) {
    const at = roll(bytes.length);
    const some = bytes.slice(at, at + 1 + roll(12));
    const edit = roll(6);
    if (edit === 0) bytes[at] ^= 1 << roll(8);
    else if (edit === 1) bytes[at] = roll(256);
    else if (edit === 2) bytes.splice(roll(bytes.length), some.length, ...some);
    else if (edit === 3) bytes.splice(roll(bytes.length), 0, ...some);
    else if (edit === 4) bytes.splice(at, some.length);
    else if (roll(4) === 0) bytes = bytes.slice(0, at);
  }
  return Uint8Array.from(bytes);
}

/** Seconds of this process alone, whatever else the machine does, and bytes. */
interface Allowance {
  readonly seconds: number;
  readonly heap: number;
  readonly buffers: number;
}

/** What reading a file of kilobytes, or of some megabytes, may cost; not all of it is garbage collected before it is measured. */
const SMALL: Allowance = { seconds: 1, heap: 64 * 2 ** 20, buffers: 2 ** 20 };
export const LARGE: Allowance = { seconds: 5, heap: 160 * 2 ** 20, buffers: 2 ** 20 };

/**
 * What `read` returns, or the error it throws.
 * @throws Error when it takes more time or memory than allowed.
 */
export function frugally<T>(read: () => T, allowance = SMALL): Outcome<T> {
  const [before, started] = [process.memoryUsage(), process.cpuUsage()];
  const outcome = attempt(read);
  const [after, spent] = [process.memoryUsage(), process.cpuUsage(started)];
  const seconds = (spent.user + spent.system) / 1e6;
  const [heap, buffers] = [after.heapUsed - before.heapUsed, after.arrayBuffers - before.arrayBuffers];
  if (seconds <= allowance.seconds && heap <= allowance.heap && buffers <= allowance.buffers) return outcome;
  throw new Error(`reading took ${seconds} s, ${heap} bytes of heap, ${buffers} bytes of buffers`);
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

function attempt<T>(read: () => T): Outcome<T> {
  try {
    return { value: read() };
  } catch (error) {
    return { error };
  }
}
