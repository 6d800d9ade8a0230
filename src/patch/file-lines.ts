// A file's text as lines, and an index that finds a run of lines by hash under ever looser notions of "equal".

export type LineEnd = "\n" | "\r\n" | "";

export interface FileLine {
  readonly text: string;
  /** Empty only for a last line that is not terminated. */
  readonly end: LineEnd;
}

export function splitLines(text: string): FileLine[] {
  const rows = text.split("\n");
  const last = rows.pop()!;
  const lines = rows.map((row): FileLine => {
    return row.endsWith("\r") ? { text: row.slice(0, -1), end: "\r\n" } : { text: row, end: "\n" };
  });
  if (last !== "") lines.push({ text: last, end: "" });
  return lines;
}

export function joinLines(lines: readonly FileLine[]): string {
  return lines.map((line) => line.text + line.end).join("");
}

/** Lines with their ends. */
export function linesOf(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

/** When two lines count as equal, from strict to loose. The first tier with any hit decides. */
export const TIERS = ["exact", "trailing-blanks", "punctuation", "whitespace"] as const;
export type Tier = (typeof TIERS)[number];

const NORMALIZE: Readonly<Record<Tier, (text: string) => string>> = {
  exact: (text) => text,
  "trailing-blanks": (text) => text.trimEnd(),
  punctuation: (text) => plainPunctuation(text.trimEnd()),
  whitespace: (text) => plainPunctuation(text).replace(/\s+/g, " ").trim(),
};

const PUNCTUATION: readonly (readonly [RegExp, string])[] = [
  [/[\u2018\u2019\u201a\u201b\u2032]/g, "'"],
  [/[\u201c\u201d\u201e\u201f\u2033]/g, '"'],
  [/[\u2010-\u2015\u2212]/g, "-"],
  [/\u2026/g, "..."],
  [/[\u00a0\u2002-\u200a\u202f\u205f\u3000]/g, " "],
];

function plainPunctuation(text: string): string {
  let plain = text;
  for (const [pattern, replacement] of PUNCTUATION) plain = plain.replace(pattern, replacement);
  return plain;
}

interface TierIndex {
  /** Number of the class of equal lines, per line. */
  readonly classes: Int32Array;
  readonly classOf: ReadonlyMap<string, number>;
  /** Positions per class, ascending. */
  readonly positions: readonly (readonly number[])[];
}

/** More places than anybody needs to know that a text is ambiguous. */
const MOST_HITS = 200;
/** Lines that may be compared in one file. A large patch on a large file takes a hundredth; periodic texts could take hours. */
const MOST_COMPARED = 1e8;

export class LineIndex {
  readonly lines: readonly FileLine[];
  readonly #tiers = new Map<Tier, TierIndex>();
  #compared = 0;

  constructor(lines: readonly FileLine[]) {
    this.lines = lines;
  }

  /** So much was compared that nothing is found any more. */
  get exhausted(): boolean {
    return this.#compared > MOST_COMPARED;
  }

  /** Positions from 0 at which `texts` stand one after another, ascending, at most 200; none once exhausted. `texts` is not empty. */
  find(tier: Tier, texts: readonly string[]): number[] {
    const index = this.#tier(tier);
    const wanted = classesOf(index, tier, texts);
    if (!wanted) return [];
    const rarest = rarestAt(index, wanted);
    const hits: number[] = [];
    for (const position of index.positions[wanted[rarest]]) {
      const at = position - rarest;
      const equal = equalLines(index, wanted, at);
      this.#compared += equal + 1;
      if (this.exhausted) return [];
      if (equal === wanted.length) hits.push(at);
      if (hits.length === MOST_HITS) break;
    }
    return hits;
  }

  /** True if `texts` stand at position `at`. */
  standsAt(tier: Tier, texts: readonly string[], at: number): boolean {
    const index = this.#tier(tier);
    const wanted = classesOf(index, tier, texts);
    return wanted !== undefined && equalLines(index, wanted, at) === wanted.length;
  }

  /** Positions from 0 of the lines equal to `text`. */
  positions(tier: Tier, text: string): readonly number[] {
    const index = this.#tier(tier);
    const found = index.classOf.get(NORMALIZE[tier](text));
    return found === undefined ? [] : index.positions[found];
  }

  #tier(tier: Tier): TierIndex {
    const known = this.#tiers.get(tier);
    if (known) return known;
    const built = buildTier(this.lines, NORMALIZE[tier]);
    this.#tiers.set(tier, built);
    return built;
  }
}

function buildTier(lines: readonly FileLine[], normalize: (text: string) => string): TierIndex {
  const classes = new Int32Array(lines.length);
  const classOf = new Map<string, number>();
  const positions: number[][] = [];
  for (const [at, line] of lines.entries()) {
    const key = normalize(line.text);
    let found = classOf.get(key);
    if (found === undefined) {
      found = positions.length;
      classOf.set(key, found);
      positions.push([]);
    }
    classes[at] = found;
    positions[found].push(at);
  }
  return { classes, classOf, positions };
}

/** Undefined as soon as one text stands nowhere in the file. */
function classesOf(index: TierIndex, tier: Tier, texts: readonly string[]): number[] | undefined {
  const wanted: number[] = [];
  for (const text of texts) {
    const found = index.classOf.get(NORMALIZE[tier](text));
    if (found === undefined) return undefined;
    wanted.push(found);
  }
  return wanted;
}

function rarestAt(index: TierIndex, wanted: readonly number[]): number {
  let rarest = 0;
  for (const [i, line] of wanted.entries()) {
    if (index.positions[line].length < index.positions[wanted[rarest]].length) rarest = i;
  }
  return rarest;
}

/** How many of the first lines of `wanted` stand at `at`; 0 where the file has no room for all. */
function equalLines(index: TierIndex, wanted: readonly number[], at: number): number {
  if (at < 0 || at + wanted.length > index.classes.length) return 0;
  let equal = 0;
  while (equal < wanted.length && index.classes[at + equal] === wanted[equal]) equal++;
  return equal;
}
