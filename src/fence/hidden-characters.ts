// Characters in a text that nobody sees or that turn its direction: what a reviewer reads is then not what a machine reads.

/**
 * Marks and overrides of direction, blanks of no width, fillers, tags. Not here: variation selectors, which emoji and Chinese names need.
 * Joiners count between ASCII characters only, for emoji and many scripts are written with them.
 */
const HIDDEN =
  /[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]|(?<![^\0-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\0-\x7f])/gu;

/** The hidden characters of `text`, each once. */
export function hiddenCharacters(text: string): ReadonlySet<string> {
  return new Set(text.match(HIDDEN));
}
