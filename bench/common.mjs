// What the benches share: model sizes, the median, lines on stderr.

export const SIZES = {
  xs: { layers: 2, width: 64, heads: 4, context: 64, batch: 8 },
  s: { layers: 4, width: 128, heads: 4, context: 128, batch: 32 },
  m: { layers: 6, width: 256, heads: 8, context: 256, batch: 8 },
  l: { layers: 8, width: 512, heads: 8, context: 256, batch: 8 },
};

/** The spec of a size and its batch. */
export function sized(name) {
  const size = SIZES[name];
  if (!size) throw new Error(`no size "${name}": ${Object.keys(SIZES).join(", ")}`);
  const { batch, ...architecture } = size;
  return { architecture, training: { batch } };
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

export function say(line) {
  process.stderr.write(`${line}\n`);
}
