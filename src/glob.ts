// Which globs are too dear to match: they come from specs and configurations, so from anybody. It matches nothing itself.

/** Matching takes about (length of the path) to the power of this. */
const MOST_STARS = 4;

/** Why a glob is refused, in words; undefined for one that is cheap. A glob becomes a regular expression that backtracks. */
export function costlyGlob(glob: string): string | undefined {
  const stars = glob.match(/\*+/g)?.length ?? 0;
  if (stars <= MOST_STARS && !/[(+]/.test(glob)) return undefined;
  const rule = `up to ${MOST_STARS} runs of *, and neither ( nor + (write ? in their place)`;
  return `the glob ${JSON.stringify(glob)} could take for ever to match: it may have ${rule}`;
}
