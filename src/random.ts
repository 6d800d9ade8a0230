// Random numbers by place, not by order: value i of a stream depends on its keys and on i alone, so nothing has to be replayed.
// It keeps no state and is no source of secrets.

/**
 * A stream of random values named by its keys. Every method is a pure function of `i`, a whole number from 0 to 2^53 - 1.
 * All draw on the same 64 bits for the same `i`, so use one kind per stream, or a further key for each kind.
 */
export interface Generator {
  /** All 32-bit numbers alike, 0 … 2^32 - 1. */
  uint32(i: number): number;
  /** A multiple of 2^-53 in [0, 1). */
  uniform(i: number): number;
  /** Standard normal deviate: mean 0, variance 1. */
  normal(i: number): number;
  /** Fills an array of bytes, all values alike: bytes 8i … 8i + 7 are the 64 bits of `i`, in the order of the machine. */
  bytes(target: Uint8Array): void;
}

/**
 * Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), keyed by `keys`.
 * Streams with different keys are independent; "1" and 1 are different keys. `uint32` and `uniform` use integer arithmetic
 * only, so they are the same on every machine; `normal` adds a logarithm and a square root.
 * @throws RangeError for a number that is not a whole number within ±(2^53 - 1).
 */
export function generator(...keys: readonly (string | number)[]): Generator {
  const cipher = new Threefry();
  for (const key of keys) absorb(cipher, key);

  return {
    uint32(i) {
      cipher.encrypt(i >>> 0, high(i));
      return cipher.out0 >>> 0;
    },
    uniform(i) {
      cipher.encrypt(i >>> 0, high(i));
      return ((cipher.out0 >>> 5) * 2 ** 26 + (cipher.out1 >>> 6)) * 2 ** -53;
    },
    /** Marsaglia's polar method; the attempt stands in the bits of the counter above the 53 of `i`. */
    normal(i) {
      for (let attempt = 0; ; attempt++) {
        cipher.encrypt(i >>> 0, high(i) | (attempt << 21));
        const u = (cipher.out0 + 0.5) * 2 ** -31;
        const v = (cipher.out1 + 0.5) * 2 ** -31;
        const s = u * u + v * v;
        if (s < 1) return u * sqrt((-2 * log(s)) / s);
      }
    },
    bytes(target) {
      const words = new Int32Array(2 * Math.ceil(target.length / 8));
      for (let i = 0; i < words.length; i += 2) {
        cipher.encrypt(i / 2, 0);
        words[i] = cipher.out0;
        words[i + 1] = cipher.out1;
      }
      target.set(new Uint8Array(words.buffer, 0, target.length));
    },
  };
}

// Bound once: where tests run, the global object is a proxy, and asking it for Math in a hot loop is slow.
const { log, sqrt } = Math;

/** The upper word of a whole number. */
function high(i: number): number {
  return ((i - (i >>> 0)) / 2 ** 32) | 0;
}

// The upper word of a number lies within ±2^21; this one marks a string, whose length goes first so that no key is a prefix of another.
const STRING_MARK = 0x40000000;

/** Replaces the key by the encryption of `key` under it, block by block. */
function absorb(cipher: Threefry, key: string | number): void {
  if (typeof key === "number") {
    if (!Number.isSafeInteger(key)) throw new RangeError(`a generator key is a string or a whole number, not ${key}`);
    cipher.rekey(key >>> 0, high(key));
    return;
  }
  cipher.rekey(key.length, STRING_MARK);
  const pair = (at: number) => (key.charCodeAt(at) || 0) | ((key.charCodeAt(at + 1) || 0) << 16);
  for (let at = 0; at < key.length; at += 4) cipher.rekey(pair(at), pair(at + 2));
}

/** The block cipher without allocation: `encrypt` leaves its two signed words in `out0` and `out1`. */
class Threefry {
  out0 = 0;
  out1 = 0;
  #key0 = 0;
  #key1 = 0;
  #key2 = PARITY;

  rekey(word0: number, word1: number): void {
    this.encrypt(word0, word1);
    this.#key0 = this.out0;
    this.#key1 = this.out1;
    this.#key2 = PARITY ^ this.out0 ^ this.out1;
  }

  encrypt(word0: number, word1: number): void {
    this.out0 = (word0 + this.#key0) | 0;
    this.out1 = (word1 + this.#key1) | 0;
    this.#mix(13, 15, 26, 6, this.#key1, this.#key2 + 1);
    this.#mix(17, 29, 16, 24, this.#key2, this.#key0 + 2);
    this.#mix(13, 15, 26, 6, this.#key0, this.#key1 + 3);
    this.#mix(17, 29, 16, 24, this.#key1, this.#key2 + 4);
    this.#mix(13, 15, 26, 6, this.#key2, this.#key0 + 5);
  }

  /** Four rounds of add, rotate, exclusive-or, then the next pair of key words. */
  #mix(r0: number, r1: number, r2: number, r3: number, key0: number, key1: number): void {
    let a = this.out0;
    let b = this.out1;
    a = (a + b) | 0;
    b = ((b << r0) | (b >>> (32 - r0))) ^ a;
    a = (a + b) | 0;
    b = ((b << r1) | (b >>> (32 - r1))) ^ a;
    a = (a + b) | 0;
    b = ((b << r2) | (b >>> (32 - r2))) ^ a;
    a = (a + b) | 0;
    b = ((b << r3) | (b >>> (32 - r3))) ^ a;
    this.out0 = (a + key0) | 0;
    this.out1 = (b + key1) | 0;
  }
}

/** The constant of the Threefish key schedule, 32-bit variant. */
const PARITY = 0x1bd11bda;
