// The indentation of added lines where a hunk fits only after its white space has been mangled.

/** Leading blanks of a line as the patch wrote them, and as the file has them. */
export interface IndentPair {
  readonly written: string;
  readonly actual: string;
  /** It is a removed line, and no context. */
  readonly removed: boolean;
}

export function leadingBlanks(text: string): string {
  return /^[ \t]*/.exec(text)![0];
}

/**
 * The file's indentation for a line written with `indent`: as it is, where the removed lines of the run, the hunk or the whole file kept
 * theirs. Else from pairs of the hunk: the same indentation seen before, one constant shift, or blanks for tabs at one rate.
 * Undefined where these disagree or say nothing.
 */
export function translateIndent(
  indent: string,
  run: readonly IndentPair[],
  hunk: readonly IndentPair[],
  file: readonly IndentPair[],
): string | undefined {
  if (keepsIndent(run) ?? keepsIndent(hunk) ?? keepsIndent(file)) return indent;
  return (tellsDepths(hunk) ? seen(indent, hunk) : undefined) ?? shifted(indent, hunk) ?? tabulated(indent, hunk);
}

/** Whether removed lines were written with the file's indentation; undefined where none of them has any. */
function keepsIndent(pairs: readonly IndentPair[]): boolean | undefined {
  const removed = pairs.filter((pair) => pair.removed);
  return removed.some((pair) => pair.written !== pair.actual || pair.written !== "") ? isFaithful(removed) : undefined;
}

/** Lines of different depths were written differently, and those of one depth alike: their indentation was changed, but not lost. */
function tellsDepths(pairs: readonly IndentPair[]): boolean {
  const actual = new Map(pairs.map((pair) => [pair.written, pair.actual]));
  return actual.size > 1 && pairs.every((pair) => actual.get(pair.written) === pair.actual);
}

function isFaithful(pairs: readonly IndentPair[]): boolean {
  return pairs.length > 0 && pairs.every((pair) => pair.written === pair.actual);
}

function seen(indent: string, pairs: readonly IndentPair[]): string | undefined {
  const actual = new Set(pairs.filter((pair) => pair.written === indent).map((pair) => pair.actual));
  return actual.size === 1 ? [...actual][0] : undefined;
}

/** One depth alone shows no shift: its indentation may have been lost where the added line kept its own. */
function shifted(indent: string, pairs: readonly IndentPair[]): string | undefined {
  const [first] = pairs;
  if (isFaithful(pairs)) return indent;
  if (!first || pairs.every((pair) => pair.written === first.written)) return undefined;
  if (first.actual.endsWith(first.written)) {
    const more = first.actual.slice(0, first.actual.length - first.written.length);
    if (pairs.every((pair) => pair.actual === more + pair.written)) return more + indent;
  }
  if (!first.written.endsWith(first.actual)) return undefined;
  const less = first.written.slice(0, first.written.length - first.actual.length);
  const consistent = pairs.every((pair) => pair.written === less + pair.actual);
  return consistent && indent.startsWith(less) ? indent.slice(less.length) : undefined;
}

const BLANKS = /^ +$/;
const TABS = /^\t+$/;

function tabulated(indent: string, pairs: readonly IndentPair[]): string | undefined {
  const deep = pairs.filter((pair) => pair.written !== "" || pair.actual !== "");
  const [first] = deep;
  if (!first) return undefined;
  const toTabs = BLANKS.test(first.written) && TABS.test(first.actual);
  const toBlanks = TABS.test(first.written) && BLANKS.test(first.actual);
  if (!toTabs && !toBlanks) return undefined;
  const rate = toTabs ? first.written.length / first.actual.length : first.actual.length / first.written.length;
  const convert = (text: string) => (toTabs ? "\t".repeat(text.length / rate) : " ".repeat(text.length * rate));
  const convertible = (text: string) =>
    (toTabs ? /^ *$/ : /^\t*$/).test(text) && (toBlanks || text.length % rate === 0);
  if (!Number.isInteger(rate) || !convertible(indent)) return undefined;
  return deep.every((pair) => convertible(pair.written) && convert(pair.written) === pair.actual)
    ? convert(indent)
    : undefined;
}
