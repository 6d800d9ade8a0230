// 16-bit floats → float32. Every half is a float32 as well, so nothing is rounded. Words are moved as integers: a NaN keeps its bits.

/** IEEE 754 binary16: sign, 5 bits of exponent (bias 15), 10 of fraction. */
export function widenFloat16(words: Uint16Array): Float32Array {
  const values = new Float32Array(words.length);
  const bits = new Uint32Array(values.buffer);
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    const sign = (word & 0x8000) << 16;
    const exponent = (word >> 10) & 0x1f;
    const fraction = word & 0x3ff;
    const subnormal = (sign < 0 ? -1 : 1) * fraction * 2 ** -24; // and zero
    if (exponent === 0) values[i] = subnormal;
    else bits[i] = sign | ((exponent === 0x1f ? 0xff : exponent + 112) << 23) | (fraction << 13); // 112 = 127 - 15
  }
  return values;
}

/** bfloat16: the upper half of a float32. */
export function widenBfloat16(words: Uint16Array): Float32Array {
  const bits = new Uint32Array(words.length);
  for (let i = 0; i < words.length; i++) bits[i] = words[i] << 16;
  return new Float32Array(bits.buffer);
}
