// What a foreign command printed last, made fit for a sentence of ours.

const LENGTH = 300;

/** `: "…"` with the last line or so, without anything that a terminal or a log would obey; "" where it said nothing. */
export function lastWords({ output }: { readonly output: string }): string {
  const text = output
    .slice(-4 * LENGTH)
    .replace(/[\p{C}\s]+/gu, " ")
    .trim()
    .slice(-LENGTH);
  return text === "" ? "" : `: ${JSON.stringify(text)}`;
}
