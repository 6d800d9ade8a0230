// Strings that look drawn by chance. It knows no kind of secret by name, and takes hashes, slugs and identifiers for what they are.

const TOKEN = /[A-Za-z0-9][A-Za-z0-9+/_-]{19,}={0,2}/g;
/** Longer ones are images, fonts or models in base64. */
const LONGEST = 128;
/** Characters of one stretch that can be judged. */
const SHORTEST = 12;

/** Stretches of a line that are likely keys: `[start, end)` each. */
export function randomStrings(line: string): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  for (const { 0: token, index } of line.matchAll(TOKEN)) {
    if (token.length > LONGEST || isNamed(line, index) || !looksRandom(token)) continue;
    found.push([index, index + token.length]);
  }
  return found;
}

/** `sha512-…` of a lockfile, `data:…;base64,…` of an image. */
function isNamed(line: string, at: number): boolean {
  const token = line.slice(at, at + 10);
  return (
    /^(?:sha(?:1|224|256|384|512)|md5|h1)[-_:]/i.test(token) ||
    /(?:;base64,|sha\d{1,3}[:=]\s?"?)$/.test(line.slice(Math.max(0, at - 12), at))
  );
}

/** By its longest stretch without the signs that part words and folders: a key has few of them. */
function looksRandom(token: string): boolean {
  const part = token.split(/[/_-]/).reduce((longest, next) => (next.length > longest.length ? next : longest));
  const isHex = /^[0-9a-f]+=*$/i.test(part); // more often a hash than a key
  if (part.length < SHORTEST || isHex || !/[0-9]/.test(part)) return false;
  const mixed = /[a-z]/.test(part) && /[A-Z]/.test(part);
  return mixed ? isMixedRandom(part) : isPlainRandom(part);
}

/** Of base64, 62 % of the neighbours are of unlike kinds, and 38 % of the characters look like parts of words; of names, nearly all do. */
function isMixedRandom(part: string): boolean {
  return turns(part) >= 0.3 && entropy(part) >= 3 && wordShare(part) < 0.72;
}

/** Letters of one case and digits. */
function isPlainRandom(part: string): boolean {
  const groups = part.match(/[0-9]+/g)?.length ?? 0;
  return part.length >= 24 && groups >= 4 && turns(part) >= 0.2 && entropy(part) >= 3.4;
}

function wordShare(part: string): number {
  const words = part.match(/[A-Z]?[a-z]{2,}|[A-Z]{4,}/g) ?? [];
  return words.join("").length / part.length;
}

function turns(text: string): number {
  const kinds = Array.from(text, kindOf);
  return kinds.filter((kind, i) => i > 0 && kind !== kinds[i - 1]).length / (text.length - 1);
}

function kindOf(character: string): string {
  if (/[a-z]/.test(character)) return "lower";
  if (/[A-Z]/.test(character)) return "upper";
  return /[0-9]/.test(character) ? "digit" : "sign";
}

/** Bits per character, by Shannon, from the characters of the text itself. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / text.length);
  return -shares.reduce((sum, share) => sum + share * Math.log2(share), 0);
}
