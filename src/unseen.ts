// Characters of a text that nobody sees, or not as what they are. Reports show them as numbers, prompts leave them out, patches name them.

/** Control and format characters, bidirectional overrides, broken surrogates, private ones, fillers, tags, variation selectors. */
export const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** More marks on one letter than any writing needs; the first four are the group. */
export const STACKED = /(\p{M}{4})\p{M}+/gu;

/** "U+202E" */
export function codePointName(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
}
